"""Records and relationships in the administration."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from datasources.models import Record, Relationship, Schema
from events.models import Event
from journeyorch.access.models import Sandbox, User
from tests.datasources.schemas.test_admin import custom_fields, relationships, save, schema_data

pytestmark = pytest.mark.django_db

TEXT = {"type": "string"}
PRODUCT = {
    "type": "object",
    "required": ["sku"],
    "properties": {"sku": TEXT, "title": TEXT, "price": {"type": "number"}},
}
LINES = {"type": "array", "items": {"type": "object", "properties": {"sku": TEXT, "count": {}}}}
ORDER = {"type": "object", "properties": {"sku": TEXT, "total": {"type": "number"}, "items": LINES}}
LIST = "admin:datasources_record_changelist"


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox.objects.get(name="prod")


@pytest.fixture
def products(sandbox: Sandbox) -> Schema:
    return Schema.objects.create(
        sandbox=sandbox, name="Products", kind="record", document=PRODUCT, primary_identity="sku"
    )


@pytest.fixture
def orders(sandbox: Sandbox) -> Schema:
    return Schema.objects.create(sandbox=sandbox, name="Orders", kind="event", document=ORDER)


def change(schema: Schema) -> str:
    return reverse("admin:datasources_schema_change", args=[schema.pk])


def refer(client: Client, schema: Schema, *rows: dict[str, Any], **more: Any) -> Any:
    document = json.dumps(more.pop("document", schema.document))
    sent = schema_data(schema.sandbox, name=schema.name, document=document, **more)
    return save(client, change(schema), **{**sent, **relationships(*rows, saved=more.get("saved", 0))})


def test_a_record_schema_needs_a_primary_identity_but_no_namespace(
    admin_client: Client, sandbox: Sandbox
) -> None:
    own = custom_fields({"path": "sku", "type": "string", "primary": "on"})

    address = reverse("admin:datasources_schema_add")
    assert save(admin_client, address, **schema_data(sandbox, kind="record", **own)) == {}
    written = schema_data(
        sandbox, name="Two", kind="record", document=json.dumps(PRODUCT), primary_identity="sku"
    )
    assert save(admin_client, address, **written) == {}

    found = Schema.objects.order_by("pk").values_list("primary_identity", "primary_namespace")
    assert list(found) == [("_hotel.sku", ""), ("sku", "")]


def test_text_fields_of_events_can_refer_to_records(
    admin_client: Client, products: Schema, orders: Schema
) -> None:
    row = {"path": "items.sku", "target": products.pk, "name": "product"}

    assert refer(admin_client, orders, row) == {}

    assert str(Relationship.objects.get()) == "items.sku → Products"
    event = Event(sandbox=orders.sandbox, schema=orders, name="Ordered", type="rule", condition="true")
    event.save()
    page = admin_client.get(reverse("admin:events_event_change", args=[event.pk])).content.decode()
    assert 'value="items.product.title"' in page


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"path": "total", "name": "product"}, "No field like that"),
        ({"path": "nothing", "name": "product"}, "No field like that"),
        ({"path": "items.sku", "name": "count"}, "another field items.count"),
        ({"path": "items.sku", "name": "a.b"}, "Use at most 50"),
    ],
)
def test_a_relationship_that_cannot_be_is_refused(
    admin_client: Client, products: Schema, orders: Schema, row: dict[str, str], reason: str
) -> None:
    errors = refer(admin_client, orders, {"target": products.pk, **row})

    assert reason in str(errors)
    assert not Relationship.objects.exists()


def test_only_records_of_the_same_sandbox_are_referred_to(
    admin_client: Client, products: Schema, orders: Schema
) -> None:
    other = Sandbox.objects.create(name="other", title="Other")
    Schema.objects.filter(pk=products.pk).update(sandbox=other)

    errors = refer(admin_client, orders, {"path": "sku", "target": products.pk, "name": "product"})

    assert "valid choice" in str(errors)


def test_while_events_use_a_schema_it_loses_no_relationship_and_its_records_no_field(
    admin_client: Client, products: Schema, orders: Schema
) -> None:
    link = Relationship.objects.create(schema=orders, path="sku", name="product", target=products)
    Event.objects.create(sandbox=orders.sandbox, schema=orders, name="Ordered", type="rule", condition="true")
    row = {"id": link.pk, "schema": orders.pk, "path": "sku", "target": products.pk, "name": "product"}

    gone = {**row, "DELETE": "on"}
    errors = refer(admin_client, orders, gone, saved=1)
    assert "stays as it is while the schema is used in: Ordered" in str(errors)

    less = {"type": "object", "properties": {"sku": TEXT}}
    document = json.dumps(less)
    sent = schema_data(products.sandbox, name="Products", document=document, primary_identity="sku")
    assert "Orders" in str(save(admin_client, change(products), **sent))
    deletion = reverse("admin:datasources_schema_delete", args=[products.pk])
    assert admin_client.post(deletion, {"post": "yes"}).status_code == 200
    assert Schema.objects.filter(pk=products.pk).exists()


def test_the_primary_identity_stays_while_there_are_records(admin_client: Client, products: Schema) -> None:
    Record.objects.create(schema=products, key="tea", data={"sku": "tea"}, received_at=timezone.now())
    document = json.dumps(PRODUCT)

    sent = schema_data(products.sandbox, name="Products", document=document, primary_identity="title")

    assert "found by it" in str(save(admin_client, change(products), **sent)["primary_identity"])


def test_records_are_added_found_corrected_and_deleted(admin_client: Client, products: Schema) -> None:
    address = reverse("admin:datasources_record_add")
    given = {"schema": products.pk, "data": '{"sku": "tea", "price": 3}'}
    assert save(admin_client, address, **given) == {}
    assert "already" in str(save(admin_client, address, **given))

    record = Record.objects.get()
    page = reverse("admin:datasources_record_change", args=[record.pk])
    assert save(admin_client, page, data='{"sku": "tea", "price": 4}') == {}
    assert "stays what it is" in str(save(admin_client, page, data='{"sku": "cup"}'))
    assert "#/price" in str(save(admin_client, page, data='{"sku": "tea", "price": "4"}'))
    record.refresh_from_db()
    assert (record.key, record.data) == ("tea", {"sku": "tea", "price": 4})
    assert "tea" in admin_client.get(reverse(LIST), {"q": "tea"}).content.decode()
    assert "Nothing matches" in admin_client.get(reverse(LIST), {"q": "te"}).content.decode()

    admin_client.post(reverse("admin:datasources_record_delete", args=[record.pk]), {"post": "yes"})
    assert not Record.objects.exists()


def test_records_of_other_sandboxes_are_not_seen(client: Client, products: Schema) -> None:
    Record.objects.create(
        schema=products, key="sencha-7", data={"sku": "sencha-7"}, received_at=timezone.now()
    )
    stranger = User.objects.create_user("stranger", is_staff=True, password="x")
    stranger.sandboxes.add(Sandbox.objects.create(name="other", title="Other"))
    stranger.user_permissions.set(_permissions("view_record", "change_record"))
    client.force_login(stranger)

    assert "sencha-7" not in client.get(reverse(LIST)).content.decode()
    page = reverse("admin:datasources_record_change", args=[Record.objects.get().pk])
    assert client.get(page).status_code == 302


def _permissions(*names: str) -> Any:
    return Permission.objects.filter(codename__in=names, content_type__app_label="datasources")
