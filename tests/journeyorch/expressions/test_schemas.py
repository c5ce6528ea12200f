"""Types from JSON Schemas and from samples."""

from __future__ import annotations

import pytest

from journeyorch.expressions import from_json_schema, from_sample
from journeyorch.expressions.types import (
    ANY,
    BOOLEAN,
    DATE_ONLY,
    DATE_TIME,
    DATE_TIME_ONLY,
    DECIMAL,
    INTEGER,
    STRING,
    ListType,
    MapType,
    ObjectType,
    TimeText,
)


def shown(**fields):
    return ObjectType(fields, sampled=True)


NAMED = ObjectType({"name": STRING})
AGED = ObjectType({"name": STRING, "age": INTEGER})
AGE_SCHEMA = {"properties": {"age": {"type": "integer"}}}
NAMED_SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, STRING),
        ({"type": "string", "format": "date"}, DATE_ONLY),
        ({"type": "string", "format": "date-time"}, DATE_TIME),
        ({"type": "string", "format": "local-date-time"}, DATE_TIME_ONLY),
        ({"type": "string", "format": "email"}, STRING),
        ({"type": "integer"}, INTEGER),
        ({"type": "number"}, DECIMAL),
        ({"type": "boolean"}, BOOLEAN),
        ({"type": ["string", "null"]}, STRING),
        ({"type": ["string", "integer"]}, ANY),
        ({}, ANY),
        ({"enum": ["a", "b"]}, STRING),
        ({"const": 3}, INTEGER),
        (NAMED_SCHEMA, NAMED),
        ({"properties": {"name": {"type": "string"}}}, NAMED),
        ({"type": "object"}, ANY),
        ({"type": "array", "items": {"type": "integer"}}, ListType(INTEGER)),
        ({"type": "array"}, ListType(ANY)),
        ({"type": "object", "additionalProperties": {"type": "string"}}, MapType(STRING)),
        ({"type": "object", "meta:xdmType": "map"}, MapType(ANY)),
        ({**NAMED_SCHEMA, "additionalProperties": {"type": "integer"}}, NAMED),
        ({"allOf": [NAMED_SCHEMA, AGE_SCHEMA]}, AGED),
        ({"$ref": "#/definitions/x", "definitions": {"x": NAMED_SCHEMA}}, NAMED),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": NAMED_SCHEMA}}, NAMED),
        ({"$ref": "https://example.com/elsewhere"}, ANY),
        ({"$ref": "#/definitions/none"}, ANY),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, DECIMAL),
    ],
)  # fmt: skip
def test_schema_becomes_a_type(schema, expected):
    assert from_json_schema(schema) == expected


def test_parts_of_one_object_in_several_schemas_are_put_together():
    parts = [{"properties": {"person": schema}} for schema in (NAMED_SCHEMA, AGE_SCHEMA)]

    assert from_json_schema({"allOf": parts}) == ObjectType({"person": AGED})


def test_a_schema_that_contains_itself_is_open_below():
    tree = {"properties": {"name": {"type": "string"}, "child": {"$ref": "#/definitions/tree"}}}

    type_ = from_json_schema({"$ref": "#/definitions/tree", "definitions": {"tree": tree}})

    assert type_ == ObjectType({"name": STRING, "child": ANY})


def test_schemas_that_share_parts_many_times_are_read_once_each():
    definitions: dict[str, object] = {"d25": NAMED_SCHEMA}
    for level in range(25):
        definitions[f"d{level}"] = {"allOf": [{"$ref": f"#/definitions/d{level + 1}"}] * 2}

    assert from_json_schema({"$ref": "#/definitions/d0", "definitions": definitions}) == NAMED


def test_deep_schemas_are_cut():
    schema: dict[str, object] = {"type": "string"}
    for _ in range(5_000):
        schema = {"type": "array", "items": schema}

    assert isinstance(from_json_schema(schema), ListType)


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("text", STRING),
        ("2024-05-15", TimeText(DATE_ONLY)),
        ("2024-05-15T10:00:00", TimeText(DATE_TIME_ONLY)),
        ("2024-05-15T10:00:00+02:00", TimeText(DATE_TIME)),
        ("2024-02-30", STRING),
        (1, INTEGER),
        (10**30, DECIMAL),
        (1.5, DECIMAL),
        (True, BOOLEAN),
        (None, ANY),
        ({"name": "a"}, shown(name=STRING)),
        ({"name": None, "more": {}}, shown(name=ANY, more=shown())),
        ([1, 2.5, None], ListType(DECIMAL)),
        ([], ListType(ANY)),
        ([None], ListType(ANY)),
        (["2024-05-15", "x"], ListType(STRING)),
        (["2024-05-15", None, "2024-05-16"], ListType(TimeText(DATE_ONLY))),
        (["2024-05-15", "2024-05-16T10:00:00"], ListType(STRING)),
        ([1, "x"], ListType(ANY)),
        ([{"name": "a"}, {"age": 3}], ListType(shown(name=STRING, age=INTEGER))),
        ([{"name": None}, {"name": "a"}], ListType(shown(name=STRING))),
        ([{"name": 3}, {"name": "a"}], ListType(shown(name=ANY))),
        ([{"in": []}, {"in": [{"age": 1}]}], ListType(shown(**{"in": ListType(shown(age=INTEGER))}))),
        ([{"name": "a"}, 3], ListType(ANY)),
        ([[1]], ListType(ListType(INTEGER))),
    ],
)
def test_sample_becomes_a_type(sample, expected):
    assert from_sample(sample) == expected
