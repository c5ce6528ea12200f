"""One person's events are handled in order, whatever the load (architecture.md, What is promised)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction

from events.models import ReceivedEvent
from journeys.engine import plans
from journeys.models import Instance, StepEvent
from tests.chaos.ordering import EVENTS, drain, drawing
from tests.journeys.together import on_postgresql, threads
from tests.journeys.world import World
from tests.postgres import with_database

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 50
WORKERS = 4 if connection.vendor == "postgresql" else 2

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.chaos,
    pytest.mark.slow,
    pytest.mark.timeout(180),
]


@pytest.fixture
def world(transactional_db: None) -> World:
    plans.forget_all()
    world = World()
    world.journey("n0", properties={"start_at": "2020-01-01T00:00:00Z"}, **drawing())
    return world


def receive(world: World, share: range) -> None:
    """Events of all people, mixed; each person's numbers in their order."""
    turns = [f"p{number}" for number in range(PEOPLE) for _ in share]
    random.Random(4).shuffle(turns)
    numbers = dict.fromkeys(turns, share.start)
    with transaction.atomic():
        for person in turns:
            world.send("Lobby", person, amount=numbers[person])
            numbers[person] += 1


def check() -> None:
    """The n-th activity of each person was ended by the person's n-th event."""
    assert Instance.objects.filter(status=Instance.Status.FINISHED).count() == PEOPLE
    received: dict[str, list[int]] = {}
    for event in ReceivedEvent.objects.order_by("pk"):
        person = event.body.split('"id":"')[1].split('"')[0]
        received.setdefault(person, []).append(event.pk)
    for person, ids in received.items():
        story = StepEvent.objects.filter(person_id=person).order_by("sequence")
        expected = [(number, f"n{number}", id) for number, id in enumerate(ids)]
        assert list(story.values_list("sequence", "activity", "received_event_id")) == expected, person


@on_postgresql
def test_workers_at_once_keep_the_order_of_each_person(world: World) -> None:
    """While they work, more is received."""
    receive(world, range(EVENTS // 2))
    with threads() as workers:
        workers.start(receive, world, range(EVENTS // 2, EVENTS))
        for number in range(WORKERS):
            workers.start(lambda owner: drain(owner=owner, workers=WORKERS), f"worker {number}")
    drain(owner="last", workers=1)  # what was received when the others had just gone

    check()


def test_processes_at_once_keep_the_order_of_each_person(world: World) -> None:
    receive(world, range(EVENTS))
    run_processes()

    check()


def run_processes() -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "journeyorch.settings",
    }
    command = [sys.executable, "-m", "tests.chaos.ordering"]
    processes = [
        subprocess.Popen([*command, f"worker {number}", str(WORKERS)], cwd=ROOT, env=environment)
        for number in range(WORKERS)
    ]
    try:
        assert [process.wait(timeout=90) for process in processes] == [0] * WORKERS
    finally:
        for process in processes:
            process.kill()


def database_url() -> str:
    """Of the very database of this test; what it sent is committed."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return with_database(os.environ["DATABASE_URL"], name)
