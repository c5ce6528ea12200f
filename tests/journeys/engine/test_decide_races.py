"""Events and waits in parallel: whose timeout holds for whom, as a table (users.md, Which way)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from journeys.engine.decide import (
    Arrival,
    Decision,
    Plan,
    Position,
    StepStatus,
    Surroundings,
    Woke,
    decide,
    enter,
)
from tests.journeys.drawings import GYM, LOBBY, MEAL, plan
from tests.journeys.world import act

INSTANCE = UUID("00000000-0000-7000-8000-000000000001")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(name: str, timeout: str = "", *, own: bool = False) -> dict[str, Any]:
    """``own``: the timeout has a path of its own."""
    ways = {"next": ["end"], **({"timeout": ["end"]} if own else {})}
    return act("event", ways, event=name, **({"timeout": timeout, "timeout_path": own} if timeout else {}))


def wait(duration: str) -> dict[str, Any]:
    return act("wait", "end", duration=duration)


MEAL_2, GYM_1 = event("Meal", "PT2H"), event("Gym", "PT1H")
MEAL_OWN_1, GYM_OWN_1, GYM_OWN_2 = (
    event("Meal", "PT1H", own=True),
    event("Gym", "PT1H", own=True),
    event("Gym", "PT2H", own=True),
)
MEAL_FOREVER, GYM_FOREVER = event("Meal"), event("Gym")
IN_TIME, ON_TIME, LATE = timedelta(minutes=59), timedelta(hours=1), timedelta(hours=1, microseconds=1)
NEVER = None

# What is in parallel, top first; which event comes and when (or none); who wins, by which path, how.
RACES: list[tuple[list[dict[str, Any]], int, timedelta | None, str, StepStatus]] = [
    # A timeout on one holds for all: when it passes, the others are dropped.
    ([MEAL_FOREVER, GYM_1], 0, NEVER, "b>next", StepStatus.TIMED_OUT),
    ([GYM_1, MEAL_FOREVER], 0, NEVER, "a>next", StepStatus.TIMED_OUT),
    ([MEAL_FOREVER, GYM_OWN_1], 0, NEVER, "b>timeout", StepStatus.TIMED_OUT),
    ([MEAL_FOREVER, GYM_OWN_1], MEAL, IN_TIME, "a>next", StepStatus.TRANSITIONS),
    ([MEAL_FOREVER, GYM_OWN_1], MEAL, LATE, "b>timeout", StepStatus.TIMED_OUT),
    ([MEAL_FOREVER, GYM_OWN_1], GYM, IN_TIME, "b>next", StepStatus.TRANSITIONS),
    ([MEAL_FOREVER, GYM_OWN_1], GYM, LATE, "b>timeout", StepStatus.TIMED_OUT),
    # At the very moment of the timeout the upper one wins, be it the event or the timeout.
    ([MEAL_FOREVER, GYM_OWN_1], MEAL, ON_TIME, "a>next", StepStatus.TRANSITIONS),
    ([GYM_OWN_1, MEAL_FOREVER], MEAL, ON_TIME, "a>timeout", StepStatus.TIMED_OUT),
    ([GYM_OWN_1, MEAL_FOREVER], GYM, ON_TIME, "a>next", StepStatus.TRANSITIONS),
    # Several timeouts: the earliest, whatever stands above it.
    ([MEAL_2, GYM_OWN_1], 0, NEVER, "b>timeout", StepStatus.TIMED_OUT),
    ([GYM_OWN_2, MEAL_OWN_1], 0, NEVER, "b>timeout", StepStatus.TIMED_OUT),
    ([GYM_OWN_2, MEAL_OWN_1], GYM, LATE, "b>timeout", StepStatus.TIMED_OUT),
    # At the same time the upper one, with its own kind of path.
    ([GYM_1, MEAL_OWN_1], 0, NEVER, "a>next", StepStatus.TIMED_OUT),
    ([MEAL_OWN_1, GYM_1], 0, NEVER, "a>timeout", StepStatus.TIMED_OUT),
    ([MEAL_OWN_1, GYM_OWN_1], 0, NEVER, "a>timeout", StepStatus.TIMED_OUT),
    # Waits among them: the earliest of all, on a tie the upper one.
    ([wait("PT2H"), wait("PT1H")], 0, NEVER, "b>next", StepStatus.TRANSITIONS),
    ([wait("PT1H"), wait("PT1H")], 0, NEVER, "a>next", StepStatus.TRANSITIONS),
    ([wait("PT1H"), GYM_OWN_1], 0, NEVER, "a>next", StepStatus.TRANSITIONS),
    ([GYM_OWN_1, wait("PT1H")], 0, NEVER, "a>timeout", StepStatus.TIMED_OUT),
    ([GYM_OWN_2, wait("PT1H")], 0, NEVER, "b>next", StepStatus.TRANSITIONS),
    ([GYM_OWN_1, wait("PT2H")], 0, NEVER, "a>timeout", StepStatus.TIMED_OUT),
    ([GYM_FOREVER, wait("PT1H")], 0, NEVER, "b>next", StepStatus.TRANSITIONS),
    ([GYM_FOREVER, wait("PT1H"), MEAL_FOREVER], MEAL, IN_TIME, "c>next", StepStatus.TRANSITIONS),
    ([GYM_FOREVER, wait("PT1H"), MEAL_FOREVER], MEAL, ON_TIME, "b>next", StepStatus.TRANSITIONS),
    ([GYM_FOREVER, wait("PT1H"), MEAL_FOREVER], GYM, ON_TIME, "a>next", StepStatus.TRANSITIONS),
    ([wait("PT1H"), wait("PT30M"), wait("PT30M")], 0, NEVER, "b>next", StepStatus.TRANSITIONS),
]  # fmt: skip


def drawn(race: list[dict[str, Any]]) -> Plan:
    parallel = dict(zip("abc", race, strict=False))
    lobby = act("event", {"next": list(parallel)}, event="Lobby", name="start")
    return plan("lobby", lobby=lobby, end=act("end"), **parallel)


def around(after: timedelta) -> Surroundings:
    return Surroundings(now=NOON + after, namespace="CRMID", person_id="anna")


@pytest.mark.parametrize(("race", "comes", "when", "winner", "status"), RACES, ids=range(len(RACES)))
@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)], ids=["at once", "late"])
def test_who_wins(
    race: list[dict[str, Any]],
    comes: int,
    when: timedelta | None,
    winner: str,
    status: StepStatus,
    late: timedelta,
) -> None:
    """The same whether it is handled when it happens or days later."""
    journey = drawn(race)
    arrival = Arrival(1, (LOBBY,), NOON, {})
    state = enter(journey, INSTANCE, arrival, around(timedelta(0)), ends_at=NOON + timedelta(days=30)).state

    if when is None:
        decision = decide(journey, state, Woke(), around(timedelta(hours=2) + late))
    else:
        decision = decide(journey, state, Arrival(2, (comes,), NOON + when, {}), around(when + late))

    assert (f"{decision.steps[0].activity}>{decision.steps[0].path}", decision.steps[0].status) == (
        winner,
        status,
    )
    assert decision.state.position is Position.ENDED, "the others are dropped"


@pytest.mark.parametrize("race", [[MEAL_2, GYM_1], [GYM_OWN_1, MEAL_FOREVER], [wait("PT1H"), MEAL_2]])
def test_until_the_earliest_nothing_happens(race: list[dict[str, Any]]) -> None:
    journey = drawn(race)
    arrival = Arrival(1, (LOBBY,), NOON, {})
    state = enter(journey, INSTANCE, arrival, around(timedelta(0)), ends_at=NOON + timedelta(days=30)).state

    assert state.wake_at == NOON + timedelta(hours=1)
    assert decide(journey, state, Woke(), around(IN_TIME)) == Decision(state)
