"""The promises (architecture.md, What is promised), shown by dying before and after every single commit."""

from __future__ import annotations

from collections import Counter

import pytest

from journeys.engine import plans
from journeys.models import Call, Entrance, Instance, LaneInput, StepCount, StepEvent
from tests.chaos.crashing import crash_at
from tests.journeys.world import World, act

PEOPLE = ("anna", "bert", "cleo")
EXPECTED = ["lobby>next", "tell>next", "hold>next", "meal>next", "end>"]


@pytest.fixture
def world(transactional_db: None) -> World:
    plans.forget_all()
    world = World()
    world.action()
    world.journey(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "hold", action="Tell"),
        hold=act("wait", "meal", duration="PT1H"),
        meal=act("event", "end", event="Restaurant"),
        end=act("end"),
    )
    return world


def live_through(world: World, after: str) -> None:
    """The part of the visit after the last thing that happened outside."""
    if after == "entered":
        for person in PEOPLE:
            world.send("Lobby", person)
    elif after == "waited":
        world.pass_time(hours=2)
    else:
        for person in PEOPLE:
            world.send("Restaurant", person)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("moment", ["entered", "waited", "ate"])
def test_whenever_the_process_dies_everybody_finishes_once(world: World, moment: str) -> None:
    """Once for every point at which it can die, until a run gets through without dying."""
    number = 0
    while True:
        number += 1
        _forget_everybody(world)
        for step in ("entered", "waited", "ate"):
            live_through(world, step)
            if step == moment:
                with crash_at(number) as crasher:
                    world.run()
                _restart(world)
            world.run()
            _let_leases_end(world)
        _check(world, number)
        if not crasher.crashed:
            break
    assert number > 4, "the crash points were not reached"


def _restart(world: World) -> None:
    plans.forget_all()
    _let_leases_end(world)


def _let_leases_end(world: World) -> None:
    """A dead worker's leases and claims run out; its successor takes over."""
    for _ in range(3):
        world.pass_time(seconds=41)
        world.run()


def _forget_everybody(world: World) -> None:
    for model in (Instance, Entrance, Call, StepEvent, StepCount, LaneInput):
        model.objects.all().delete()
    world.recorder.sent.clear()


def _check(world: World, number: int) -> None:
    told = f"died at point {number}"
    for person in PEOPLE:
        assert world.path(person) == EXPECTED, told
        assert world.instance(person).status == Instance.Status.FINISHED, told
    assert not Entrance.objects.exclude(active_instance=None).exists(), told
    assert not LaneInput.objects.exists(), told
    assert Call.objects.count() == len(PEOPLE), told
    _check_calls(world, told)
    _check_counts(told)


def _check_calls(world: World, told: str) -> None:
    """At least once, and every repetition with the same key and the same bytes."""
    by_key: dict[object, set[str]] = {}
    for call, prepared in world.recorder.sent:
        by_key.setdefault(call.key, set()).add(str(prepared.request))
    assert len(by_key) == len(PEOPLE), told
    assert all(len(bodies) == 1 for bodies in by_key.values()), told


def _check_counts(told: str) -> None:
    raw = Counter((step.activity, step.path, step.status) for step in StepEvent.objects.all())
    rolled: Counter[tuple[str, str, int]] = Counter()
    for count in StepCount.objects.all():
        rolled[count.activity, count.path, count.status] += count.n
    assert rolled == raw, told
