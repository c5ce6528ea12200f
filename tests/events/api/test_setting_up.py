"""Setting up events over the API: what to send, a mapping tried, everything made from a sample."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from datasources.models import Schema
from events.models import Event, Inlet
from tests.journeys.views.conftest import event, login, sandbox

__all__ = ["event", "login", "sandbox"]

SAMPLE = {"id": 4711, "email": "jane@example.com", "total": 25.5}


@pytest.fixture
def technical(login: Any) -> Client:
    return login("view_event", "add_event", "add_inlet", "change_inlet", "add_schema")


def post(client: Client, address: str, /, **body: Any) -> Any:
    return client.post(f"/api/v1/{address}", body, content_type="application/json")


def test_what_to_send_for_an_event_is_told(technical: Client, event: Event) -> None:
    told = technical.get("/api/v1/events/Ordered/payload").json()
    assert told["payload"]["_experience"]["campaign"]["orchestration"]["eventID"] == "ordered-1"
    assert told["message"]["body"]["xdmEntity"] == told["payload"]
    assert technical.get("/api/v1/events/Other/payload").status_code == 404


def test_a_sample_makes_schema_inlet_and_event(technical: Client, login: Any) -> None:
    proposed = post(technical, "start-from-sample", name="Ordered", sample=SAMPLE, preview=True)
    assert proposed.status_code == 200, proposed.content
    assert {one["path"]: one["type"] for one in proposed.json()["fields"]} == {
        "id": "integer",
        "email": "email",
        "total": "number",
    }
    assert not Inlet.objects.exists()
    person = proposed.json()["people"][0]
    assert (
        post(technical, "start-from-sample", name="Ordered", sample=SAMPLE, person=person).status_code == 201
    )
    made = [model.objects.get(name="Ordered") for model in (Schema, Inlet, Event)]
    assert made[2].namespace == "Email"
    again = post(technical, "start-from-sample", name="Ordered", sample=SAMPLE)
    assert again.json()["errors"][0]["pointer"] == "/name"
    assert post(technical, "start-from-sample", name="Empty", sample=[]).status_code == 422
    nobody = {"source": "total", "namespace": "CRMID"}
    assert post(technical, "start-from-sample", name="X", sample=SAMPLE, person=nobody).status_code == 422
    assert post(login("add_inlet"), "start-from-sample", name="Y", sample=SAMPLE).status_code == 403


def test_a_mapping_is_tried_on_a_message(technical: Client) -> None:
    assert post(technical, "start-from-sample", name="Ordered", sample=SAMPLE).status_code == 201
    mapped = post(technical, "inlets/Ordered/try-mapping", message=SAMPLE).json()
    assert (mapped["schema"], mapped["violations"], mapped["problem"]) == ("Ordered", [], "")
    assert mapped["entity"]["_tenant"]["total"] == 25.5
    rows = [{"source": "total", "target": "_tenant.total"}, {"source": "gone", "target": "_tenant.id"}]
    other = post(technical, "inlets/Ordered/try-mapping", message=SAMPLE, mapping=rows).json()
    assert other["silent"] == [1]
    broken = post(technical, "inlets/Ordered/try-mapping", message=SAMPLE, mapping=[{"target": ""}])
    assert broken.json()["errors"][0]["pointer"].startswith("/mapping/0/")
    assert post(technical, "inlets/Ordered/try-mapping", message=1, address="/nowhere").status_code == 422
