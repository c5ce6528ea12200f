"""The page of an inlet's mapping: rows are tried on a sample, and saved."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from datasources.models import Schema
from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.library import building, compose
from events.mapping.forms import rows_form
from events.mapping.places import path_of
from events.mapping.rules import Row
from events.mapping.targets import targets_of
from events.mapping.trying import addresses, sample_of
from events.models import Inlet, ReceivedEvent
from events.protocols import adapters
from journeyorch.access.models import User
from tests.events.seed import KEY

pytestmark = pytest.mark.django_db

SAMPLE = {"order": {"id": 7, "lines": [{"sku": "p1"}]}, "mail": "j@example.com"}
PLAIN = "events/json/<str:inlet>"


@pytest.fixture
def inlet(inlet: Inlet) -> Inlet:
    document = compose("event", ["commerce"], tenant={"total": building.number("Total")}, tenant_name="acme")
    inlet.schema = Schema.objects.create(
        sandbox=inlet.sandbox, name="Orders", kind="event", tenant="acme", document=document
    )
    inlet.save()
    return inlet


@pytest.fixture
def page(client: Client, inlet: Inlet) -> str:
    client.force_login(User.objects.create_superuser("technical", password="x"))
    return reverse("admin:events_inlet_mapping", args=[inlet.pk])


def sent(*rows: dict[str, str], button: str = "_preview", **more: str) -> dict[str, str]:
    data = {"rows-TOTAL_FORMS": str(len(rows) + 1), "rows-INITIAL_FORMS": "0", "address": PLAIN, button: "1"}
    for number, row in enumerate(rows):
        data |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return data | {"body": orjson.dumps(SAMPLE).decode()} | more


def row(source: str, target: str, function: str = "", argument: str = "") -> dict[str, str]:
    return {"source": source, "target": target, "function": function, "argument": argument, "only_for": ""}


ID = row("order.id", "_id", "concat")


def test_a_sample_is_shown_as_it_would_become(client: Client, page: str) -> None:
    rows = [ID, row("order.lines[*].sku", "productListItems[*].SKU"), row("absent", "_acme.unknown")]
    answer = client.post(page, sent(*rows))
    entity = orjson.loads(answer.context["entity"])
    assert entity["_id"] == "7"
    assert entity["productListItems"] == [{"SKU": "p1"}]
    assert answer.context["tried"].violations == []
    text = answer.content.decode()
    assert "It follows schema Orders." in text
    assert "No value in this sample" in text
    assert "The schema has no such field" in text
    assert '<option value="order.lines[*].sku" label="p1">' in text
    assert '<option value="productListItems[*].SKU"' in text
    assert '<option value="identityMap.Email[0].id"' in text
    assert Inlet.objects.get().mapping == []


def test_what_breaks_the_schema_is_said(client: Client, page: str) -> None:
    answer = client.post(page, sent(ID, row("order.id", "eventType")))
    assert "It breaks schema Orders" in answer.content.decode()
    assert [each.pointer for each in answer.context["tried"].violations] == ["#/eventType"]


def test_rows_are_saved_in_their_order_without_empty_ones(client: Client, page: str) -> None:
    constant = row("", "eventType", "constant", " x ")
    assert client.post(page, sent(ID, row("", ""), constant, button="_save")).status_code == 302
    assert Inlet.objects.get().mapping == [ID, constant]
    shown = client.get(page).content.decode()
    assert 'value="order.id"' in shown
    assert client.post(page, sent(constant, button="_save")).status_code == 302
    assert Inlet.objects.get().mapping == [constant]


def test_a_row_that_is_none_says_why_and_nothing_is_saved(client: Client, page: str) -> None:
    for bad, reason in ((row("a..b", "x"), "is no path"), (row("a", "x", "nonsense"), "not one of")):
        answer = client.post(page, sent(bad, button="_save"))
        assert answer.status_code == 200
        assert reason in answer.content.decode()
    assert Inlet.objects.get().mapping == []


@pytest.mark.parametrize("count", ["nonsense", "-1", ""])
def test_a_form_that_was_tampered_with_is_no_fault_of_ours(client: Client, page: str, count: str) -> None:
    answer = client.post(page, {**sent(ID, button="_save"), "rows-TOTAL_FORMS": count})
    assert answer.status_code in (200, 302)
    assert Inlet.objects.get().mapping == []


@pytest.mark.parametrize(("count", "valid"), [("201", True), ("9999", True), ("99999", False)])
def test_a_form_that_claims_too_many_rows_is_no_fault_of_ours(count: str, valid: bool) -> None:
    """Without the page, which would draw hundreds of rows."""
    form = rows_form(QueryDict(urlencode({**sent(ID), "rows-TOTAL_FORMS": count})), [])
    assert form.is_valid() is valid
    assert len(form.forms) <= form.absolute_max
    assert not valid or form.rows == [Row(**ID)]


def test_more_rows_keep_what_was_written(client: Client, page: str) -> None:
    answer = client.post(page, sent(ID, button="_more"))
    assert len(answer.context["noted"]) == 7
    assert 'value="order.id"' in answer.content.decode()


def test_a_row_is_moved_among_the_others_before_anything_is_saved(client: Client, page: str) -> None:
    rows = [ID, row("mail", "eventType"), row("mail", "_acme.mail")]
    answer = client.post(page, sent(*rows, button="_preview", _up="2"))
    assert [form["target"].value() for form, _ in answer.context["noted"]][:3] == [
        "_id", "_acme.mail", "eventType",
    ]  # fmt: skip
    assert answer.context["moved"] == 1
    client.post(page, sent(*rows, button="_save", _down="0"))
    assert [each["target"] for each in Inlet.objects.get().mapping] == ["eventType", "_id", "_acme.mail"]


@pytest.mark.parametrize("button", [{"_up": "0"}, {"_down": "3"}, {"_down": "x"}, {"_up": "-1"}])
def test_a_row_without_room_stays(client: Client, page: str, button: dict[str, str]) -> None:
    rows = [ID, row("mail", "eventType"), row("mail", "_acme.mail")]
    answer = client.post(page, sent(*rows, **button))
    assert [form["target"].value() for form, _ in answer.context["noted"]][:3] == [
        "_id", "eventType", "_acme.mail",
    ]  # fmt: skip


def test_rows_for_records_pass_over_events(client: Client, page: str) -> None:
    answer = client.post(page, sent(ID, row("mail", "_acme.mail") | {"only_for": "record"}))
    assert "_acme" not in orjson.loads(answer.context["entity"])
    assert "The sample is no message of this kind." in answer.content.decode()


@pytest.mark.parametrize("body", ["", "{", "[]", "5", '{"a": "\\ud800"}', "[" * 300])
def test_a_body_that_cannot_be_read_says_so(client: Client, page: str, body: str) -> None:
    answer = client.post(page, sent(ID, body=body))
    assert answer.status_code == 200
    assert not answer.context["tried"]


def test_something_received_is_a_sample_too(client: Client, page: str) -> None:
    call = {
        "type": "track",
        "userId": "u1",
        "event": "Played",
        "writeKey": KEY,
        "context": {"ip": "192.0.2.1"},
    }
    client.post("/v1/track", orjson.dumps(call), content_type="application/json")
    received = str(ReceivedEvent.objects.get().pk)
    assert "anonymousId" in client.get(page).content.decode()  # what its protocol does by itself
    answer = client.post(page, sent(row("context.ip", "environment.ipV4"), received=received))
    entity = orjson.loads(answer.context["entity"])
    assert (entity["eventType"], entity["environment"]) == ("Played", {"ipV4": "192.0.2.1"})


def test_only_who_may_change_inlets_may_do_so(client: Client, page: str) -> None:
    client.force_login(User.objects.create_user("business", password="x", is_staff=True))
    assert client.get(page).status_code in (302, 403, 404)
    assert client.post(page, sent(ID, button="_save")).status_code in (302, 403, 404)
    assert Inlet.objects.get().mapping == []


BODIES: dict[str, Any] = {
    "segment": {"userId": "u", "event": "E", "batch": [{"type": "track", "userId": "u", "event": "E"}]},
    "dittofeed": {"userId": "u", "event": "E", "batch": [{"type": "track", "userId": "u", "event": "E"}]},
    "posthog": {"event": "E", "distinct_id": "u", "batch": [{"event": "E", "distinct_id": "u"}]},
    "customerio": {"name": "E"},
    "snowplow": {"data": [{"e": "pv", "uid": "u"}]},
    "cloudevents": {"specversion": "1.0", "id": "1", "source": "s", "type": "t"},
    "edge": {
        "event": {"xdm": {}},
        "events": [{"xdm": {}}],
        "consent": [{"standard": "Adobe", "version": "1.0", "value": {"general": "in"}}],
    },
    "json": {"a": 1},
    "collection": {
        "body": {"xdmEntity": {"_id": "1"}}, "messages": [{"body": {"xdmEntity": {"_id": "1"}}}]
    },
}  # fmt: skip


def test_every_address_takes_a_sample_and_its_ready_made_rows_are_paths() -> None:
    assert set(addresses()) == set(BODIES)
    for protocol, patterns in addresses().items():
        for pattern in patterns:
            assert sample_of(pattern, orjson.dumps(BODIES[protocol])).protocol == protocol
    for adapter in adapters():
        for source, target in adapter.ready_made:
            assert path_of(source)
            assert path_of(target)


def test_targets_know_lists_and_what_a_schema_leaves_open() -> None:
    document = {"properties": {
        "a": {"type": "object", "properties": {"b": {"type": "string", "title": "B"}}},
        "items": {"type": "array", "items": {"type": "object", "properties": {"c": {"type": "integer"}}}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
    }}  # fmt: skip
    targets = targets_of(fields_of(document), namespaces=["CRMID"])
    assert set(targets.plain) == {"a.b", "items[*].c", "tags[*]", "identityMap.CRMID[0].id"}
    known = [
        "a",
        "a.b",
        "items",
        "items[0].c",
        "items[*].c",
        "tags",
        "tags[3]",
        "map.x.y",
        "identityMap.X[0]",
    ]
    assert [text for text in known if not targets.has(path_of(text))] == []
    unknown = ["b", "a.c", "items.c", "items[0].d"]
    assert [text for text in unknown if targets.has(path_of(text))] == []
