"""Which fields a schema has, and keeping only some of them."""

from __future__ import annotations

from typing import Any

from datasources.platform.schemas.fields import MAX_DEPTH, Field, fields_of, only
from datasources.platform.schemas.library import building, compose
from journeyorch.expressions import from_json_schema

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["order"],
    "allOf": [{"$ref": "#/definitions/base"}],
    "properties": {
        "order": {
            "type": "object",
            "title": "Order",
            "properties": {
                "lines": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"sku": {"type": "string"}, "n": {"type": "integer"}},
                    },
                },
                "tags": {"type": "array", "items": {"type": "string"}},
            },
        },
        "price": {"type": ["number", "null"], "title": "Price"},
    },
    "definitions": {
        "base": {"properties": {"when": {"type": "string", "format": "date-time"}, "any": {}}},
    },
}


def test_fields_are_listed_with_the_types_that_expressions_use() -> None:
    found = {field.path: field.type for field in fields_of(SCHEMA)}
    assert found == {
        "when": "dateTime",
        "any": "any",
        "order": "object",
        "order.lines": "listObject",
        "order.lines.sku": "string",
        "order.lines.n": "integer",
        "order.tags": "listString",
        "price": "decimal",
    }


def test_types_are_those_of_the_expression_language() -> None:
    types = from_json_schema(SCHEMA).fields  # type: ignore[attr-defined]
    listed = {field.path: field.type for field in fields_of(SCHEMA) if "." not in field.path}
    assert {name: type.name for name, type in types.items()} == listed


def test_a_field_shows_its_title_and_whether_it_is_required() -> None:
    order = next(field for field in fields_of(SCHEMA) if field.path == "order")
    assert order == Field("order", "object", "Order", required=True)
    assert (order.label, Field("a.b", "string", "").label) == ("Order (order)", "b")


def test_maps_are_not_taken_for_objects() -> None:
    found = {field.path: field.type for field in fields_of(compose("event"))}
    assert found["identityMap"] == "map"


def test_only_the_chosen_fields_are_kept_with_what_leads_there() -> None:
    kept = only(SCHEMA, ["order.lines.sku", "price"])
    assert [field.path for field in fields_of(kept)] == ["order", "order.lines", "order.lines.sku", "price"]
    whole = only(SCHEMA, ["order"])
    assert "order.lines.n" in {field.path for field in fields_of(whole)}
    assert {field.path for field in fields_of(only(SCHEMA, []))} == {
        field.path for field in fields_of(SCHEMA)
    }


def test_a_schema_that_refers_to_itself_ends() -> None:
    tree: dict[str, Any] = {"properties": {"name": {"type": "string"}, "child": {"$ref": "#"}}}
    deepest = max(field.path.count(".") + 1 for field in fields_of(tree))
    assert deepest == MAX_DEPTH
    assert only(tree, ["name"])["properties"] == {"name": {"type": "string"}}


def test_nonsense_has_no_fields() -> None:
    assert fields_of({"properties": {"a": 5, "b": None}, "allOf": [3], "$ref": "#/x"}) != []
    assert fields_of({"properties": []}) == []


def test_custom_fields_stand_under_the_tenant() -> None:
    document = compose("event", tenant={"room": building.text("Room")}, tenant_name="hotel")
    assert "_hotel.room" in {field.path for field in fields_of(document)}


def test_a_list_that_two_parts_describe_has_the_fields_of_both() -> None:
    first = {"items": {"properties": {"a": {"type": "string"}}}, "type": "array"}
    second = {"items": {"properties": {"b": {"type": "integer"}}}}
    document = {"allOf": [{"properties": {"list": first}}, {"properties": {"list": second}}]}
    found = {field.path: field.type for field in fields_of(document)}
    assert (found["list.a"], found["list.b"]) == ("string", "integer")


def test_a_friendly_name_comes_before_the_title() -> None:
    document = {**SCHEMA, "meta:friendlyNames": {"order": "What was bought", "price": "price", "no": "x"}}
    labels = {field.path: field.label for field in fields_of(document)}
    assert (labels["order"], labels["price"]) == ("What was bought (order)", "price")
    assert fields_of({**SCHEMA, "meta:friendlyNames": 5, "meta:identities": {"order": 5}})
