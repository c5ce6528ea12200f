"""Sample payloads are valid for their schema, also where it is made of published XDM files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from datasources.platform.schemas.library import compose
from datasources.platform.schemas.validate import Validator
from datasources.platform.schemas.xdm.bundle import Bundle
from datasources.platform.schemas.xdm.reading import EVENT
from events.compiling import payload_scope
from events.fulfilling import fulfilling
from events.samples import sample_entity
from journeyorch.expressions import Context, compile_expression
from tests.datasources.schemas.xdm.published import published


@pytest.mark.parametrize(
    ("rule", "sample"),
    [
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, "EUR"),
        ({"type": "string", "pattern": "^[A-Z]{2}$"}, "AT"),
        ({"type": "string", "pattern": "[0-1][0-9]-[0-9][0-9]"}, "12-31"),
        ({"type": "string", "pattern": "^nothing usual$"}, "text"),
        ({"type": "string", "default": "b", "enum": ["a", "b"]}, "b"),
        ({"type": "string", "default": "c", "enum": ["a", "b"]}, "a"),
        ({"type": "array", "minItems": 3, "items": {"type": "integer"}}, [1, 1, 1]),
        ({"type": "array", "minItems": 2.0, "items": {"type": "integer"}}, [1, 1]),
        ({"type": "string", "minLength": 5.0, "maxLength": 6.0}, "textt"),
        ({"type": "string", "default": "self"}, "self"),
    ],
)
def test_a_sample_follows_the_rules_of_its_field(rule: dict[str, Any], sample: Any) -> None:
    assert sample_entity({"type": "object", "properties": {"field": rule}}) == {"field": sample}


TREE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "inner": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
}
FOREST = {
    "$ref": "#/$defs/tree0",
    "$defs": {
        f"tree{number}": {
            "properties": {
                f"to{each}": {"oneOf": [{"type": "array", "items": {"$ref": f"#/$defs/tree{each}"}}]}
                for each in range(12)
            }
        }
        for number in range(12)
    },
}


def test_a_sample_of_what_holds_its_like_has_an_end() -> None:
    assert sample_entity(TREE) == {"name": "text", "inner": {"name": "text", "inner": None}}
    only_itself = {"properties": {"name": {"type": "string"}, "inner": {"anyOf": [{"$ref": "#"}]}}}
    assert sample_entity(only_itself) == {"name": "text", "inner": {"name": "text"}}
    assert len(str(sample_entity(FOREST))) < 1_000_000


def test_samples_of_published_field_groups_are_valid(shared_data: Path) -> None:
    parts = published(shared_data / "xdm")
    library = {uri: part.document for uri, part in parts.items()}
    invalid: dict[str, str] = {}
    for part in parts.values():
        if part.kind == "group" and EVENT in part.extends:
            bundle = Bundle(library)
            document = compose("event") | {"allOf": [bundle.reference(part.uri)], "$defs": bundle.definitions}
            for violation in Validator(document).violations(sample_entity(document)):
                invalid[part.uri] = f"{violation.pointer}: {violation.message}"
    assert invalid == {}


_ORDER = {
    "type": "object",
    "properties": {
        "eventType": {"type": "string"},
        "shop": {
            "type": "object",
            "properties": {
                "total": {"type": "number"},
                "items": {"type": "integer"},
                "gift": {"type": "boolean"},
                "note": {"type": "string"},
                "day": {"type": "string", "format": "date"},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
        },
    },
}


@pytest.mark.parametrize(
    "condition",
    [
        '@{Order.eventType} == "order" and @{Order.shop.total} > 100',
        "@{Order.shop.items} < 1 and @{Order.shop.total} >= 2.5",
        "(@{Order.shop.items} >= 7 and @{Order.shop.items} <= 9)",
        '(@{Order.eventType} == "order" or @{Order.eventType} == "reorder") and @{Order.shop.items} <= -3',
        "@{Order.shop.gift} != true",
        "@{Order.shop.gift} == false and @{Order.shop.note} is not null",
        'contain(@{Order.shop.note}, "tea") and not inSegment("Gold")',
        'startWithIgnoreCase(@{Order.eventType}, "ORDER")',
        'in(@{Order.eventType}, ["order", "reorder"])',
        'in("tea", @{Order.shop.tags})',
        "isEmpty(@{Order.shop.note})",
        '@{Order.shop.day} == date("2026-05-01")',
    ],
)
def test_a_sample_fulfils_the_condition_of_its_event(condition: str) -> None:
    compiled = compile_expression(condition, payload_scope("Order", _ORDER))
    entity = sample_entity(_ORDER, values=fulfilling(condition))
    context = Context(now=datetime(2026, 11, 28, tzinfo=UTC), events={"Order": entity})
    assert compiled.evaluate(context) is True, entity
    assert Validator(_ORDER).violations(entity) == []


@pytest.mark.parametrize("condition", ["", "no expression", "@{Order.shop.total} * 2 > 100"])
def test_what_the_simple_editor_cannot_show_asks_for_nothing(condition: str) -> None:
    assert fulfilling(condition) == []
