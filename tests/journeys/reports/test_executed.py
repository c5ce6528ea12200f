"""What was executed is counted by what it is, in whichever journeys it stands."""

from __future__ import annotations

from typing import Any

from journeys.engine.decide import StepStatus
from journeys.reports.figures.executed import Executed, executed
from journeys.reports.figures.facts import Fetches, Steps
from journeys.reports.figures.shape import UNKNOWN, Thing, shape_of


def activity(kind: str, **config: str) -> dict[str, Any]:
    return {"kind": kind, "config": config, "name": "as somebody calls it"}


SHAPES = {
    1: shape_of({"activities": {"in": activity("event", event="Ordered"), "w": activity("wait")}}),
    2: shape_of(
        {
            "activities": {
                "start": activity("event", event="Ordered"),
                "m": activity("email", template="Hello"),
            }
        }
    ),
}
ORDERED = Thing("events", "event", "Ordered")


def counted(*rows: tuple[int, str, str, StepStatus, int], fetches: Any = ()) -> list[Executed]:
    return executed((Steps(*row) for row in rows), fetches, SHAPES)


def test_the_same_event_in_two_journeys_is_one_thing() -> None:
    assert counted(
        (1, "w", "next", StepStatus.TRANSITIONS, 5),
        (1, "in", "next", StepStatus.TRANSITIONS, 4),
        (2, "start", "next", StepStatus.TRANSITIONS, 3),
        (2, "start", "timeout", StepStatus.TIMED_OUT, 2),
    ) == [
        # Nobody sent the event in time: that is no error.
        Executed(ORDERED, 9, 0, frozenset({1, 2})),
        Executed(Thing("orchestration", "wait", ""), 5, 0, frozenset({1})),
    ]


def test_errors_count_with_or_without_a_path_of_their_own_and_discards_do_not() -> None:
    assert counted(
        (2, "m", "", StepStatus.ERROR, 2),
        (2, "m", "error", StepStatus.CAPPED, 1),
        (2, "m", "next", StepStatus.TRANSITIONS, 3),
        (2, "", "alreadyInside", StepStatus.DISCARDED, 7),
        (2, "m", "retried", StepStatus.OPERATED, 7),
    ) == [Executed(Thing("actions", "email", "Hello"), 6, 3, frozenset({2}))]


def test_a_fetch_that_failed_was_executed_once() -> None:
    fetches = [Fetches(1, "w", "Rooms.Free", "", 8), Fetches(2, "m", "Rooms.Free", "503", 2)]
    assert counted(fetches=fetches) == [
        Executed(Thing("fetches", "", "Rooms.Free"), 8, 2, frozenset({1, 2})),
    ]


def test_what_the_drawing_does_not_have_counts_all_the_same() -> None:
    assert counted((3, "gone", "next", StepStatus.TRANSITIONS, 1)) == [
        Executed(UNKNOWN, 1, 0, frozenset({3})),
    ]
