"""Records beside the fields that refer to them: which fields a schema gains, and what an event shows."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from datasources.platform.records.linking import Link, keys_in, linked_document, looked_at, with_record
from datasources.platform.schemas.fields import fields_of, only
from journeyorch.expressions import from_json_schema, types

PRODUCT = {
    "type": "object",
    "$defs": {"maker": {"type": "object", "properties": {"name": {"type": "string"}}}},
    "properties": {
        "sku": {"type": "string"},
        "price": {"type": "number", "title": "Price"},
        "maker": {"$ref": "#/$defs/maker"},
        "tags": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}},
    },
    "meta:friendlyNames": {"maker.name": "Manufacturer"},
}
ORDER = {
    "type": "object",
    "$defs": {"line": {"type": "object", "properties": {"sku": {"type": "string"}}}},
    "properties": {
        "room": {"type": "string"},
        "items": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "stay": {"allOf": [{"type": "object", "properties": {"house": {"type": "string"}}}]},
    },
}
IN_LIST = Link(("items", "sku"), "product", 7, PRODUCT, "Products")
AT_TOP = Link(("room",), "details", 7, PRODUCT, "Products")
DEEP = Link(("stay", "house"), "details", 7, PRODUCT, "Products")
TEA = {"sku": "tea", "price": 3.5, "maker": {"name": "Ming"}, "tags": [{"text": "hot", "id": 1}]}
RECORDS = {(7, "tea"): TEA}


@pytest.mark.parametrize(
    ("link", "place"), [(IN_LIST, "items.product"), (AT_TOP, "details"), (DEEP, "stay.details")]
)
def test_a_schema_gains_the_fields_of_the_record_beside_the_field_that_refers(link: Link, place: str) -> None:
    before = deepcopy(ORDER)
    gained = {field.path for field in fields_of(linked_document(ORDER, [link]))} - {
        field.path for field in fields_of(ORDER)
    }

    below = ("", ".sku", ".price", ".maker", ".maker.name", ".tags", ".tags.text")
    assert gained == {place + each for each in below}
    assert before == ORDER


def test_linked_fields_have_the_names_of_their_own_schema() -> None:
    labels = {field.path: field.label for field in fields_of(linked_document(ORDER, [IN_LIST]))}

    assert labels["items.product"] == "Products (product)"
    assert labels["items.product.maker.name"] == "Manufacturer (name)"
    assert labels["items.product.price"] == "Price (price)"


def test_only_chosen_linked_fields_have_types() -> None:
    document = only(linked_document(ORDER, [IN_LIST, AT_TOP]), ["items.product.price", "room"])

    items = types.ListType(types.ObjectType({"product": types.ObjectType({"price": types.DECIMAL})}))
    assert from_json_schema(document) == types.ObjectType({"room": types.STRING, "items": items})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("items.product.maker.name", {("maker", "name")}),
        ("items.product", {()}),
        ("items", {()}),
        ("", {()}),
        ("items.sku", set()),
        ("room", set()),
    ],
)
def test_what_is_read_of_a_record_follows_from_the_paths(path: str, expected: set[Any]) -> None:
    names = tuple(path.split(".")) if path else ()

    assert looked_at(IN_LIST, [names]) == expected


@pytest.mark.parametrize(
    ("entity", "keys"),
    [
        ({"items": [{"sku": "tea"}, {"sku": "rum"}, {}, {"sku": 4}, {"sku": ""}, "?"]}, ["tea", "rum"]),
        ({"items": {"sku": "tea"}}, ["tea"]),
        ({"items": None}, []),
        ({"items": "tea"}, []),
        ({}, []),
    ],
)
def test_keys_are_texts_wherever_the_field_stands(entity: Any, keys: list[str]) -> None:
    assert list(keys_in(entity, IN_LIST)) == [(7, key) for key in keys]


def test_an_event_shows_the_records_it_refers_to_and_null_for_those_that_are_not_there() -> None:
    event = {"items": [{"sku": "tea", "count": 2}, {"sku": "rum"}, {}]}
    before = deepcopy(event)

    shown = with_record(event, IN_LIST, RECORDS, [("price",), ("maker", "name"), ("tags", "text")])

    part = {"price": 3.5, "maker": {"name": "Ming"}, "tags": [{"text": "hot"}]}
    assert shown == {
        "items": [
            {"sku": "tea", "count": 2, "product": part},
            {"sku": "rum", "product": None},
            {"product": None},
        ]
    }
    assert event == before


def test_the_whole_record_is_shown_where_all_of_it_is_read() -> None:
    assert with_record({"room": "tea"}, AT_TOP, RECORDS, [("price",), ()])["details"] == TEA


@pytest.mark.parametrize("event", [{"stay": None}, {"stay": 3}, {}])
def test_what_has_no_place_for_a_record_stays_as_it_is(event: Any) -> None:
    assert with_record(event, DEEP, RECORDS, [()]) == event
