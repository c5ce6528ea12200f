"""The people of a version over the API: listed, and led on many at a time."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from journeyorch.access.models import AuditEntry
from tests.journeys.views.conftest import live, person

__all__ = ["live", "person"]


@pytest.fixture
def operator(login: Any) -> Client:
    return login("view_journey", "view_profile", "operate_instance")


def operate(client: Client, version: Any, **body: Any) -> Any:
    address = f"/api/v1/versions/{version.uid}/people/operate"
    return client.post(address, body, content_type="application/json")


def test_people_are_listed_page_by_page_and_by_question(operator: Client, live: Any, person: Any) -> None:
    for number in range(52):
        person(f"p{number}@x.org", activity="pause")
    address = f"/api/v1/versions/{live.uid}/people"
    first = operator.get(address).json()
    second = operator.get(address, {"after": first["next"]}).json()
    assert len({one["id"] for one in [*first["items"], *second["items"]]}) == 52
    assert second["next"] is None
    found = operator.get(address, {"id": "P7@x.org", "status": "running", "activity": "pause"}).json()
    assert [one["id"] for one in found["items"]] == ["p7@x.org"]
    assert found["items"][0]["version"] == str(live.uid)
    assert operator.get(address, {"status": "stopped"}).json()["items"] == []
    assert operator.get(address, {"status": "nonsense"}).status_code == 400


def test_many_are_led_on_at_once(operator: Client, live: Any, person: Any) -> None:
    some = [person(f"p{number}@x.org", activity="pause") for number in range(3)]
    assert operate(operator, live, operation="end", preview=True).json() == {"people": 3}
    assert not AuditEntry.objects.filter(verb="operated on people").exists()
    chosen = operate(operator, live, operation="end", instances=[str(some[0].pk)])
    assert (chosen.status_code, chosen.json()) == (202, {"people": 1})
    assert operate(operator, live, operation="end", activity="pause").json() == {"people": 3}
    told = AuditEntry.objects.filter(verb="operated on people").latest("pk")
    assert told.changes == {"operation": [None, "end"], "people": [None, 3]}


def test_what_cannot_be_done_is_said(operator: Client, live: Any, person: Any, login: Any) -> None:
    person("a@x.org", activity="pause")
    assert operate(operator, live, operation="skip").status_code == 409, "a skip needs a step"
    assert operate(operator, live, operation="park").status_code == 422
    assert operate(login("view_journey", "view_profile"), live, operation="end").status_code == 403
