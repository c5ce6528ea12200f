"""The pages of schemas and namespaces."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client
from django.urls import reverse

from datasources.models import Namespace, Schema
from datasources.platform.schemas.dialect import as_2020_12
from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.library import compose, group_names
from datasources.platform.schemas.validate import Validator
from datasources.platform.schemas.xdm.files import Read
from datasources.platform.schemas.xdm.importing import import_files
from datasources.platform.schemas.xdm.reading import EVENT
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
    found = {field: [str(error) for error in errors] for field, errors in form.errors.items()}
    for formset in response.context["inline_admin_formsets"]:
        for each in (formset.formset.non_form_errors(), *formset.formset.errors):
            found |= {"fields": [*found.get("fields", ()), str(each)]} if each else {}
    return found


def schema_data(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    usual = {"sandbox": sandbox.pk, "name": "Hotel", "kind": "event", "tenant": "hotel"}
    labels = {"labels-TOTAL_FORMS": 0, "labels-INITIAL_FORMS": 0}
    return {**usual, "feeds_profiles": "on", **custom_fields(), **relationships(), **labels, **more}


def custom_fields(*fields: dict[str, Any]) -> dict[str, Any]:
    """What the page sends for new custom fields."""
    sent = {"custom_fields-TOTAL_FORMS": len(fields), "custom_fields-INITIAL_FORMS": 0}
    for number, field in enumerate(fields):
        sent |= {f"custom_fields-{number}-{key}": value for key, value in field.items()}
    return sent


def relationships(*rows: dict[str, Any], saved: int = 0) -> dict[str, Any]:
    """What the page of a saved event schema sends for its relationships."""
    sent = {"relationships-TOTAL_FORMS": len(rows), "relationships-INITIAL_FORMS": saved}
    for number, row in enumerate(rows):
        sent |= {f"relationships-{number}-{key}": value for key, value in row.items()}
    return sent


ADD = "admin:datasources_schema_add"


def test_a_schema_is_composed_of_field_groups(admin_client: Client, sandbox: Sandbox) -> None:
    groups = ["event:orchestration", "event:placeContext"]
    assert save(admin_client, reverse(ADD), **schema_data(sandbox, groups=groups)) == {}
    schema = Schema.objects.get()
    assert schema.document == compose("event", ["orchestration", "placeContext"], title="Hotel")
    assert schema.groups == ["orchestration", "placeContext"]
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
        ({"primary_identity": "unknown", "primary_namespace": "Email"}, "fields"),
        ({"primary_identity": "timestamp", "primary_namespace": "Email"}, "fields"),
        (
            {"primary_identity": "x", "primary_namespace": "Email", "document": '{"type": "object"}'},
            "primary_identity",
        ),
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


# --- The editor --------------------------------------------------------------------------------------


STAY = {
    "$id": "urn:stay",
    "type": "object",
    "title": "Stay",
    "meta:intendedToExtend": [EVENT],
    "properties": {"xdm:stay": {"type": "object", "properties": {"xdm:room": {"type": "string"}}}},
}


def change(schema: Schema) -> str:
    return reverse("admin:datasources_schema_change", args=[schema.pk])


def test_groups_built_in_and_imported_and_fields_of_ones_own(admin_client: Client, sandbox: Sandbox) -> None:
    import_files(sandbox, [Read("stay.json", STAY)])
    own = custom_fields(
        {"path": "number", "type": "string", "friendly_name": "Guest", "namespace": "CRMID", "primary": "on"},
        {"path": "stars", "type": "integer", "choices": "1\n2", "required": "on"},
    )
    data = schema_data(sandbox, groups=["event:commerce", "urn:stay"], **own)
    assert save(admin_client, reverse(ADD), **data) == {}

    schema = Schema.objects.get()
    found = {field.path: field.label for field in fields_of(schema.document)}
    assert schema.groups == ["commerce", "urn:stay"]
    assert (found["_hotel.number"], "stay.room" in found) == ("Guest (number)", True)
    assert (schema.primary_identity, schema.primary_namespace) == ("_hotel.number", "CRMID")
    assert schema.document["properties"]["_hotel"]["properties"]["stars"]["enum"] == [1, 2]
    assert "Guest (number)" in admin_client.get(change(schema)).content.decode()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([{"path": "a b", "type": "string"}], "Use letters, digits"),
        ([{"path": "a", "type": "string"}, {"path": "a", "type": "string"}], "a"),
        ([{"path": "a", "type": "string"}, {"path": "a.b", "type": "string"}], "no object"),
        ([{"path": "a", "type": "boolean", "choices": "yes"}], "Only texts and numbers"),
        ([{"path": "a", "type": "integer", "choices": "one"}], "must be a number"),
        ([{"path": "a", "type": "number", "choices": "NaN"}], "must be a number"),
        ([{"path": "a", "type": "integer", "namespace": "CRMID"}], "Only a text"),
        ([{"path": "a", "type": "string", "primary": "on"}], "needs a namespace"),
        ([{"path": "a", "type": "string", "namespace": "nonsense"}], "valid choice"),
        (
            [
                {"path": "a", "type": "string", "namespace": "CRMID", "primary": "on"},
                {"path": "b", "type": "string", "namespace": "Email", "primary": "on"},
            ],
            "Only one field",
        ),
        (
            [{"path": "a", "type": "objects"}, {"path": "a.b", "type": "string", "namespace": "CRMID"}],
            "stands in a list",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_custom_fields_that_make_no_sense_are_refused(
    admin_client: Client, sandbox: Sandbox, fields: list[dict[str, Any]], reason: str
) -> None:
    errors = save(admin_client, reverse(ADD), **schema_data(sandbox, **custom_fields(*fields)))
    assert reason in " ".join(errors["fields"])
    assert not Schema.objects.exists()


def test_senders_may_have_a_name_for_it_already(admin_client: Client, sandbox: Sandbox) -> None:
    assert save(admin_client, reverse(ADD), **schema_data(sandbox, reference="urn:theirs")) == {}
    schema = Schema.objects.get()
    assert schema.ref == "urn:theirs"
    errors = save(admin_client, reverse(ADD), **schema_data(sandbox, name="Other", reference="urn:theirs"))
    assert "same $id" in errors["reference"][0]
    assert save(admin_client, change(schema), **schema_data(sandbox, reference="")) == {}
    assert Schema.objects.get().ref == f"urn:journeyorch:schema:{schema.pk}"


def test_a_group_for_another_class_is_refused(admin_client: Client, sandbox: Sandbox) -> None:
    import_files(sandbox, [Read("stay.json", STAY)])
    errors = save(admin_client, reverse(ADD), **schema_data(sandbox, kind="profile", groups=["urn:stay"]))
    assert "Not for schemas of this class: Stay" in errors["groups"][0]


def test_a_schema_in_use_only_gains_fields(admin_client: Client, sandbox: Sandbox) -> None:
    from events.models import Event

    data = schema_data(sandbox, groups=["event:orchestration", "event:web"])
    assert save(admin_client, reverse(ADD), **data) == {}
    schema = Schema.objects.get()
    Event.objects.create(sandbox=sandbox, name="Arrived", schema=schema)
    fewer = save(admin_client, change(schema), **schema_data(sandbox, groups=["event:orchestration"]))
    assert "Arrived" in fewer["fields"][0]
    more = ["event:orchestration", "event:web", "event:commerce"]
    assert save(admin_client, change(schema), **schema_data(sandbox, groups=more)) == {}


def test_a_schema_leaves_as_one_self_contained_document(admin_client: Client, sandbox: Sandbox) -> None:
    import_files(sandbox, [Read("stay.json", STAY)])
    save(admin_client, reverse(ADD), **schema_data(sandbox, groups=["event:placeContext", "urn:stay"]))
    old = {"$schema": "http://json-schema.org/draft-06/schema#", "type": "object"}
    Schema.objects.create(sandbox=sandbox, name="Old", kind="event", document=old)
    for schema in Schema.objects.all():
        response = admin_client.get(reverse("admin:datasources_schema_download", args=[schema.pk]))
        document = json.loads(response.content)
        assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        jsonschema_rs.meta.validate(document)
        assert Validator(document).is_valid({"_id": "1", "timestamp": "2026-01-01T00:00:00Z", "more": 1})


@pytest.mark.parametrize("kind", ["event", "profile"])
def test_the_whole_library_leaves_in_2020_12(kind: str) -> None:
    jsonschema_rs.meta.validate(as_2020_12(compose(kind, group_names(kind))))
