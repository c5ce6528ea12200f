"""Answers of strict requests and of inlets that are open to everybody (ingestion.md, Checking)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from datasources.models import Schema
from datasources.platform.schemas.library import building, compose
from events.ingest import store
from events.models import Event, Inlet, ReceivedEvent
from journeyorch.access.models import Sandbox
from tests.events.conftest import Send, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(sandbox: Sandbox, inlet: Inlet) -> Schema:
    tenant = {"room": building.text("Room"), "n": building.integer("N")}
    document = compose("event", ["orchestration"], id="urn:hotel", tenant=tenant, tenant_name="hotel")
    schema = Schema.objects.create(sandbox=sandbox, name="Hotel", kind="event", document=document)
    inlet.schema = schema
    inlet.save()
    return schema


@pytest.mark.parametrize("name", ["syncValidation", "synchronousValidation"])
def test_a_valid_event_passes(schema: Schema, send: Send, name: str) -> None:
    sent = send(message(), query=f"?{name}=true")
    assert (sent.status, sent.body["synchronousValidation"]) == (200, {"status": "pass"})


def test_an_invalid_event_is_refused_with_its_violations(schema: Schema, send: Send) -> None:
    sent = send(message(None, _hotel={"room": 5, "n": "secret"}), query="?syncValidation=true")
    assert sent.status == 400
    assert sent.body["type"] == "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet"
    assert (sent.body["status"], sent.body["title"]) == (400, "Invalid XDM Message Format")
    report = sent.body["report"]
    assert report["message"] == "inletId: [inlet-1] imsOrgId: [ABC123@AdobeOrg] Message is invalid"
    (summary,) = report["cause"]["_streamingValidation"]
    assert (summary["pointerToViolation"], summary["message"]) == ("#", "3 schema violations found")
    found = {(each["pointerToViolation"], each["keyword"]): each for each in summary["causingExceptions"]}
    assert set(found) == {("#", "required"), ("#/_hotel/room", "type"), ("#/_hotel/n", "type")}
    assert found["#/_hotel/room", "type"] == {
        "schemaLocation": "#/properties/_hotel/properties/room",
        "pointerToViolation": "#/_hotel/room",
        "causingExceptions": [],
        "keyword": "type",
        "message": "expected type: String, found: Long",
    }
    assert not ReceivedEvent.objects.exists()


def test_without_strictness_an_invalid_event_is_taken_in(schema: Schema, send: Send) -> None:
    assert send(message(_hotel=5)).status == 200


def test_a_strict_batch_refuses_the_invalid_ones_alone(schema: Schema, send: Send) -> None:
    sent = send(
        {"messages": [message("a"), message("b", _hotel=5)]}, batch=True, query="?syncValidation=true"
    )
    assert sent.status == 207
    good, bad = sent.body["responses"]
    assert "xactionId" in good
    assert bad["statusCode"] == 400
    assert bad["cause"]["_streamingValidation"][0]["message"] == "1 schema violation found"
    assert ReceivedEvent.objects.count() == 1


def test_a_strict_event_needs_a_known_schema(inlet: Inlet, send: Send) -> None:
    sent = send(message(), query="?syncValidation=true")
    assert sent.status == 400
    assert sent.body["report"]["message"].endswith("Message names no known schema")


# --- Open to everybody -----------------------------------------------------------------------------


@pytest.fixture
def open_inlet(schema: Schema, inlet: Inlet) -> Inlet:
    inlet.mode, inlet.rate_limit = Inlet.Mode.UNAUTHENTICATED, 100
    inlet.save()
    return inlet


def lobby(**more: Any) -> dict[str, Any]:
    return message(_experience={"campaign": {"orchestration": {"eventID": "lobby-id"}}}, **more)


def test_an_open_inlet_takes_configured_events_without_a_key(
    open_inlet: Inlet, schema: Schema, send: Send
) -> None:
    Event.objects.create(sandbox=schema.sandbox, name="Lobby", event_id="lobby-id", schema=schema)
    assert send(lobby(), key=None).status == 200
    assert ReceivedEvent.objects.count() == 1


def test_an_open_inlet_takes_nothing_else(open_inlet: Inlet, schema: Schema, send: Send) -> None:
    sent = send(lobby(), key=None)
    assert sent.status == 400
    assert sent.body["report"]["message"].endswith("Message is not one of the events that this inlet takes")
    Event.objects.create(sandbox=schema.sandbox, name="Lobby", event_id="lobby-id", schema=schema)
    sent = send({"messages": [lobby(), message("x")]}, batch=True, key=None)
    assert [each.get("statusCode") for each in sent.body["responses"]] == [None, 400]


def test_an_open_inlet_takes_no_profile_records(open_inlet: Inlet, sandbox: Sandbox, send: Send) -> None:
    document = compose("profile", ["person"], id="urn:people")
    Schema.objects.create(sandbox=sandbox, name="People", kind="profile", document=document)
    record = {"header": {"schemaRef": {"id": "urn:people"}}, "body": {"xdmEntity": {"person": {}}}}
    assert send(record, key=None).status == 400


# --- When storage is away --------------------------------------------------------------------------


def test_a_passing_failure_of_the_database_is_not_noticed(
    inlet: Inlet, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OperationalError("deadlock detected")]
    real = {name: getattr(store, name) for name in ("_store_in_postgresql", "_store_in_sqlite")}

    def once(*arguments: Any, name: str) -> Any:
        if failures:
            raise failures.pop()
        return real[name](*arguments)

    for name in real:
        monkeypatch.setattr(store, name, lambda *arguments, name=name: once(*arguments, name=name))
    assert send(message()).status == 200
    assert ReceivedEvent.objects.count() == 1


def test_a_lasting_failure_of_the_database_asks_for_another_try(
    inlet: Inlet, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("the database is away")

    for name in ("_store_in_postgresql", "_store_in_sqlite"):
        monkeypatch.setattr(store, name, away)
    sent = send(message())
    assert sent.status == 503
    assert sent.headers["Retry-After"] == "1"
    assert "away" not in str(sent.body)


def test_a_database_that_is_away_when_the_inlet_is_looked_up_asks_for_another_try(
    inlet: Inlet, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    from events.ingest import doors

    def away(key: str) -> None:
        raise OperationalError("the database is away")

    doors.forget_all()
    monkeypatch.setattr(doors, "look_up", away)
    sent = send(message())
    assert sent.status == 503
    assert sent.headers["Retry-After"] == "1"


def test_a_configuration_that_never_rests_asks_for_another_try(
    inlet: Inlet, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    from events.ingest import accept

    monkeypatch.setattr(accept, "store", lambda *_, **__: None)
    assert send(message()).status == 503


def test_what_was_judged_by_an_old_configuration_is_judged_again(
    inlet: Inlet, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the key and the write, somebody revokes it: the write must not happen."""
    from events.ingest import accept

    send(message("before"))
    real = store.store

    def revoke_first(*arguments: Any, **named: Any) -> Any:
        inlet.tokens.all().delete()
        inlet.sandbox.configuration_changed()
        return real(*arguments, **named)

    monkeypatch.setattr(accept, "store", revoke_first)
    assert send(message("between")).status == 403
    assert ReceivedEvent.objects.count() == 1


def test_a_strict_event_needs_a_known_dataset(schema: Schema, send: Send) -> None:
    body = message()
    body["header"]["datasetId"] = "unknown"
    sent = send(body, query="?syncValidation=true")
    assert sent.status == 400
    assert sent.body["report"]["message"].endswith("It names a dataset that this sandbox does not have")
    body["header"]["datasetId"] = schema.datasets.get().key
    assert send(body, query="?syncValidation=true").status == 200
