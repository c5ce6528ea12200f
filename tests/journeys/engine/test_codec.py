"""States as text: what older releases wrote must stay readable (engine.md, Upgrades)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from journeys.engine.codec import decode, encode
from journeys.engine.decide import Arrival, Position, State, Status, StepStatus
from journeys.engine.decide.values import Pending, Timer

# Texts are only ever added: each is one that some release has written.
GOLDEN = json.loads((Path(__file__).parent / "cases" / "states.json").read_text())
ID = UUID("00000000-0000-7000-8000-000000000001")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")

STATES = {
    "a race": State(
        ID,
        Position.WAITING,
        Status.RUNNING,
        activity="meal",
        visit=3,
        sequence=3,
        entered_at=NOON,
        ends_at=NOON + timedelta(days=30),
        race=("meal", "wait"),
        timers=(
            Timer(NOON + timedelta(hours=1), 0, "meal", "timeout", StepStatus.TIMED_OUT),
            Timer(NOON + timedelta(hours=2, microseconds=5), 1, "wait", "next", StepStatus.TRANSITIONS),
        ),
        events={"Lobby": {"amount": 3.5, "tags": ["ü", None, True], "at": {"deep": [[1]]}}},
        properties={"previousNodeId": "lobby", "previousNodeName": "Lobby"},
    ),
    "two calls and held events": State(
        ID,
        Position.CALLING,
        Status.RUNNING,
        activity="check",
        visit=1,
        sequence=1,
        entered_at=NOON,
        ends_at=NOON + timedelta(days=30),
        race=("check",),
        pending=(Pending(KEY, 0), Pending(UUID(int=7), -1)),
        fetched=(1, 2),
        call_by=NOON + timedelta(hours=6, minutes=10),
        held=(Arrival(9, (2, 5), NOON + timedelta(seconds=1), {"amount": 1}),),
        events={"Lobby": {}},
        data={"Rooms.free?city='Rome'": {"count": 4}, "Weather.here": None},
    ),
    "data that were asked for": State(
        ID,
        Position.CALLING,
        Status.RUNNING,
        activity="check",
        visit=1,
        sequence=1,
        entered_at=NOON,
        ends_at=NOON + timedelta(days=30),
        race=("check", "until"),
        pending=(Pending(KEY, 1),),
        fetched=(0,),
        asked={"Rooms.free?city=uuid()": "Rooms.free?city='6f1c'", "Rooms.free?city=1": "Rooms.free?city=1"},
        call_by=NOON + timedelta(hours=6, minutes=10),
        events={"Lobby": {}},
        data={"Rooms.free?city='6f1c'": {"count": 4}},
    ),
    "a reaction, and held news": State(
        ID,
        Position.CALLING,
        Status.RUNNING,
        activity="check",
        visit=2,
        sequence=2,
        entered_at=NOON,
        ends_at=NOON + timedelta(days=30),
        race=("check",),
        pending=(Pending(KEY, -1),),
        call_by=NOON + timedelta(hours=6, minutes=10),
        held=(
            Arrival(9, (2,), NOON, {}),
            Arrival(None, (("segment", 4, "realized"),), NOON, {"status": "realized"}, "segment:7:3"),
        ),
        events={"Lobby": {}},
        messages={"mail": "sent", "text": "failed"},
    ),
    "a parked call, and fetches that were measured": State(
        ID,
        Position.PARKED,
        Status.RUNNING,
        activity="tell",
        visit=1,
        sequence=2,
        entered_at=NOON,
        ends_at=NOON + timedelta(days=30),
        race=("tell",),
        pending=(Pending(KEY, -1),),
        fetched=(0,),
        events={"Lobby": {}},
        data={"Weather.here": {"city": "Rome"}},
        measured=(("Weather.here", 2, 340),),
    ),
    "an end": State(
        ID,
        Position.ENDED,
        Status.ERROR,
        activity="tell",
        visit=2,
        sequence=3,
        entered_at=NOON,
        ends_at=NOON + timedelta(days=30),
        events={},
        properties={"lastErrorCode": "503"},
    ),
}


def read(text: str, of: State) -> State:
    return decode(text, instance_id=of.instance_id, position=of.position, status=of.status)


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_read_as_it_was_written(name: str) -> None:
    state = STATES[name]

    found = read(encode(state), state)

    assert found == state
    # Equal numbers are not enough: the machine compares by identity.
    assert found.position is state.position
    assert found.status is state.status
    assert all(isinstance(timer.status, StepStatus) for timer in found.timers)


@pytest.mark.parametrize("golden", GOLDEN, ids=[one["written"] for one in GOLDEN])
def test_what_was_written_before_is_still_read(golden: dict[str, Any]) -> None:
    state = STATES[golden["state"]]

    assert read(golden["text"], state) == state


def test_a_field_that_a_newer_release_wrote_does_not_keep_an_older_one_from_reading() -> None:
    """Workers of both releases run side by side during an upgrade."""
    state = STATES["a race"]
    text = json.dumps({**json.loads(encode(state)), "fromTheFuture": [1]})

    assert read(text, state) == state


@pytest.mark.parametrize("text", ["", "nonsense", "{}", '{"activity": "a"}'])
def test_what_is_no_state_is_refused(text: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        read(text, STATES["an end"])
