"""An instance's state as JSON text, and back.

The text outlives deployments: a new field needs a default here, and golden states in the tests prove that
old texts are still read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from journeys.engine.decide.values import (
    Arrival,
    Key,
    Pending,
    Position,
    State,
    Status,
    StepStatus,
    Timer,
)


def encode(state: State) -> str:
    """JSON text; times as ISO-8601 with offset."""
    always = {
        "activity": state.activity,
        "visit": state.visit,
        "sequence": state.sequence,
        "enteredAt": state.entered_at,
        "endsAt": state.ends_at,
        "events": state.events,
    }
    sometimes = {
        "race": state.race,
        # orjson writes plain tuples only.
        "timers": state.timers and [tuple(timer) for timer in state.timers],
        "pending": state.pending and [tuple(one) for one in state.pending],
        "fetched": state.fetched,
        "asked": state.asked,
        "callBy": state.call_by,
        "held": state.held and [_plain(arrival) for arrival in state.held],
        "data": state.data,
        "properties": state.properties,
        "messages": state.messages,
        "measured": state.measured,
    }
    return orjson.dumps(always | {name: value for name, value in sometimes.items() if value}).decode()


def decode(text: str, *, instance_id: UUID, position: int, status: int) -> State:
    """The state of a row. Raises ``KeyError`` or ``ValueError`` for a text that is no state."""
    data = orjson.loads(text)
    call_by = data.get("callBy")
    return State(
        instance_id=instance_id,
        position=Position(position),
        status=Status(status),
        activity=data["activity"],
        visit=data["visit"],
        sequence=data["sequence"],
        entered_at=datetime.fromisoformat(data["enteredAt"]),
        ends_at=datetime.fromisoformat(data["endsAt"]),
        race=tuple(data.get("race", ())),
        timers=tuple(_timer(*fields) for fields in data.get("timers", ())),
        pending=tuple(Pending(UUID(key), fetch) for key, fetch in data.get("pending", ())),
        fetched=tuple(data.get("fetched", ())),
        asked=data.get("asked", {}),
        call_by=datetime.fromisoformat(call_by) if call_by else None,
        held=tuple(_arrival(*fields) for fields in data.get("held", ())),
        events=data["events"],
        data=data.get("data", {}),
        properties=data.get("properties", {}),
        messages=data.get("messages", {}),
        measured=tuple((group, calls, ms) for group, calls, ms in data.get("measured", ())),
    )


def _timer(due: str, order: int, activity: str, path: str, status: int) -> Timer:
    return Timer(datetime.fromisoformat(due), order, activity, path, StepStatus(status))


def _plain(arrival: Arrival) -> tuple[Any, ...]:
    """Without a mark as older releases read it."""
    return tuple(arrival) if arrival.mark else tuple(arrival)[:-1]


def _arrival(
    received_id: int | None, keys: list[Any], received_at: str, payload: Any, mark: str = ""
) -> Arrival:
    return Arrival(received_id, tuple(map(_key, keys)), datetime.fromisoformat(received_at), payload, mark)


def _key(stored: Any) -> Key:
    """JSON has lists where keys have tuples."""
    return tuple(stored) if isinstance(stored, list) else stored
