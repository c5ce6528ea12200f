"""An operator's retry is carried out once, whenever the process dies, and the sums still agree."""

from __future__ import annotations

import pytest

from journeyorch.access.models import User
from journeyorch.outbound.calls import Outcome
from journeys.engine import plans
from journeys.engine.decide import Verb
from journeys.engine.sums import SUMS
from journeys.models import Call, Entrance, Instance, JourneyVersion, LaneInput, StepEvent
from journeys.operating import operate_on_many
from journeys.reports.people import PeopleQuestion
from journeys.reports.steps.agreement import disagreements
from tests.chaos.crashing import crash_at
from tests.journeys.world import World, act

PEOPLE = ("anna", "bert", "cleo")


@pytest.fixture
def world(transactional_db: None) -> World:
    plans.forget_all()
    world = World()
    world.action()
    world.journey(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "end", action="Tell"),
        end=act("end"),
    )
    return world


@pytest.mark.timeout(600)
def test_whenever_the_process_dies_a_retry_is_one_retry(world: World) -> None:
    version, olga = JourneyVersion.objects.get(), User.objects.create_user("olga")
    number = 0
    while True:
        number += 1
        _fail_everybody(world)
        with world.clock():
            operate_on_many(version, PeopleQuestion(), Verb.RETRY, by=olga)
        with crash_at(number) as crasher:
            world.run()
        plans.forget_all()
        for _ in range(3):  # leases and claims run out
            world.pass_time(seconds=41)
            world.run()
        _check(f"died at point {number}")
        if not crasher.crashed:
            break
    assert number > 4, "the crash points were not reached"


def _fail_everybody(world: World) -> None:
    hours, days = [sums.hours for sums in SUMS], [sums.days for sums in SUMS]
    for model in (Instance, Entrance, Call, StepEvent, *hours, *days, LaneInput):
        model.objects.all().delete()
    world.recorder.answers = [Outcome("http", "404")] * len(PEOPLE)
    for person in PEOPLE:
        world.send("Lobby", person)
    world.run()
    assert Instance.objects.filter(status=Instance.Status.ERROR).count() == len(PEOPLE)


def _check(told: str) -> None:
    for person in PEOPLE:
        steps = StepEvent.objects.filter(person_id=person).order_by("sequence")
        ways = [f"{step.activity}>{step.path}" for step in steps]
        assert ways == ["lobby>next", "tell>", "tell>reopened", "tell>next", "end>"], told
    assert set(Instance.objects.values_list("status", flat=True)) == {Instance.Status.FINISHED}, told
    assert not Entrance.objects.exclude(active_instance=None).exists(), told
    assert not LaneInput.objects.exists(), told
    assert Call.objects.count() == 2 * len(PEOPLE), told
    assert list(disagreements()) == [], told
