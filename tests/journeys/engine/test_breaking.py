"""Calls to a system that fails again and again end at once, until a probe has come through."""

from __future__ import annotations

from typing import Any

import pytest

from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.protection.models import Breaker
from journeys.models import Call
from tests.journeys.world import World, act

DOWN = Outcome("error", "connect", message="No connection could be made.")


@pytest.fixture
def world(world: World, settings: Any) -> World:
    settings.BREAKER_FAILURES, settings.BREAKER_SECONDS = 3, 30
    activities = {}
    for name in ("Tell", "Order"):
        world.action(name, url=f"https://{name}.example/")
        to = {"next": ["end"], "error": ["sorry"]}
        activities[name.lower()] = act("custom_action", to, action=name, error_path=True)
    world.journey(
        ["lobby", "meal"],
        lobby=act("event", "tell", event="Lobby"),
        meal=act("event", "order", event="Restaurant"),
        **activities,
        end=act("end"),
        sorry=act("end"),
    )
    return world


def call(world: World, person: str, event: str = "Lobby", outcome: Outcome = DOWN) -> str:
    """One person calls; the way out of the call."""
    world.recorder.answers = [outcome]
    world.send(event, person)
    world.run()
    return world.path(person)[1].partition(">")[2]


def test_after_many_failures_calls_fail_fast_until_a_probe_succeeds(world: World) -> None:
    for number in range(3):
        call(world, f"early{number}")
        world.pass_time(seconds=6)
    assert len(world.recorder.sent) == 3
    breaker = Breaker.objects.get()
    assert (breaker.opened_at is not None, breaker.last_error) == (True, DOWN.message)

    assert call(world, "fast") == "error"
    assert "circuitOpen" in (Call.objects.get(person_id="fast").result or "")
    assert len(world.recorder.sent) == 3
    # Another system is not meant.
    assert call(world, "other", "Restaurant", Outcome("ok", "200")) == "next"

    # The probe fails, then one succeeds.
    world.pass_time(seconds=31)
    call(world, "probe")
    assert call(world, "again") == "error"
    assert len(world.recorder.sent) == 5
    world.pass_time(seconds=31)
    assert call(world, "second probe", outcome=Outcome("ok", "200")) == "next"
    assert call(world, "late", outcome=Outcome("ok", "200")) == "next"
    assert Breaker.objects.get().opened_at is None


def test_many_failures_in_a_moment_open_nothing(world: World) -> None:
    for number in range(9):
        call(world, f"p{number}")

    assert len(world.recorder.sent) == 9
    assert Breaker.objects.get().opened_at is None
