"""The pages of schemas and namespaces."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from datasources.models import Namespace, Schema
from datasources.platform.schemas.library import compose
from journeyorch.access.models import Sandbox, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox.objects.get(name="prod")


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("technical", password="x"))
    return client


def save(client: Client, address: str, **data: Any) -> dict[str, list[str]]:
    response = client.post(address, data)
    if response.status_code == 302:
        return {}
    form = response.context["adminform"].form
    return {field: [str(error) for error in errors] for field, errors in form.errors.items()}


def schema_data(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    return {"sandbox": sandbox.pk, "name": "Hotel", "kind": "event", "feeds_profiles": "on", **more}


ADD = "admin:datasources_schema_add"


def test_a_schema_is_composed_of_field_groups(admin_client: Client, sandbox: Sandbox) -> None:
    groups = ["event:orchestration", "event:placeContext"]
    assert save(admin_client, reverse(ADD), **schema_data(sandbox, groups=groups)) == {}
    schema = Schema.objects.get()
    assert schema.document == compose("event", ["orchestration", "placeContext"], title="Hotel")
    page = admin_client.get(reverse("admin:datasources_schema_change", args=[schema.pk])).content.decode()
    assert "placeContext.POIinteraction.POIDetail.name" in page


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "not valid JSON at line 1"),
        ('{"a": NaN}', "not valid JSON"),
        ("[]", "JSON object"),
        ('{"type": "nonsense"}', "not a usable JSON Schema"),
        ('{"title": "\\u0000"}', "NUL"),
        ("[" * 300 + "]" * 300, "nested too deeply"),
        ("[" * 100_000, "not valid JSON"),
        ('{"title": "' + "x" * 1_100_000 + '"}', "1 MiB"),
        ('{"$ref": "https://example.com/x"}', "not a usable"),
    ],
    ids=lambda value: value[:20],
)
def test_a_document_that_cannot_be_used_is_refused_with_the_reason(
    admin_client: Client, sandbox: Sandbox, document: str, reason: str
) -> None:
    errors = save(admin_client, reverse(ADD), **schema_data(sandbox, document=document))
    assert reason in errors["document"][0]
    assert not Schema.objects.exists()


def test_two_schemas_cannot_have_the_same_reference(admin_client: Client, sandbox: Sandbox) -> None:
    document = json.dumps(compose("event", id="urn:x"))
    assert save(admin_client, reverse(ADD), **schema_data(sandbox, document=document)) == {}
    errors = save(admin_client, reverse(ADD), **schema_data(sandbox, name="Second", document=document))
    assert "same $id" in errors["document"][0]


@pytest.mark.parametrize(
    ("identity", "field"),
    [
        ({"primary_identity": "eventType"}, "primary_namespace"),
        ({"primary_namespace": "Email"}, "primary_namespace"),
        ({"primary_identity": "unknown", "primary_namespace": "Email"}, "primary_identity"),
        ({"primary_identity": "timestamp", "primary_namespace": "Email"}, "primary_identity"),
    ],
)
def test_a_primary_identity_is_a_text_field_with_a_namespace(
    admin_client: Client, sandbox: Sandbox, identity: dict[str, str], field: str
) -> None:
    assert field in save(admin_client, reverse(ADD), **schema_data(sandbox, **identity))


def test_a_schema_in_use_is_not_deleted(admin_client: Client, sandbox: Sandbox) -> None:
    from events.models import Event

    schema = Schema.objects.create(sandbox=sandbox, name="X", kind="event", document=compose("event"))
    Event.objects.create(sandbox=sandbox, name="E", schema=schema)
    admin_client.post(reverse("admin:datasources_schema_delete", args=[schema.pk]), {"post": "yes"})
    assert Schema.objects.exists()


@pytest.mark.parametrize(
    ("code", "fine"), [("Guest_1", True), ("Email", False), ("a b", False), ("ä", False)]
)
def test_codes_of_namespaces_are_plain_and_not_standard(
    admin_client: Client, sandbox: Sandbox, code: str, fine: bool
) -> None:
    data = {"sandbox": sandbox.pk, "code": code, "name": "Guest", "kind": "cross-device"}
    errors = save(admin_client, reverse("admin:datasources_namespace_add"), **data)
    assert (errors == {}) == fine == Namespace.objects.exists()
