"""The page about backups: its commands are run as they stand, with people inside a journey who then go on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections

from journeyorch.outbound.calls import CallSpec, Prepared
from journeys.models import Instance
from tests import postgres
from tests.docs.pages import examples
from tests.journeys.world import World, act


class Installation:
    """A database of its own, and the shell of whoever looks after it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self._made: list[str] = []

    def run(self, how: str) -> None:
        """The block of the page for this kind of database."""
        (example,) = [one for one in examples(how) if one.rest == connection.vendor.removesuffix("ql")]
        programs = [str(Path(sys.executable).parent), *_programs_of_postgres(), os.environ["PATH"]]
        subprocess.run(
            ["sh", "-eu", "-c", example.text],
            cwd=self.folder,
            env={**os.environ, "DATABASE_URL": self.url, "PATH": os.pathsep.join(programs)},
            check=True,
        )

    def lose_everything(self) -> None:
        """The machine is gone; what is there now is an empty database, on PostgreSQL under a new name."""
        if connection.vendor == "sqlite":
            (self.folder / "db.sqlite3").write_bytes(b"")
            return
        name = f"journeyorch_restored_{uuid4().hex}"
        self._execute(f'CREATE DATABASE "{name}"')
        self._made.append(name)
        self.url = postgres.with_database(self.url, name)

    def remove(self) -> None:
        for name in self._made:
            self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    @staticmethod
    def _execute(statement: str) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(statement)


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    if connection.vendor == "sqlite":
        shutil.move(database_url.removeprefix("sqlite:///"), tmp_path / "db.sqlite3")
        database_url = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    made = Installation(database_url, tmp_path)
    yield made
    made.remove()


@contextmanager
def connected_to(installation: Installation) -> Iterator[None]:
    """This process works there for a while, beside the transaction that every test has."""
    of_the_test = connections["default"]
    there = of_the_test.copy()
    name = installation.url.rpartition("/")[2]
    there.settings_dict["NAME"] = name if there.vendor == "postgresql" else str(installation.folder / name)
    connections["default"] = there
    try:
        yield
    finally:
        there.close()
        connections["default"] = of_the_test


def _programs_of_postgres() -> list[str]:
    return [str(postgres.find_binaries())] if connection.vendor == "postgresql" else []


def draw(world: World) -> None:
    """After an hour somebody is told something, and waits for the visit to the restaurant."""
    world.action()
    world.journey(
        "lobby",
        lobby=act("event", "hour", event="Lobby"),
        hour=act("wait", "tell", duration="PT1H"),
        tell=act("custom_action", "meal", action="Tell"),
        meal=act("event", "end", event="Restaurant"),
        end=act("end"),
    )


def people_at_every_place(world: World) -> None:
    """Cleo waits for an event, Bert for a call, Anna for a moment; Dora's event is not even looked at."""
    world.send("Lobby", "cleo")
    world.run()
    world.pass_time(hours=1)
    world.run()
    world.send("Lobby", "bert")
    world.drain()
    world.pass_time(hours=1)
    world.send("Lobby", "anna")
    world.drain()
    world.send("Lobby", "dora")


def calls_made(world: World) -> list[tuple[CallSpec, Prepared]]:
    """And forget them."""
    made, world.recorder.sent = world.recorder.sent, []
    return sorted(made, key=lambda one: one[0].key)


def after_a_restore() -> None:
    """The page's commands for that, in this process: starting Python for each would take most of the time."""
    (example,) = examples("restored")
    for line in example.text.splitlines():
        call_command(*line.removeprefix("python manage.py ").split(), verbosity=0)


def places() -> dict[str, str]:
    return dict(Instance.objects.filter(ended_at=None).values_list("person_id", "activity"))


@pytest.mark.slow
def test_people_inside_go_on_after_a_restore(installation: Installation) -> None:
    with connected_to(installation):
        world = World()
        draw(world)
        people_at_every_place(world)
        before = places()
        calls_made(world)
        installation.run("backup")

        world.pass_time(hours=2)
        world.run()
        world.pass_time(hours=2)
        world.run()
        made = calls_made(world)
        assert {call.person_id for call, _ in made} == {"anna", "bert", "dora"}

    installation.lose_everything()
    installation.run("restore")

    with connected_to(installation):
        after_a_restore()
        assert places() == before == {"cleo": "meal", "bert": "tell", "anna": "hour"}
        world.run()
        assert places() == {"cleo": "meal", "bert": "meal", "anna": "meal", "dora": "hour"}
        world.pass_time(hours=1)
        world.run()
        assert calls_made(world) == made, "what was done after the backup is done again with the same keys"
        world.send("Restaurant", "cleo")
        world.run()
        assert set(places()) == {"anna", "bert", "dora"}
