"""Fields of events refer to records, such as the products of a catalogue, and journeys read these."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasources.models import Record, Relationship, Schema
from datasources.platform.schemas.fields import fields_of
from events.compiling import condition_problems, key_problems, payload_scope
from events.models import Quarantined, ReceivedEvent
from journeys.engine.catalog import read_catalog
from journeys.models import Instance
from tests.journeys.world import World, act

PRODUCT = {
    "$id": "https://shop.example/product",
    "type": "object",
    "properties": {"sku": {"type": "string"}, "category": {"type": "string"}, "price": {"type": "number"}},
}
LINE = {"type": "object", "properties": {"sku": {"type": "string"}}}


class Shop(World):
    """A world whose events name products of a catalogue, in one field and in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.products = Schema.objects.create(
            sandbox=self.sandbox, name="Products", kind="record", document=PRODUCT, primary_identity="sku"
        )
        for path, name in (("sku", "product"), ("items.sku", "item")):
            Relationship.objects.create(schema=self.schema, path=path, name=name, target=self.products)
        self.schema.document["properties"] |= {
            "sku": {"type": "string"},
            "items": {"type": "array", "items": LINE},
        }
        self.schema.save()

    def tell(self, sku: Any, *, older: int = 0, **fields: Any) -> None:
        """A record of a product is received."""
        entity = {"sku": sku, **fields}
        header = {"schemaRef": {"id": PRODUCT["$id"]}}
        body = orjson.dumps({"header": header, "body": {"xdmEntity": entity}}).decode()
        at = self.now - timedelta(seconds=older)
        ReceivedEvent.objects.create(sandbox=self.sandbox, inlet=self.inlet, received_at=at, body=body)

    def catalogue(self) -> dict[str, Any]:
        return {record.key: record.data for record in Record.objects.filter(schema=self.products)}


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


def by_category(shop: Shop, condition: str) -> None:
    shop.journey(
        "lobby",
        lobby=act("event", "which", event="Lobby"),
        which=act(
            "condition",
            {"dear": ["gold"], "other": ["end"]},
            paths=[{"id": "dear", "label": "Dear", "expression": condition}],
        ),
        gold=act("end"),
        end=act("end"),
    )


def way(shop: Shop, person: str = "anna") -> str:
    return next(step for step in shop.path(person) if step.startswith("which"))


def test_a_record_that_streams_in_is_what_the_newest_message_says(shop: Shop) -> None:
    shop.tell("tea", category="drinks")
    shop.tell("tea", price=3)
    shop.tell("cup", price=5)
    shop.drain()
    shop.tell("tea", older=60, price=1)  # such as one that comes out of quarantine
    shop.drain()

    assert shop.catalogue() == {"tea": {"sku": "tea", "price": 3}, "cup": {"sku": "cup", "price": 5}}
    assert not Instance.objects.exists()


@pytest.mark.parametrize(("key", "code"), [(None, "invalid"), (" ", "no_key"), ("x" * 513, "no_key")])
def test_a_record_without_a_usable_primary_identity_goes_to_quarantine(
    shop: Shop, key: Any, code: str
) -> None:
    shop.tell(key)
    shop.drain()

    assert not Record.objects.exists()
    assert Quarantined.objects.get().code == code


@pytest.mark.parametrize(
    ("sku", "taken"), [("ring", "which>dear"), ("tea", "which>other"), ("gone", "which>other")]
)
def test_a_condition_reads_the_record_that_the_event_names(shop: Shop, sku: str, taken: str) -> None:
    by_category(shop, "@{Lobby.product.price} > 100")
    shop.tell("ring", price=900)
    shop.tell("tea", price=3)

    shop.send("Lobby", sku=sku)
    shop.drain()

    assert way(shop) == taken


def test_a_missing_record_is_null(shop: Shop) -> None:
    by_category(shop, "@{Lobby.product} is null and @{Lobby.product.price} is null")

    shop.send("Lobby", sku="gone")
    shop.drain()

    assert way(shop) == "which>dear"


def test_records_of_a_list_are_read_element_by_element(shop: Shop) -> None:
    by_category(shop, '@{Lobby.items.first(currentEventField.item.category == "jewels").item.price} == 900')
    shop.tell("tea", category="drinks", price=3)
    shop.tell("ring", category="jewels", price=900)

    shop.send("Lobby", items=[{"sku": "tea"}, {"sku": "ring"}])
    shop.drain()

    assert way(shop) == "which>dear"


def test_a_journey_goes_on_with_what_the_record_said_when_the_event_came(shop: Shop) -> None:
    shop.journey(
        "lobby",
        lobby=act("event", "wait", event="Lobby"),
        wait=act("wait", "which", duration="PT1H"),
        which=act(
            "condition",
            {"same": ["end"]},
            paths=[{"id": "same", "label": "", "expression": "@{Lobby.product.price} == 3"}],
        ),
        end=act("end"),
    )
    shop.tell("tea", price=3, category="drinks")
    shop.send("Lobby", sku="tea")
    shop.drain()
    shop.tell("tea", price=4)
    shop.pass_time(hours=1)
    shop.drain()

    assert way(shop) == "which>same"


def test_people_carry_only_what_their_journey_reads_of_a_record(shop: Shop) -> None:
    shop.journey(
        "lobby",
        lobby=act("event", "wait", event="Lobby"),
        wait=act(
            "wait", "end", type="custom", expression='toDateTime("2026-03-02T00:00:00Z") '
            "+ toDuration(toInteger(@{Lobby.product.price}))",
        ),
        end=act("end"),
    )  # fmt: skip
    shop.tell("tea", price=3, category="drinks")
    shop.send("Lobby", sku="tea")
    shop.drain()

    stored = orjson.loads(shop.instance().state)["events"]["Lobby"]
    assert stored["product"] == {"price": 3}
    assert "item" not in str(stored)


def test_records_are_not_looked_up_for_journeys_that_read_none(shop: Shop) -> None:
    by_category(shop, "@{Lobby.amount} > 1")
    shop.send("Lobby", sku="tea", amount=5)

    with CaptureQueriesContext(connection) as queries, shop.clock():
        shop.drain()

    assert way(shop) == "which>dear"
    assert not [query for query in queries if Record._meta.db_table in query["sql"]]


def test_a_key_and_a_condition_of_an_event_know_no_records(shop: Shop) -> None:
    scope = payload_scope("Lobby", shop.schema.document)

    assert condition_problems("@{Lobby.product.price} > 3", scope)
    assert key_problems("@{Lobby.product.category}", scope)


def test_journeys_may_use_the_linked_fields_that_were_chosen(shop: Shop) -> None:
    shop.events["Lobby"].fields = ["eventType", "product.price"]
    shop.events["Lobby"].save()

    type = read_catalog(shop.sandbox.pk).events["Lobby"].type
    assert set(type.fields) == {"eventType", "product"}
    assert set(type.fields["product"].fields) == {"price"}
    assert {"sku", "items", "items.sku"} <= {field.path for field in fields_of(shop.schema.document)}
