"""Labels and policies in the administration, and what journeys learn of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasources.models import FieldLabel, Label, Policy, Relationship, Schema
from events.models import Event
from journeyorch.access.models import Sandbox
from journeys.engine.catalog import read_catalog
from tests.datasources.schemas.test_admin import save, schema_data

pytestmark = pytest.mark.django_db

TEXT = {"type": "string"}
DOCUMENT = {
    "type": "object",
    "properties": {"sku": TEXT, "person": {"type": "object", "properties": {"name": TEXT}}},
}


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox.objects.get(name="prod")


def schema(sandbox: Sandbox, kind: str, **more: Any) -> Schema:
    return Schema.objects.create(sandbox=sandbox, name=kind, kind=kind, document=DOCUMENT, **more)


def label_fields(client: Client, schema: Schema, *rows: tuple[str, str]) -> dict[str, list[str]]:
    sent: dict[str, Any] = {"labels-TOTAL_FORMS": len(rows), "labels-INITIAL_FORMS": 0}
    for number, (path, label) in enumerate(rows):
        sent |= {f"labels-{number}-path": path, f"labels-{number}-label": label}
    address = reverse("admin:datasources_schema_change", args=[schema.pk])
    document = json.dumps(schema.document)
    return save(client, address, **schema_data(schema.sandbox, name=schema.name, document=document, **sent))


def test_fields_are_labelled_on_the_page_of_their_schema(admin_client: Client, sandbox: Sandbox) -> None:
    people = schema(sandbox, "profile")

    assert label_fields(admin_client, people, ("person", "sensitive"), ("sku", "third-parties")) == {}
    assert sorted(map(str, FieldLabel.objects.all())) == ["person: sensitive", "sku: third-parties"]
    page = admin_client.get(reverse("admin:datasources_schema_changelist")).content.decode()
    assert "must not go: Not to third parties, Sensitive" in page


@pytest.mark.parametrize(
    ("row", "reason"),
    [(("nothing", "sensitive"), "No field like that"), (("sku", "unheard"), "valid choice")],
)
def test_a_label_needs_a_field_and_has_to_be_there(
    admin_client: Client, sandbox: Sandbox, row: tuple[str, str], reason: str
) -> None:
    assert reason in str(label_fields(admin_client, schema(sandbox, "profile"), row))
    assert not FieldLabel.objects.exists()


def test_labels_of_ones_own_are_not_deleted_while_they_are_used(
    admin_client: Client, sandbox: Sandbox
) -> None:
    address = reverse("admin:datasources_label_add")
    assert save(admin_client, address, sandbox=sandbox.pk, code="health", name="Health") == {}
    taken = save(admin_client, address, sandbox=sandbox.pk, code="sensitive", name="Mine")
    assert "standard label" in taken["code"][0]

    people, label = schema(sandbox, "profile"), Label.objects.get()
    assert label_fields(admin_client, people, ("person", "health")) == {}
    deletion = reverse("admin:datasources_label_delete", args=[label.pk])
    admin_client.post(deletion, {"post": "yes"})
    assert Label.objects.exists()
    FieldLabel.objects.all().delete()
    admin_client.post(deletion, {"post": "yes"})
    assert not Label.objects.exists()


def test_a_policy_is_about_labels_and_keeps_fields_from_somewhere(
    admin_client: Client, sandbox: Sandbox
) -> None:
    address, given = reverse("admin:datasources_policy_add"), {"sandbox": sandbox.pk, "name": "House rules"}

    assert "labels" in save(admin_client, address, **given, actions="on")
    assert "at least one place" in str(save(admin_client, address, **given, labels=["sensitive"]))
    said = {**given, "labels": ["sensitive"], "actions": "on", "enabled": "on"}
    assert save(admin_client, address, **said) == {}

    policy = Policy.objects.get()
    assert (policy.labels, policy.actions, policy.sources) == (["sensitive"], True, False)
    page = admin_client.get(reverse("admin:datasources_policy_changelist")).content.decode()
    assert "Sensitive" in page


def test_journeys_know_the_labels_of_profiles_events_and_records(sandbox: Sandbox) -> None:
    people, orders = schema(sandbox, "profile"), schema(sandbox, "event")
    products = schema(sandbox, "record", primary_identity="sku")
    Relationship.objects.create(schema=orders, path="sku", name="product", target=products)
    Event.objects.create(sandbox=sandbox, schema=orders, name="Ordered", type="rule", condition="true")
    for one, path in ((people, "person.name"), (orders, "sku"), (products, "person")):
        FieldLabel.objects.create(schema=one, path=path, label="sensitive")
    Policy.objects.create(sandbox=sandbox, name="On", labels=["sensitive"], sources=False)
    Policy.objects.create(sandbox=sandbox, name="Off", labels=["sensitive"], enabled=False)

    catalog = read_catalog(sandbox.pk)

    labelled = frozenset({"sensitive"})
    assert catalog.events["Ordered"].labels == {("sku",): labelled, ("product", "person"): labelled}
    assert catalog.profile_labels == {("person", "name"): labelled, ("experienceevent", "sku"): labelled}
    assert [(one.name, one.labels, one.sources) for one in catalog.policies] == [
        ("On", {"sensitive": "Sensitive"}, False)
    ]
