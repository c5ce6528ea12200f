"""A sandbox with an event and journeys, and people who may see them or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from datasources.models import Namespace, Schema
from events.models import Event
from journeyorch import bulk
from journeyorch.access.models import Sandbox, User
from journeys import publishing
from journeys.definition.document import Document
from journeys.models import (
    FetchCount,
    Instance,
    JourneyVersion,
    MessageCount,
    MessageTraitCount,
    StepCount,
    StepErrorCount,
    StepEvent,
    StepTimeCount,
)

MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def sandbox(db) -> Sandbox:
    return Sandbox.objects.get(name="prod")


@pytest.fixture
def event(sandbox) -> Event:
    Namespace.objects.get_or_create(
        sandbox=sandbox, code="Email", defaults={"name": "Email", "kind": Namespace.Kind.EMAIL}
    )
    document = {"type": "object", "properties": {"_id": {"type": "string"}, "total": {"type": "number"}}}
    schema = Schema.objects.create(
        sandbox=sandbox, name="Orders", kind=Schema.Kind.EVENT, document={"$id": "urn:orders", **document}
    )
    return Event.objects.create(
        sandbox=sandbox, name="Ordered", schema=schema, namespace="Email", event_id="ordered-1"
    )


def drawing() -> dict[str, Any]:
    """An event, a wait, then two paths of which the second ends nowhere."""
    paths = [{"id": "vip", "label": "VIP", "expression": "true"}]
    return {
        "format": 1,
        "start": ["in"],
        "activities": {
            "in": {"kind": "event", "config": {"event": "Ordered"}, "to": {"next": ["pause"]}},
            "pause": {
                "kind": "wait",
                "label": "Cool down",
                "config": {"duration": "PT1H"},
                "to": {"next": ["which"]},
            },
            "which": {"kind": "condition", "config": {"paths": paths, "other": True}, "to": {"vip": ["end"]}},
            "end": {"kind": "end", "label": "Served"},
        },
    }


@pytest.fixture
def draft(sandbox, event) -> JourneyVersion:
    return publishing.create_journey(
        sandbox, "Win back", by=None, document=Document.model_validate(drawing())
    )


@pytest.fixture
def live(draft) -> JourneyVersion:
    publishing.publish(draft, by=None)
    return draft


@pytest.fixture
def person(live) -> Callable[..., Instance]:
    """``person("anna@example.com", activity="pause")``: somebody inside the live version."""

    def make(name: str, *, activity: str = "pause", hours: int = 0, **fields: Any) -> Instance:
        values = {"position": Instance.Position.WAITING, "status": Instance.Status.RUNNING, "state": "{}"}
        return Instance.objects.create(
            version=live, journey_id=live.journey_id, lane_id=1, namespace="Email", person_id=name,
            activity=activity, started_at=MORNING + timedelta(hours=hours), **{**values, **fields},
        )  # fmt: skip

    return make


@pytest.fixture
def login(db) -> Callable[..., Client]:
    """``login("view_journey", …)``: the browser of somebody with these permissions."""

    def enter(*permissions: str) -> Client:
        user = User.objects.create_user(f"user-{User.objects.count()}", password="x")
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        user.sandboxes.set(Sandbox.objects.filter(name="prod"))
        client = Client()
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def reader(login) -> Client:
    return login("view_journey", "view_profile")


@pytest.fixture
def maker(login) -> Client:
    return login("view_journey", "change_journey", "publish_journey", "view_profile")


@pytest.fixture
def hour(monkeypatch) -> datetime:
    """The hour that it is."""
    now = datetime(2026, 3, 31, 12, 30, tzinfo=UTC)
    monkeypatch.setattr(bulk, "database_now", lambda: now)
    return now.replace(minute=0)


@pytest.fixture
def figures(live: JourneyVersion, hour: datetime) -> JourneyVersion:
    """Ten came in, six are past the wait, one was lost; the day before five had come in."""
    for activity, path, status, n in [
        ("in", "next", StepEvent.Status.TRANSITIONS, 10),
        ("pause", "next", StepEvent.Status.TRANSITIONS, 6),
        ("pause", "", StepEvent.Status.ERROR, 1),
        ("which", "vip", StepEvent.Status.TRANSITIONS, 4),
        ("which", "other", StepEvent.Status.ENDED, 2),
        ("end", "", StepEvent.Status.ENDED, 4),
        ("", "alreadyInside", StepEvent.Status.DISCARDED, 3),
    ]:
        where = {"version": live, "activity": activity, "path": path, "status": status}
        StepCount.objects.create(**where, hour=hour, lane_id=64, n=n - 1)
        StepCount.objects.create(**where, hour=hour, lane_id=65, n=1)
    StepCount.objects.create(
        version=live, activity="in", path="next", status=0, hour=hour - timedelta(days=1), lane_id=0, n=5
    )
    here = {"version": live, "activity": "pause", "hour": hour, "lane_id": 64}
    StepErrorCount.objects.create(**here, path="", status=StepEvent.Status.ERROR, code="badDate", n=1)
    StepTimeCount.objects.create(**here, bucket=60, n=7)
    MessageCount.objects.create(**here, status="sent", n=8)
    MessageCount.objects.create(**here, status="opened", n=2)
    for trait, value, n in (("domain", "x.org", 2), ("device", "phone", 1)):
        MessageTraitCount.objects.create(**here, status="opened", trait=trait, value=value, n=n)
    for code, n in (("", 8), ("503", 2)):
        FetchCount.objects.create(**here, field_group="Rooms.Free", code=code, n=n)
    return live
