"""From a pasted sample to schema, inlet and event, so that such a message is understood at once."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings

from datasources.models import Schema
from events.catalog import catalog_of
from events.inlets import create_key
from events.loading import load_entities, load_raw
from events.mapping.proposing import Person, fields_in, people_in, rows_for
from events.mapping.rules import compiled, rule_of
from events.models import Event, Inlet, InletToken, ReceivedEvent
from events.routing import route
from journeyorch.access.models import Sandbox, User
from tests.events.test_mapping import JSON
from tests.events.test_receiving import sent_by_shell

SAMPLE = {
    "id": 4711,
    "createdAt": "2026-05-01T12:00:00Z",
    "customer": {"e-mail": "jane@example.com", "customerId": "c-1", "vip": True, "note": None},
    "total": 25.5,
    "tags": ["a", "b"],
    "sizes": [1, 2.5],
    "mixed": [1, "a"],
    "lines": [{"sku": "p1"}, {"sku": "p2", "count": 2}],
}


def test_every_value_becomes_a_field_of_its_type() -> None:
    assert {field.path: field.type for field in fields_in(SAMPLE)} == {
        "id": "integer",
        "createdAt": "date-time",
        "customer.e_mail": "email",
        "customer.customerId": "string",
        "customer.vip": "boolean",
        "total": "number",
        "tags": "strings",
        "sizes": "numbers",
        "lines": "objects",
        "lines.sku": "string",
        "lines.count": "integer",
    }


def test_whom_it_is_about_is_proposed() -> None:
    assert people_in(fields_in(SAMPLE)) == [
        Person("customer.e-mail", "Email"), Person("customer.customerId", "CRMID"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sample", "time"),
    [
        ({"at": 1764000000}, "at"), ({"at": 5}, None), ({"when": "2026-05-01T12:00:00Z", "a": 1}, "when"),
        ({"other": "2026-05-01T12:00:00Z"}, "other"), ({"in": {"time": "2026-05-01T12:00:00Z"}}, None),
    ],
)  # fmt: skip
def test_a_time_is_found(sample: dict[str, Any], time: str | None) -> None:
    rows = rows_for(fields_in(sample), sample, tenant="acme", event_type="E", person=None)
    assert next((row.source for row in rows if row.target == "timestamp"), None) == time


@given(JSON)
@settings(max_examples=100, deadline=None)
def test_any_sample_gives_usable_rows(sample: Any) -> None:
    fields = fields_in(sample)
    for row in rows_for(fields, sample, tenant="acme", event_type="E", person=None):
        rule_of(row)


@pytest.fixture
def page(client: Client, sandbox: Sandbox) -> str:
    client.force_login(User.objects.create_superuser("technical", password="x"))
    return reverse("admin:events_inlet_start")


def sent(sandbox: Sandbox, button: str, /, **more: Any) -> dict[str, Any]:
    data = {"sandbox": sandbox.pk, "name": "Ordered", "tenant": "acme", "person": "Email customer.e-mail"}
    return {**data, "body": orjson.dumps(SAMPLE).decode(), button: "1", **more}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Ordered", "2ndOrder"])
def test_what_was_made_understands_such_a_message(
    client: Client, page: str, sandbox: Sandbox, name: str
) -> None:
    first = client.get(page).context["form"]
    answer = client.post(page, sent(sandbox, "_propose", person=first["person"].value()))
    proposal = answer.content.decode()
    assert answer.context["form"]["person"].value() == "Email customer.e-mail"
    assert "identityMap.Email[0].id" in proposal
    assert "customer.e_mail" in proposal
    assert not Schema.objects.exists()
    answer = client.post(page, sent(sandbox, "_make", name=name))
    inlet = Inlet.objects.get()
    assert answer.headers["Location"] == reverse("admin:events_inlet_change", args=[inlet.pk])

    key = create_key(inlet, kind=InletToken.Kind.BEARER, expires_at=None)
    address = f"/events/json/{inlet.key}?syncValidation=true"
    authorization = {"Authorization": f"Bearer {key.plain}"}
    sending = client.post(
        address, orjson.dumps(SAMPLE), content_type="application/json", headers=authorization
    )
    assert sending.status_code == 200, sending.content
    catalog = catalog_of(sandbox.pk)
    stored = ReceivedEvent.objects.get().pk
    (routed,) = route(load_raw([stored]), catalog)
    assert routed.problem is None
    assert [(each.person_id, list(each.event_ids)) for each in routed.recipients] == [
        ("jane@example.com", [Event.objects.get().pk])
    ]
    entity = load_entities([stored], catalog)[stored].entity
    assert (entity["_id"], entity["timestamp"]) == ("4711", "2026-05-01T12:00:00+00:00")
    assert entity["_acme"]["lines"] == [{"sku": "p1"}, {"sku": "p2", "count": 2}]
    assert entity["_acme"]["customer"] == {"e_mail": "jane@example.com", "customerId": "c-1", "vip": True}


@pytest.mark.django_db
def test_the_preview_of_what_was_made_sends_that_event_to_its_inlet(
    client: Client, page: str, sandbox: Sandbox
) -> None:
    Inlet.objects.create(sandbox=sandbox, key="older", name="Of something else")
    client.post(page, sent(sandbox, "_make"))
    preview = client.get(reverse("admin:events_event_preview", args=[Event.objects.get().pk]))
    assert preview.context["inlet"] == Inlet.objects.get(name="Ordered")
    assert orjson.loads(preview.context["body"])["body"]["xdmEntity"]["eventType"] == "Ordered"
    for name in ("admin:events_event_changelist", "admin:events_inlet_changelist"):
        assert page in client.get(reverse(name)).content.decode()


@pytest.mark.django_db
def test_the_first_request_of_what_was_made_is_such_a_message(
    client: Client, page: str, sandbox: Sandbox
) -> None:
    client.post(page, sent(sandbox, "_make"))
    inlet = Inlet.objects.get()
    shown = client.get(reverse("admin:events_inlet_receiving", args=[inlet.pk])).context["curl"]
    key = create_key(inlet, kind=InletToken.Kind.BEARER, expires_at=None)

    sending = client.post(
        f"/events/json/{inlet.key}",
        sent_by_shell(shown),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key.plain}"},
    )

    assert sending.status_code == 200, sending.content
    (routed,) = route(load_raw([ReceivedEvent.objects.get().pk]), catalog_of(sandbox.pk))
    assert [list(each.event_ids) for each in routed.recipients] == [[Event.objects.get().pk]]


@pytest.mark.django_db
def test_what_was_made_can_be_edited(client: Client, page: str, sandbox: Sandbox) -> None:
    client.post(page, sent(sandbox, "_make"))
    schema = Schema.objects.get()
    assert schema.groups == []
    assert schema.custom_fields.count() == 11
    assert compiled(Inlet.objects.get().mapping).broken == ""
    for address in (
        reverse("admin:datasources_schema_change", args=[schema.pk]),
        reverse("admin:events_event_change", args=[Event.objects.get().pk]),
        reverse("admin:events_inlet_mapping", args=[Inlet.objects.get().pk]),
    ):
        assert client.get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "more",
    [
        {"body": ""}, {"body": "{"}, {"body": "[]"}, {"body": "5"}, {"body": "{}"}, {"body": '{"a": null}'},
        {"name": "no spaces"}, {"name": ""}, {"tenant": "1"}, {"sandbox": 999},
    ],
    ids=str,
)  # fmt: skip
def test_a_mistake_is_said_and_nothing_is_made(
    client: Client, page: str, sandbox: Sandbox, more: dict[str, Any]
) -> None:
    answer = client.post(page, sent(sandbox, "_make", **more))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert [model.objects.count() for model in (Schema, Inlet, Event)] == [0, 0, 0]


@pytest.mark.django_db
def test_a_name_that_is_taken_is_refused(client: Client, page: str, sandbox: Sandbox) -> None:
    client.post(page, sent(sandbox, "_make"))
    answer = client.post(page, sent(sandbox, "_make"))
    assert "Choose another name" in answer.content.decode()
    assert Inlet.objects.count() == 1


@pytest.mark.django_db
def test_only_who_may_make_all_three_is_offered_it(client: Client, sandbox: Sandbox, page: str) -> None:
    assert page in client.get(reverse("admin:events_inlet_changelist")).content.decode()
    client.force_login(User.objects.create_user("other", password="x", is_staff=True))
    assert client.get(page).status_code in (302, 403)
