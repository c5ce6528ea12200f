"""Validation says which rule is broken and where, and never repeats the value (technical.md, Schemas)."""

from __future__ import annotations

from typing import Any

import pytest

from datasources.platform.schemas.library import building, compose, group_names
from datasources.platform.schemas.validate import MAX_VIOLATIONS, NotASchema, Validator, Violation

SCHEMA = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "minLength": 2, "maxLength": 10},
        "age": {"type": ["integer", "null"], "minimum": 0, "maximum": 150},
        "kind": {"enum": ["a", "b"]},
        "fixed": {"const": 1},
        "code": {"pattern": "^[a-z]+$"},
        "when": {"type": "string", "format": "date-time"},
        "mail": {"type": "string", "format": "email"},
        "list": {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 1,
            "maxItems": 2,
            "uniqueItems": True,
        },
        "either": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
        "closed": {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
        "never": False,
        "odd/name~": {"type": "boolean"},
    },
}
VALIDATOR = Validator(SCHEMA)


@pytest.mark.parametrize(
    ("value", "pointer", "keyword", "message"),
    [
        ([], "#", "type", "expected type: JSONObject, found: JSONArray"),
        ({}, "#", "required", "required key [id] not found"),
        ({"id": 5}, "#/id", "type", "expected type: String, found: Long"),
        ({"id": 5.5}, "#/id", "type", "expected type: String, found: Double"),
        ({"id": True}, "#/id", "type", "expected type: String, found: Boolean"),
        ({"id": None}, "#/id", "type", "expected type: String, found: Null"),
        ({"id": {"secret": 1}}, "#/id", "type", "expected type: String, found: JSONObject"),
        ({"id": "x"}, "#/id", "minLength", "the text is shorter than 2"),
        ({"id": "secret secret"}, "#/id", "maxLength", "the text is longer than 10"),
        ({"age": "secret"}, "#/age", "type", "expected type: Null or Integer, found: String"),
        ({"age": -1}, "#/age", "minimum", "the value is less than 0"),
        ({"age": 151}, "#/age", "maximum", "the value is greater than 150"),
        ({"kind": "secret"}, "#/kind", "enum", "the value is not one of the permitted ones"),
        ({"fixed": "secret"}, "#/fixed", "const", "the value is not the permitted one"),
        ({"code": "SECRET"}, "#/code", "pattern", "the value does not match the pattern"),
        ({"when": "secret"}, "#/when", "format", "the value is not a valid date-time"),
        ({"when": "2026-02-29T00:00:00Z"}, "#/when", "format", "the value is not a valid date-time"),
        ({"mail": "secret"}, "#/mail", "format", "the value is not a valid email"),
        ({"list": []}, "#/list", "minItems", "the list has fewer than 1 elements"),
        ({"list": [1, 2, 3]}, "#/list", "maxItems", "the list has more than 2 elements"),
        ({"list": [7, 7]}, "#/list", "uniqueItems", "the list holds the same element twice"),
        ({"list": [1, "secret"]}, "#/list/1", "type", "expected type: Number, found: String"),
        ({"either": 5}, "#/either", "anyOf", "the value breaks the rule anyOf"),
        ({"closed": {"secret": 1}}, "#/closed", "additionalProperties", "a key is not permitted here"),
        ({"never": "secret"}, "#/never", "falseSchema", "nothing is permitted here"),
        ({"odd/name~": 1}, "#/odd~1name~0", "type", "expected type: Boolean, found: Long"),
    ],
)
def test_a_broken_rule_is_named_with_its_place(value: Any, pointer: str, keyword: str, message: str) -> None:
    if isinstance(value, dict) and "id" not in value and keyword != "required":
        value = {"id": "ok", **value}
    (violation,) = VALIDATOR.violations(value)
    assert (violation.pointer, violation.keyword, violation.message) == (pointer, keyword, message)
    assert "secret" not in str(violation).lower()


def test_what_follows_the_schema_breaks_nothing() -> None:
    good = {"id": "ok", "age": None, "kind": "a", "more": {"unknown": [1]}, "when": "2024-02-29T23:59:60Z"}
    assert VALIDATOR.violations(good) == []
    assert VALIDATOR.is_valid(good)


def test_no_more_than_the_first_few_are_told() -> None:
    assert len(Validator({"items": {"type": "string"}}).violations(list(range(100)))) == MAX_VIOLATIONS


def test_a_pointer_is_cut_to_a_length_fit_for_an_answer() -> None:
    (violation,) = Validator({"additionalProperties": {"type": "string"}}).violations({"x" * 5000: 1})
    assert len(violation.pointer) <= 200


@pytest.mark.parametrize(
    "document",
    [
        {"type": "nonsense"},
        {"pattern": "("},
        {"$ref": "https://example.com/schema"},
        {"$ref": "file:///etc/hostname"},
        {"$ref": "#/definitions/missing"},
        {"properties": []},
        {"pattern": "(?=x)"},
    ],
)
def test_what_is_no_usable_schema_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(NotASchema, match="not a usable JSON Schema"):
        Validator(document)


def test_a_pattern_cannot_take_for_ever() -> None:
    validator = Validator({"pattern": "^(a+)+$"})
    assert not validator.is_valid("a" * 100_000 + "b")


# --- The library -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["event", "profile"])
def test_everything_in_the_library_compiles_alone_and_together(kind: str) -> None:
    for name in group_names(kind):
        Validator(compose(kind, [name]))
    Validator(compose(kind, group_names(kind), tenant={"x": building.text("X")}))


def test_groups_that_share_an_object_are_joined() -> None:
    document = compose("event", ["orchestration", "messageProfile"])
    campaign = document["properties"]["_experience"]["properties"]["campaign"]["properties"]
    assert set(campaign) == {"orchestration", "message"}
    alone = compose("event", ["orchestration"])
    assert "message" not in alone["properties"]["_experience"]["properties"]["campaign"]["properties"]


def test_an_event_needs_an_id_and_a_time() -> None:
    validator = Validator(compose("event", ["placeContext"]))
    missing = [violation.message for violation in validator.violations({})]
    assert missing == ["required key [_id] not found", "required key [timestamp] not found"]
    assert validator.violations({"_id": "1", "timestamp": "2026-11-23T10:00:00.000+01:00"}) == []
    assert isinstance(validator.violations({"_id": "", "timestamp": "2026-11-23T10:00:00Z"})[0], Violation)
