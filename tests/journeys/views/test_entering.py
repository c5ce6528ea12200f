"""The page that answers why nobody enters."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from events.models import Event, Inlet, ReceivedEvent
from events.samples import sample_message
from journeys import testing
from journeys.models import JourneyVersion


def receive(event: Event, entity: dict[str, Any]) -> None:
    inlet, _ = Inlet.objects.get_or_create(sandbox=event.sandbox, name="Shop", defaults={"key": "k"})
    body = json.dumps(sample_message(entity, schema_ref=event.schema.ref))
    ReceivedEvent.objects.create(
        sandbox=event.sandbox, inlet=inlet, received_at=timezone.now(), protocol="collection", body=body
    )


def test_evidence_comes_from_what_was_received(
    reader: Client, login: Any, live: JourneyVersion, event: Event
) -> None:
    address = f"/versions/{live.uid}/entering/"
    assert "Nothing at all was received." in reader.get(address).content.decode()
    receive(event, {"_id": "1", "total": 5})
    found = reader.get(address).content.decode()
    assert "Of the last 1 received events 1 follow the schema “Orders”" in found
    assert "It carries the event&#x27;s ID – Ordered. 0 of 1 did." in found
    assert "A technical user mends this." in found
    assert "/admin/events/event/" not in found

    technical = login("view_journey")
    technical.get("/")
    user = live.sandbox.user_set.latest("pk")
    user.is_staff = True
    user.save()
    assert f"/admin/events/event/{event.pk}/change/" in technical.get(address).content.decode()


def test_it_is_reached_from_the_list_and_the_version_of_what_people_could_enter(
    reader: Client, draft: JourneyVersion
) -> None:
    address = f"/versions/{draft.uid}/entering/"
    assert address not in reader.get("/").content.decode()
    testing.switch_on(draft, by=None)
    assert address in reader.get("/").content.decode()
    assert address in reader.get(f"/versions/{draft.uid}/").content.decode()
