"""Names, pieces and bundles: the pure parts of importing XDM."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from datasources.platform.schemas.dialect import as_2020_12
from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.validate import Validator
from datasources.platform.schemas.xdm.bundle import bundled
from datasources.platform.schemas.xdm.names import address_steps, wire_path
from datasources.platform.schemas.xdm.reading import (
    EVENT,
    MAX_DEPTH,
    TIME_SERIES,
    Unreadable,
    depth_of,
    read_descriptors,
    read_part,
)

DRAFT_6 = "http://json-schema.org/draft-06/schema#"
ADDRESS = "https://ns.adobe.com/experience/"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("xdm:timestamp", "timestamp"),
        ("@id", "_id"),
        ("repo:path", "_repo.path"),
        ("schema:latitude", "_schema.latitude"),
        ("plain", "plain"),
        (":", ":"),
        ("xdm:", "xdm:"),
        (ADDRESS + "campaign", "_experience.campaign"),
        (ADDRESS + "campaign/orchestration", "_experience.campaign.orchestration"),
    ],
)
def test_names_on_the_wire(name: str, path: str) -> None:
    assert ".".join(wire_path(name)) == path


@pytest.mark.parametrize(
    ("around", "name", "path"),
    [
        ("journeyOrchestration/stepEvents", "journeyOrchestration/nodeID", "nodeID"),
        ("campaign/subscription", "campaign/subscription/source", "source"),
        ("campaign/link", "campaign/link", "link"),
        ("campaign", "campaign/message/delivery", "message.delivery"),
    ],
)
def test_what_is_named_around_is_not_said_again(around: str, name: str, path: str) -> None:
    assert ".".join(wire_path(ADDRESS + name, address_steps(ADDRESS + around))) == path


def piece(**more: Any) -> dict[str, Any]:
    return {"$schema": DRAFT_6, "$id": "urn:piece", "type": "object", **more}


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (piece(**{"meta:extends": [TIME_SERIES]}), "class"),
        (piece(**{"meta:intendedToExtend": [EVENT]}), "group"),
        (piece(**{"meta:intendedToExtend": []}), "group"),
        (piece(), "type"),
        (piece(**{"meta:extends": "nonsense", "meta:intendedToExtend": 5}), "type"),
        ({"$id": "urn:x"}, None),
        ({"type": "object"}, None),
        ({"$id": 5, "type": "object"}, None),
        ([piece()], None),
        (None, None),
    ],
)
def test_what_a_document_is(document: Any, kind: str | None) -> None:
    part = read_part(document)
    assert (part.kind if part else None) == kind


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"properties": {"a": value}}
    return value


def test_what_is_nested_without_end_is_refused() -> None:
    assert depth_of(nested(3)) == 7
    with pytest.raises(Unreadable, match="deeper than 100 levels"):
        read_part(piece(properties=nested(MAX_DEPTH)))
    with pytest.raises(Unreadable, match="300 characters"):
        read_part(piece(**{"$id": "urn:" + "x" * 300}))


LIBRARY: dict[str, Any] = {
    "urn:tree": {
        "$schema": DRAFT_6,
        "definitions": {
            "node": {
                "properties": {
                    "xdm:name": {"type": "string"},
                    "xdm:children": {"type": "array", "items": {"$ref": "urn:tree#/definitions/node"}},
                },
                "required": ["xdm:name"],
            }
        },
        "allOf": [{"$ref": "#/definitions/node"}],
    },
    "urn:loop": {"$schema": DRAFT_6, "allOf": [{"$ref": "urn:loop"}], "title": "Round and round"},
    "urn:lacking": {"properties": {"xdm:a": {"$ref": "urn:nowhere"}, "xdm:b": {"$ref": "#/definitions/no"}}},
    "urn:nested": {
        "$schema": DRAFT_6,
        "properties": {
            ADDRESS + "campaign/message": {"properties": {ADDRESS + "campaign/id": {"type": "string"}}},
            ADDRESS + "campaign/delivery": {"type": "string"},
            "@context": {"type": "string"},
            "xdm:sibling": {"$ref": "#/definitions/text", "title": "Said here", "maxLength": 1},
        },
        "required": [ADDRESS + "campaign/message"],
        "definitions": {"text": {"type": "string"}},
        "allOf": [{"$ref": "https://ns.adobe.com/xdm/common/extensible#/definitions/@context"}],
    },
}


def test_a_piece_that_refers_to_itself_becomes_a_schema_that_does() -> None:
    document, missing = bundled(LIBRARY, "urn:tree")
    validator = Validator(document)

    assert not missing
    assert validator.is_valid({"name": "a", "children": [{"name": "b"}]})
    assert [violation.pointer for violation in validator.violations({"name": "a", "children": [{}]})] == [
        "#/children/0"
    ]
    assert Validator(bundled(LIBRARY, "urn:loop")[0]).is_valid({})


def test_what_is_not_there_is_named_and_open() -> None:
    document, missing = bundled(LIBRARY, "urn:lacking")
    assert missing == {"urn:nowhere", "urn:lacking#/definitions/no"}
    assert Validator(document).is_valid({"a": 1, "b": 2})


def test_addresses_become_objects_and_what_draft_6_ignores_is_left_out() -> None:
    document, _missing = bundled(LIBRARY, "urn:nested")
    labels = {field.path: field.label for field in fields_of(document)}
    validator = Validator(document)

    assert set(labels) == {
        "_experience",
        "_experience.campaign",
        "_experience.campaign.message",
        "_experience.campaign.message.id",
        "_experience.campaign.delivery",
        "sibling",
    }
    assert labels["sibling"] == "Said here (sibling)"
    assert validator.is_valid({"_experience": {"campaign": {"message": {}}}, "sibling": "long"})
    assert [each.message for each in validator.violations({"_experience": {"campaign": {}}})] == [
        "required key [message] not found"
    ]
    assert [each.message for each in validator.violations({})] == ["required key [_experience] not found"]


OLD: dict[str, Any] = {
    "$schema": DRAFT_6,
    "type": "object",
    "properties": {
        "pair": {
            "type": "array",
            "items": [{"type": "string"}, {"type": "integer"}],
            "additionalItems": False,
        },
        "named": {"$ref": "#/definitions/text", "maxLength": 1},
        "card": {"type": "string"},
    },
    "dependencies": {"card": ["owner"], "owner": {"required": ["named"]}},
    "definitions": {"text": {"type": "string"}, "odd": {"$id": "#odd", "type": "number"}},
}


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"pair": ["a", 1]},
        {"pair": ["a", "b"]},
        {"pair": ["a", 1, 2]},
        {"named": "long"},
        {"named": 5},
        {"card": "x"},
        {"card": "x", "owner": "y"},
        {"card": "x", "owner": "y", "named": "z"},
    ],
)
def test_draft_6_means_the_same_in_2020_12(value: Any) -> None:
    new = as_2020_12(OLD)
    jsonschema_rs.meta.validate(new)
    assert new["$schema"].endswith("2020-12/schema")
    assert Validator(new).is_valid(value) == Validator(OLD).is_valid(value)


def test_descriptors_name_fields_and_mark_identities() -> None:
    found = list(
        read_descriptors(
            [
                {
                    "@type": "xdm:alternateDisplayInfo",
                    "xdm:sourceSchema": "urn:s",
                    "xdm:sourceProperty": "/xdm:web/xdm:name",
                    "xdm:title": {"de_de": "Seite", "en_us": "Page"},
                },
                {
                    "@type": "xdm:descriptorIdentity",
                    "xdm:sourceSchema": "urn:s",
                    "xdm:sourceProperty": "/_acme/number",
                    "xdm:namespace": "CRMID",
                    "xdm:isPrimary": True,
                },
                {"@type": "xdm:somethingElse", "xdm:sourceSchema": "urn:s"},
                {"xdm:sourceSchema": 5},
                None,
            ]
        )
    )
    assert [(each.friendly_name, each.namespace, each.is_primary) for each in found] == [
        ("Page", "", False),
        ("", "CRMID", True),
    ]
