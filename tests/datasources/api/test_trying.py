"""Data sources, segments, people and records over the API: what their pages can do beside their forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from datasources.models import DataSource, FieldGroup, Identity, Profile, Schema
from datasources.platform.records.models import Record
from datasources.platform.segments.models import Segment, SegmentMembership
from journeyorch.access.models import Sandbox
from journeyorch.background.running import work
from tests.datasources.test_segments_admin import GOLD, sandbox
from tests.journeyorch.outbound.conftest import serve
from tests.journeyorch.outbound.raw_server import http, says
from tests.journeys.views.conftest import login

__all__ = ["login", "sandbox", "serve"]


def post(client: Client, address: str, /, **body: Any) -> Any:
    return client.post(f"/api/v1/{address}", body, content_type="application/json")


def put(client: Client, address: str, /, **body: Any) -> Any:
    return client.put(f"/api/v1/{address}", body, content_type="application/json")


def test_a_field_group_is_fetched_for_real(login: Any, sandbox: Sandbox, serve: Callable[..., Any]) -> None:
    server = serve(says(http(b'{"t": 1.5}')))
    source = DataSource.objects.create(sandbox=sandbox, name="Weather", url=server.url)
    schema = {"type": "object", "properties": {"t": {"type": "number"}, "rain": {"type": "boolean"}}}
    FieldGroup.objects.create(source=source, name="now", parameters="city", response_schema=schema)
    technical = login("change_datasource")
    tried = post(technical, "data-sources/Weather/test", group="now", values={"city": "Basel"})
    assert tried.json()["status"] == "ok", tried.content
    assert server.requests[0].startswith(b"GET /?city=Basel ")
    found = {one["field"]: one["found"] for one in tried.json()["fields"]}
    assert found == {"t: decimal": True, "rain: boolean": False}
    wrong = post(technical, "data-sources/Weather/test", group="now", values={"town": "Basel"})
    assert wrong.json()["errors"][0]["pointer"] == "/values/town"
    assert post(technical, "data-sources/Weather/test", group="then").status_code == 404
    # Written into the payload it is deeper than any JSON.
    deep: Any = 1
    for _level in range(250):
        deep = [deep]
    payload: Any = {"param": "city"}
    for _level in range(20):
        payload = [payload]
    FieldGroup.objects.update(method="POST", sent_payload=payload)
    refused = post(technical, "data-sources/Weather/test", group="now", values={"city": deep})
    assert (refused.status_code, refused.json()["code"]) == (200, "badValue")
    assert post(login("view_datasource"), "data-sources/Weather/test", group="now").status_code == 403


@pytest.fixture
def zoe(sandbox: Sandbox) -> Profile:
    profile = Profile.objects.create(sandbox=sandbox, attributes={"tier": "gold"})
    now = timezone.now()
    Identity.objects.create(sandbox=sandbox, namespace="CRMID", value="zoe", profile=profile, seen_at=now)
    return profile


def test_a_segment_is_estimated_evaluated_and_looked_into(login: Any, sandbox: Sandbox, zoe: Profile) -> None:
    author = login("view_segment", "add_segment", "change_segment", "view_profile")
    estimate = post(author, "segment-estimate", expression=GOLD).json()
    assert estimate == {"people": 1, "sample": 1, "size": 1, "low": 1, "high": 1}
    assert post(author, "segment-estimate", expression="uper(1)").status_code == 422
    segment = Segment.objects.create(sandbox=sandbox, name="Gold", expression=GOLD)
    begun = post(author, "segments/Gold/evaluate")
    assert begun.status_code == 202
    while work(owner="test"):
        pass
    assert SegmentMembership.objects.filter(segment=segment).exists()
    members = author.get("/api/v1/segments/Gold/members", {"identity": "zoe"}).json()["items"]
    assert [one["identities"] for one in members] == [[{"namespace": "CRMID", "id": "zoe"}]]
    assert author.get("/api/v1/segments/Gold/members", {"identity": "ann"}).json()["items"] == []
    assert login("view_segment").get("/api/v1/segments/Gold/members").status_code == 403
    assert author.get(f"/api/v1/profiles/{zoe.pk}").json()["segments"] == ["Gold"]


def test_a_person_is_found_and_corrected_unless_they_have_changed(login: Any, zoe: Profile) -> None:
    clerk = login("view_profile", "change_profile")
    found = clerk.get("/api/v1/profiles", {"identity": "zoe"}).json()["items"]
    assert [(one["id"], one["identityMap"]) for one in found] == [(zoe.pk, {"CRMID": [{"id": "zoe"}]})]
    address = f"profiles/{zoe.pk}"
    wanted = {"loyalty": {"tier": "silver"}}
    changed = put(clerk, address, attributes=wanted, testProfile=True, version=found[0]["version"])
    assert changed.status_code == 200, changed.content
    assert changed.json()["attributes"] == {**wanted, "testProfile": True}
    assert clerk.get("/api/v1/profiles", {"testProfile": "false"}).json()["items"] == []
    assert put(clerk, address, attributes={}, version=found[0]["version"]).status_code == 409
    assert put(login("view_profile"), address, attributes={}, version=1).status_code == 403
    assert login("change_profile").get(f"/api/v1/{address}").status_code == 403


def test_a_person_for_tests_is_made_once(login: Any, zoe: Profile) -> None:
    clerk = login("view_profile", "change_profile")
    made = post(clerk, "profiles", namespace="Email", id="test@example.com")
    assert (made.status_code, made.json()["testProfile"]) == (201, True)
    assert post(clerk, "profiles", namespace="CRMID", id="zoe").status_code == 409
    assert post(clerk, "profiles", namespace="Unknown", id="zoe").status_code == 422


def test_records_are_added_corrected_and_deleted(login: Any, sandbox: Sandbox) -> None:
    properties = {"sku": {"type": "string"}, "price": {"type": "number"}}
    Schema.objects.create(
        sandbox=sandbox,
        name="Rooms",
        kind=Schema.Kind.RECORD,
        primary_identity="sku",
        document={"$id": "urn:rooms", "type": "object", "properties": properties},
    )
    clerk = login("view_record", "add_record", "change_record", "delete_record")
    made = post(clerk, "records", schema="Rooms", data={"sku": "A-1", "price": 80})
    assert (made.status_code, made.json()["key"]) == (201, "A-1")
    address = f"records/{made.json()['id']}"
    assert post(clerk, "records", schema="Rooms", data={"sku": "A-1"}).status_code == 422
    assert post(clerk, "records", schema="Houses", data={}).json()["errors"][0]["pointer"] == "/schema"
    assert put(clerk, address, data={"sku": "A-1", "price": "much"}).status_code == 422
    assert put(clerk, address, data={"sku": "A-2"}).status_code == 422
    assert put(clerk, address, data={"sku": "A-1", "price": 90}).json()["data"]["price"] == 90
    listed = clerk.get("/api/v1/records", {"schema": "Rooms", "key": "A-1"}).json()["items"]
    assert [one["schema"] for one in listed] == ["Rooms"]
    assert login("view_record").delete(f"/api/v1/{address}").status_code == 403
    assert clerk.delete(f"/api/v1/{address}").status_code == 204
    assert not Record.objects.exists()
