"""What the engine's tests do all the time: draw a journey, publish it, send events, let time pass."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import orjson

from actions.models import Action
from datasources.models import Schema
from events.models import Event, Inlet, ReceivedEvent
from journeyorch import bulk
from journeyorch.access.models import Sandbox
from journeyorch.outbound import calls as outbound_calls
from journeyorch.outbound.calls import CallSpec, Made, Outcome, Prepared
from journeys import publishing
from journeys.engine.calls import make_calls_once
from journeys.engine.drain import drain_once
from journeys.engine.lanes import ensure_lanes
from journeys.models import Instance, JourneyVersion, LaneInput, StepEvent

EVENT_SCHEMA = {
    "type": "object",
    "required": ["_id", "timestamp"],
    "properties": {
        "_id": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
        "eventType": {"type": "string"},
        "amount": {"type": "number"},
        "identityMap": {"type": "object", "additionalProperties": {"type": "array"}},
        "_experience": {"type": "object"},
    },
}


def act(kind: str, to: dict[str, list[str]] | str | None = None, *, name: str = "", **config: Any) -> Any:
    """One activity of a drawing; ``to`` a text: the only path, ``next``."""
    targets = {"next": [to]} if isinstance(to, str) else to or {}
    return {"kind": kind, "name": name, "config": config, "to": targets}


class Recorder:
    """A handler that makes no call but remembers it; ``answers`` says how calls end."""

    def __init__(self) -> None:
        self.sent: list[tuple[CallSpec, Prepared]] = []
        self.recorded: list[Made] = []
        self.answers: list[Outcome] = []
        self.parking = False  # whether calls of unknown outcome are parked

    def prepare(self, calls: Sequence[CallSpec]) -> list[Prepared | Outcome]:
        return [Prepared({"body": dict(call.spec)}) for call in calls]

    def send(self, call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        self.sent.append((call, prepared))
        return self.answers.pop(0) if self.answers else Outcome("ok")

    def parks(self, calls: Sequence[CallSpec]) -> list[bool]:
        return [self.parking] * len(calls)

    def record(self, made: Sequence[Made], now: datetime) -> None:
        self.recorded.extend(made)


class World:
    """One sandbox, its engine, and a clock that only moves when told to."""

    def __init__(self) -> None:
        self.sandbox = Sandbox.objects.get(name="prod")
        ensure_lanes(self.sandbox.pk)
        self.schema = Schema.objects.create(
            sandbox=self.sandbox,
            name="Visits",
            kind="event",
            document=deepcopy(EVENT_SCHEMA),
            feeds_profiles=False,
        )
        self.inlet = Inlet.objects.create(
            sandbox=self.sandbox, key=uuid.uuid4().hex, name="Door", schema=self.schema
        )
        self.events = {name: self.event(name) for name in ("Lobby", "Restaurant")}
        self.recorder = Recorder()
        for kind in ("fetch", "custom_action", "message"):
            outbound_calls.register(kind, self.recorder)  # until the end of the test, see conftest.py
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self._ids = itertools.count(1)

    def event(self, name: str, namespace: str = "CRMID") -> Event:
        return Event.objects.create(
            sandbox=self.sandbox,
            name=name,
            type=Event.Type.RULE,
            condition=f'@{{{name}.eventType}} == "{name}"',
            schema=self.schema,
            namespace=namespace,
        )

    def action(self, name: str = "Tell", *, url: str = "http://127.0.0.1:1/") -> Action:
        """A custom action without parameters."""
        payload = {"type": "object", "fields": {}}
        return Action.objects.create(sandbox=self.sandbox, name=name, url=url, payload=payload)

    def journey(
        self, start: list[str] | str, *, name: str = "Trial", properties: Any = None, **activities: Any
    ) -> JourneyVersion:
        """Draw and publish."""
        version = self.draft(start, name=name, properties=properties, **activities)
        with self.clock():
            publishing.publish(version, by=None)
        return version

    def draft(
        self, start: list[str] | str, *, name: str = "Trial", properties: Any = None, **activities: Any
    ) -> JourneyVersion:
        version = publishing.create_journey(self.sandbox, name, by=None)
        starts = [start] if isinstance(start, str) else start
        # Published before the world's time begins.
        given = {"start_at": "2026-01-01T00:00:00Z", **(properties or {})}
        publishing.save_draft(
            version,
            {"properties": given, "start": starts, "activities": activities},
            revision=version.revision,
        )
        return version

    def send(
        self, name: str, person: str = "anna", *, at: datetime | None = None, **payload: Any
    ) -> ReceivedEvent:
        """An event is received, now or at another moment; nothing handles it yet."""
        number = next(self._ids)
        entity = {
            "_id": f"e{number}",
            "timestamp": "2026-03-01T12:00:00Z",
            "eventType": name,
            "identityMap": {"CRMID": [{"id": person, "primary": True}]},
            **payload,
        }
        body = orjson.dumps({"header": {}, "body": {"xdmEntity": entity}}).decode()
        return ReceivedEvent.objects.create(
            sandbox=self.sandbox, inlet=self.inlet, received_at=at or self.now, body=body
        )

    def pass_time(self, **delta: float) -> None:
        """Let time pass; nothing is handled yet."""
        self.now += timedelta(**delta)

    def drain(self) -> None:
        """Route and run waves until nothing is left to do at this moment; calls are not made."""
        with self.clock():
            while drain_once(self.sandbox.pk):
                pass

    def make_calls(self) -> int:
        with self.clock():
            return make_calls_once()

    def run(self) -> None:
        """Everything that can happen now, calls included."""
        self.drain()
        while self.make_calls():
            self.drain()

    def clock(self) -> Any:
        return mock.patch.object(bulk, "database_now", side_effect=lambda: self.now)

    # --- What became of it ------------------------------------------------------------------------

    def instance(self, person: str = "anna") -> Instance:
        return Instance.objects.get(person_id=person)

    def path(self, person: str = "anna") -> list[str]:
        """The steps that the person took: activities with the way out, in order."""
        steps = StepEvent.objects.filter(person_id=person, instance_id__isnull=False).exclude(
            status=StepEvent.Status.DISCARDED
        )
        return [f"{step.activity}>{step.path}" for step in steps.order_by("instance_id", "sequence")]

    def discards(self, person: str = "anna") -> list[str]:
        found = StepEvent.objects.filter(person_id=person, status=StepEvent.Status.DISCARDED)
        return list(found.order_by("pk").values_list("path", flat=True))

    def waiting_inputs(self) -> int:
        return LaneInput.objects.count()
