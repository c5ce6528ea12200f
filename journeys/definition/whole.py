"""What can be wrong with a journey as a whole: its start, its dates, what hangs on nothing, its length."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from journeyorch.phrases import phrase
from journeys.activities.base import kinds
from journeys.definition.problems import Problem

if TYPE_CHECKING:
    from journeys.definition.check import Reading


def check_start(reading: Reading) -> Iterator[Problem]:
    """One or more events, or one segment qualification (users.md, Who enters)."""
    start = reading.document.start
    if not start:
        yield Problem("ERR_JOURNEY_NO_START", phrase("Nobody can enter; begin the journey with an event."))
    for id in start:
        activity = reading.document.activities.get(id)
        if activity is None:
            yield Problem(
                "ERR_JOURNEY_TARGET_MISSING", phrase("The start leads to an activity that does not exist.")
            )
        elif activity.kind in kinds() and not kinds()[activity.kind].can_start:
            message = phrase("A journey cannot start with this activity; begin it with an event.")
            yield Problem("ERR_JOURNEY_WRONG_START", message, id)
        elif id in reading.configs and getattr(reading.configs[id], "timeout", None):
            message = phrase("An event that people enter by has no timeout; remove the timeout.")
            yield Problem("ERR_JOURNEY_START_TIMEOUT", message, id, "timeout")
    if _is_mixed(reading):
        message = phrase("A journey starts with events or with one segment qualification; remove the others.")
        yield Problem("ERR_JOURNEY_MIXED_START", message, start[-1])


def _is_mixed(reading: Reading) -> bool:
    activities = [reading.document.activities.get(id) for id in reading.document.start]
    found = [activity.kind for activity in activities if activity is not None]
    starting = all(kind in kinds() and kinds()[kind].can_start for kind in found)
    return starting and len(found) > 1 and set(found) != {"event"}


def check_dates(reading: Reading) -> Iterator[Problem]:
    """Dates between which nobody could enter."""
    properties = reading.document.properties
    if properties.start_at and properties.end_at and properties.end_at <= properties.start_at:
        message = phrase("The journey ends before it starts; correct one of the dates.")
        yield Problem("ERR_JOURNEY_DATES", message, field="end_at")


def check_connections(reading: Reading) -> Iterator[Problem]:
    """Activities that nobody can get to: those that hang on nothing, and those that hang on them."""
    reachable = reading.graph.reachable()
    for id in reading.document.activities:
        if id in reachable:
            continue
        if reading.graph.before[id]:
            message = phrase(
                "Only activities lead here that nobody can get to; connect what stands before it."
            )
            yield Problem("ERR_JOURNEY_UNREACHABLE", message, id)
        else:
            message = phrase("The activity is not connected to the start; connect it or delete it.")
            yield Problem("ERR_JOURNEY_NOT_CONNECTED", message, id)


def check_length(reading: Reading) -> Iterator[Problem]:
    """Waits that add up to more than a person may stay: the first activity that is too late on some path."""
    longest = reading.catalog.longest_stay
    if reading.graph.loop():
        return
    left_after: dict[str, timedelta] = {}
    for id in reading.graph.in_order():
        if _is_too_long_itself(reading, id):
            return
        came = max(
            (left_after[before] for before in reading.graph.before[id] if before in left_after),
            default=timedelta(0),
        )
        left_after[id] = came + _held(reading, id)
        if came <= longest < left_after[id]:
            message = phrase(
                "The waits up to here take more than {days} days, and then people are timed out; "
                "make them shorter.",
                days=longest.days,
            )
            yield Problem("WARN_JOURNEY_TIMED_OUT", message, id)


def _is_too_long_itself(reading: Reading, id: str) -> bool:
    """A single wait that is too long is an error of its own."""
    duration = getattr(reading.configs.get(id), "duration", None)
    return isinstance(duration, timedelta) and duration > reading.catalog.longest_wait


def _held(reading: Reading, id: str) -> timedelta:
    """How long a person is held at most; of what waits in parallel the first one ends it."""
    if id in reading.document.start:
        return timedelta(0)
    known = [_duration(reading.configs.get(other)) for other in {id, *reading.parallel_to(id)}]
    return min((duration for duration in known if duration is not None), default=timedelta(0))


def _duration(config: Any) -> timedelta | None:
    for name in ("duration", "timeout"):
        if isinstance(found := getattr(config, name, None), timedelta):
            return found
    return None


def check_against(before: Reading, new: Reading) -> Iterator[Problem]:
    """What stays the same in all versions of a journey (users.md, Publishing)."""
    if before.document.properties.reentrance != new.document.properties.reentrance:
        message = phrase("Re-entrance must stay as in the version before; set it back.")
        yield Problem("ERR_JOURNEY_REENTRANCE_CHANGED", message, field="reentrance")
    if _start_of(before) != _start_of(new):
        message = phrase(
            "The start must stay of the same kind and segment as in the version before; set it back."
        )
        yield Problem("ERR_JOURNEY_START_CHANGED", message, next(iter(new.document.start), None))
    if before.namespaces() != new.namespaces():
        message = phrase("The namespace must stay as in the version before; use events of that one.")
        yield Problem("ERR_JOURNEY_NAMESPACE_CHANGED", message)


def _start_of(reading: Reading) -> set[tuple[str, str]]:
    """Kinds, with the segment of a segment qualification."""
    ids = [id for id in reading.document.start if id in reading.document.activities]
    return {
        (reading.document.activities[id].kind, str(getattr(reading.configs.get(id), "segment", "")))
        for id in ids
    }
