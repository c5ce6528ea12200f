"""The quarantine over the API: looked at, put right, tried again; and what came in."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from events.models import Inlet, Quarantined, ReceivedEvent
from journeyorch.access.models import AuditEntry, Sandbox, User
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work
from tests.events.conftest import Send, message
from tests.journeys.views.conftest import login

__all__ = ["login"]

QUARANTINE = "/api/v1/quarantine"


@pytest.fixture
def technical(login: Any) -> Client:
    return login("view_quarantined", "change_quarantined", "view_receivedevent", "view_profile")


@pytest.fixture
def number(inlet: Inlet, send: Send) -> int:
    """The number of an event in quarantine."""
    send(message("bad"))
    row = ReceivedEvent.objects.get()
    ReceivedEvent.objects.update(routed=True)
    Quarantined.objects.create(
        received_event=row, sandbox=inlet.sandbox, code="invalid", message="#/_hotel: …", at=row.received_at
    )
    return row.pk


@pytest.fixture
def elsewhere(client: Client, number: int) -> Client:
    """Of somebody who may do everything, but works in another sandbox."""
    other = Sandbox.objects.create(name="other", title="Other")
    client.force_login(User.objects.create_superuser("stranger"))
    client.defaults["HTTP_X_SANDBOX_NAME"] = other.name
    return client


def put(client: Client, number: int, body: Any) -> Any:
    return client.put(f"{QUARANTINE}/{number}", {"body": body}, content_type="application/json")


def test_a_message_is_put_right_and_tried_again(technical: Client, number: int) -> None:
    listed = technical.get(QUARANTINE, {"code": "invalid"}).json()
    assert [(one["id"], one["message"]) for one in listed["items"]] == [(number, "#/_hotel: …")]
    assert technical.get(QUARANTINE, {"code": "noKey"}).json()["items"] == []
    assert technical.get(f"{QUARANTINE}/{number}").json()["body"] == message("bad")
    assert put(technical, number, message("good")).json()["body"] == message("good")
    tried = technical.post(f"{QUARANTINE}/{number}/try-again")
    assert (tried.status_code, tried.json()) == (202, {"events": 1})
    row = ReceivedEvent.objects.get()
    assert (orjson.loads(row.body), row.routed) == (message("good"), False)
    assert technical.get(f"{QUARANTINE}/{number}").status_code == 404
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"corrected", "tried again"}


def test_many_are_tried_again_in_the_background(technical: Client, number: int) -> None:
    address = f"{QUARANTINE}/try-again"
    none = technical.post(address, {"codes": ["noKey"]}, content_type="application/json")
    assert none.status_code == 409
    begun = technical.post(address, {"codes": ["invalid"]}, content_type="application/json")
    assert begun.status_code == 202
    work(owner="test")
    assert not Quarantined.objects.exists()
    task = technical.get(f"/api/v1/tasks/{begun.json()['id']}").json()
    assert (task["state"], task["done"], task["percent"], task["lines"]) == ("done", 1, 100, [])
    assert BackgroundTask.objects.get().by is not None


def test_a_received_event_tells_what_became_of_it(technical: Client, number: int) -> None:
    listed = technical.get("/api/v1/received-events", {"inlet": "Website", "waiting": "false"}).json()
    assert [one["id"] for one in listed["items"]] == [number]
    assert technical.get("/api/v1/received-events", {"waiting": "true"}).json()["items"] == []
    told = technical.get(f"/api/v1/received-events/{number}").json()
    assert (told["inlet"], told["code"], told["quarantined"]) == ("Website", "invalid", True)
    assert told["body"] == message("bad")


def test_what_makes_no_sense_is_refused(technical: Client, number: int) -> None:
    refused = technical.put(f"{QUARANTINE}/{number}", {"message": {}}, content_type="application/json")
    assert refused.status_code == 422
    assert "/body" in {one["pointer"] for one in refused.json()["errors"]}
    assert technical.get(QUARANTINE, {"limit": "0"}).status_code == 400
    assert technical.get(f"{QUARANTINE}/{10**30}").status_code == 404


def test_of_another_sandbox_nothing_is_there(elsewhere: Client, number: int) -> None:
    assert elsewhere.get(QUARANTINE).json()["items"] == []
    assert elsewhere.get(f"{QUARANTINE}/{number}").status_code == 404
    assert put(elsewhere, number, {}).status_code == 404
    assert elsewhere.post(f"{QUARANTINE}/{number}/try-again").status_code == 404
    assert elsewhere.get(f"/api/v1/received-events/{number}").status_code == 404


def test_looking_is_not_changing_and_messages_are_about_people(login: Any, number: int) -> None:
    onlooker, blind = login("view_quarantined", "view_profile"), login("change_quarantined")
    assert onlooker.get(f"{QUARANTINE}/{number}").status_code == 200
    assert put(onlooker, number, {}).status_code == 403
    assert onlooker.post(f"{QUARANTINE}/{number}/try-again").status_code == 403
    assert blind.get(QUARANTINE).status_code == 403
