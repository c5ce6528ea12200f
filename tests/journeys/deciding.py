"""What the tests of the machine alone do all the time: begin an instance, and tell what was decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from journeys.engine.decide import Arrival, Decision, Plan, Returned, Surroundings, enter
from tests.journeys.drawings import LOBBY
from tests.journeys.world import act

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTANCE = UUID("00000000-0000-7000-8000-000000000001")
FOREVER = START + timedelta(days=30)
END = act("end")


def around(now: datetime) -> Surroundings:
    return Surroundings(now=now, namespace="CRMID", person_id="anna")


def arrival(event: int, at: datetime = START, *, id: int = 1, **payload: Any) -> Arrival:
    return Arrival(id, (event,), at, payload)


def begin(drawn: Plan, instance_id: UUID = INSTANCE, **payload: Any) -> Decision:
    return enter(drawn, instance_id, arrival(LOBBY, **payload), around(START), ends_at=FOREVER)


def after(**delta: float) -> datetime:
    return START + timedelta(**delta)


def returned(decision: Decision, status: str = "ok", *, data: Any = None, call: int = 0) -> Returned:
    return Returned(decision.calls[call].key, status, "", data, "What happened.", 12)


def path(*decisions: Decision) -> list[str]:
    return [f"{step.activity}>{step.path}" for decision in decisions for step in decision.steps]


#: Waits and an event in parallel, and what comes after each.
RACE = {
    "lobby": act("event", {"next": ["upper", "meal", "lower"]}, event="Lobby"),
    "upper": act("wait", {"next": ["u"]}, duration="PT1H"),
    "meal": act("event", {"next": ["m"], "timeout": ["t"]}, event="Meal", timeout="PT2H", timeout_path=True),
    "lower": act("wait", {"next": ["l"]}, duration="PT1H"),
    **dict.fromkeys("umtl", END),
}

#: A call, and an event to listen for after it, whether it is well or not.
CALLING = {
    "lobby": act("event", "tell", event="Lobby"),
    "tell": act(
        "custom_action",
        {"next": ["meal"], "error": ["sorry"]},
        action="Tell",
        values={"text": '"x"'},
        error_path=True,
    ),
    "meal": act("event", "end", event="Meal"),
    "sorry": act("event", "end", event="Gym"),
    "end": END,
}
