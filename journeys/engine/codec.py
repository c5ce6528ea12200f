"""An instance's state as JSON text, and back.

The text outlives deployments: a new field needs a default here, and golden states in the tests prove that
old texts are still read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from journeys.engine.decide.values import (
    Arrival,
    Key,
    Measured,
    Pending,
    Position,
    State,
    Status,
    StepStatus,
    Timer,
)


def encode(state: State) -> str:
    """JSON text; times as ISO-8601 with offset."""
    data = {
        "activity": state.activity,
        "visit": state.visit,
        "sequence": state.sequence,
        "enteredAt": state.entered_at,
        "endsAt": state.ends_at,
        "events": state.events,
    }
    for name, field, write, _ in _SOMETIMES:
        if value := getattr(state, field):
            data[name] = write(value)
    return orjson.dumps(data).decode()


def decode(text: str, *, instance_id: UUID, position: int, status: int) -> State:
    """The state of a row. Raises ``KeyError`` or ``ValueError`` for a text that is no state."""
    data = orjson.loads(text)
    return State(
        instance_id=instance_id,
        position=Position(position),
        status=Status(status),
        activity=data["activity"],
        visit=data["visit"],
        sequence=data["sequence"],
        entered_at=datetime.fromisoformat(data["enteredAt"]),
        ends_at=datetime.fromisoformat(data["endsAt"]),
        events=data["events"],
        **{field: read(data[name]) for name, field, _, read in _SOMETIMES if name in data},
    )


def _as_it_is(value: Any) -> Any:
    return value


def _tuples(values: Iterable[Any]) -> list[Any]:
    """orjson writes plain tuples only."""
    return [tuple(value) for value in values]


def _timers(stored: Any) -> tuple[Timer, ...]:
    return tuple([_timer(*fields) for fields in stored])


def _timer(due: str, order: int, activity: str, path: str, status: int) -> Timer:
    return Timer(datetime.fromisoformat(due), order, activity, path, StepStatus(status))


def _pending(stored: Any) -> tuple[Pending, ...]:
    return tuple([Pending(UUID(key), fetch) for key, fetch in stored])


def _plain(held: Iterable[Arrival]) -> list[tuple[Any, ...]]:
    """Without a mark as older releases read it."""
    return [tuple(arrival) if arrival.mark else tuple(arrival)[:-1] for arrival in held]


def _arrivals(stored: Any) -> tuple[Arrival, ...]:
    return tuple([_arrival(*fields) for fields in stored])


def _arrival(
    received_id: int | None, keys: list[Any], received_at: str, payload: Any, mark: str = ""
) -> Arrival:
    return Arrival(received_id, tuple(map(_key, keys)), datetime.fromisoformat(received_at), payload, mark)


def _key(stored: Any) -> Key:
    """JSON has lists where keys have tuples."""
    return tuple(stored) if isinstance(stored, list) else stored


def _measured(stored: Any) -> tuple[Measured, ...]:
    return tuple([(group, calls, ms) for group, calls, ms in stored])


# What most states do not have: its name in the text, the field, how it is written and how it is read.
_SOMETIMES: tuple[tuple[str, str, Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    ("race", "race", _as_it_is, tuple),
    ("timers", "timers", _tuples, _timers),
    ("pending", "pending", _tuples, _pending),
    ("fetched", "fetched", _as_it_is, tuple),
    ("asked", "asked", _as_it_is, _as_it_is),
    ("callBy", "call_by", _as_it_is, datetime.fromisoformat),
    ("held", "held", _plain, _arrivals),
    ("data", "data", _as_it_is, _as_it_is),
    ("properties", "properties", _as_it_is, _as_it_is),
    ("messages", "messages", _as_it_is, _as_it_is),
    ("measured", "measured", _as_it_is, _measured),
)
