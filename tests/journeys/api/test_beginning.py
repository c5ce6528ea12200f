"""Ready-made journeys, sample data, events fired by hand, alerts tried, versions read: over the API."""

from __future__ import annotations

from typing import Any

from django.test import Client

from events.models import Event, ReceivedEvent
from journeyorch.access.models import Sandbox
from journeys import publishing
from journeys.definition.document import Document
from journeys.models import Alert, AlertNotice, Journey, JourneyVersion
from tests.journeys.views.conftest import drawing


def post(client: Client, address: str, /, **body: Any) -> Any:
    return client.post(f"/api/v1/{address}", body, content_type="application/json")


def test_a_ready_made_journey_comes_as_a_draft_once(admin_client: Client, login: Any) -> None:
    offered = admin_client.get("/api/v1/ready-made").json()["items"]
    assert {"name": "welcome", "title": "Welcome series"}.items() <= offered[0].items()
    assert offered[0]["brings"]["events"]
    made = post(admin_client, "ready-made/welcome")
    assert made.status_code == 201, made.content
    assert [one["status"] for one in made.json()["versions"]] == ["draft"]
    assert post(admin_client, "ready-made/welcome").status_code == 200
    assert post(admin_client, "ready-made/other").status_code == 404
    refused = post(login("view_journey", "change_journey"), "ready-made/birthday")
    assert refused.status_code == 422
    assert refused.json()["errors"]
    assert post(admin_client, "sample-data").status_code == 409


def test_sample_data_come_into_an_empty_sandbox(admin_client: Client, login: Any) -> None:
    assert post(login("view_journey", "change_journey"), "sample-data").status_code == 403
    assert post(admin_client, "sample-data").status_code == 201
    assert Journey.objects.exists()


def test_an_event_is_fired_and_followed(admin_client: Client, login: Any, event: Event) -> None:
    fired = post(admin_client, "events/Ordered/fire", person="zoe@example.com", payload={"total": 12})
    assert fired.status_code == 201, fired.content
    received = ReceivedEvent.objects.get(pk=fired.json()["receivedEvent"])
    assert "zoe@example.com" in received.body
    wrong = post(admin_client, "events/Ordered/fire", person="zoe@example.com", payload={"total": "much"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/payload")
    assert post(login("view_event"), "events/Ordered/fire", person="zoe").status_code == 403


def test_an_alert_is_tried_and_its_messages_are_listed(
    admin_client: Client, login: Any, sandbox: Sandbox
) -> None:
    lines = "ops@example.com\nlead@example.com"
    alert = Alert.objects.create(sandbox=sandbox, name="Late", kind="lag", threshold=60, emails=lines)
    assert post(admin_client, "alerts/Late/test").json() == {"notices": 2}
    listed = admin_client.get("/api/v1/sent-alerts", {"alert": "Late", "limit": 2}).json()
    assert {one["address"] for one in listed["items"]} == set(lines.split())
    assert {one["state"] for one in listed["items"]} == {"firing"}
    assert AlertNotice.objects.count() == 2
    assert post(admin_client, "alerts/Late/new-secret").status_code == 409
    alert.url = "https://hooks.example/alerts"
    alert.save()
    assert post(admin_client, "alerts/Late/new-secret").json()["secret"].startswith("whsec_")
    assert login("view_alert").get("/api/v1/sent-alerts").status_code == 403


def test_a_version_is_told_in_sentences_and_compared(reader: Client, draft: JourneyVersion) -> None:
    story = reader.get(f"/api/v1/versions/{draft.uid}/story").json()
    assert [step["name"] for step in story["steps"]] == ["Ordered", "Cool down", "Condition", "Served"]
    assert story["steps"][2]["paths"]["vip"]
    assert reader.get(f"/api/v1/versions/{draft.uid}/comparison").status_code == 404
    publishing.publish(draft, by=None)
    newer = publishing.new_version(draft, by=None)
    changed = drawing()
    del changed["activities"]["end"]
    changed["activities"]["which"]["to"] = {}
    newer.document = Document.model_validate(changed).model_dump(mode="json")
    newer.save()
    told = reader.get(f"/api/v1/versions/{newer.uid}/comparison", {"with": 1}).json()
    assert (told["older"], told["newer"]) == (1, 2)
    assert any("Served" in sentence for sentence in told["differences"])


def test_everything_is_searched(reader: Client, draft: JourneyVersion) -> None:
    groups = reader.get("/api/v1/search", {"q": "win b"}).json()["groups"]
    assert [hit["label"] for group in groups for hit in group["hits"]] == ["Win back"]
    assert reader.get("/api/v1/search").status_code == 400
