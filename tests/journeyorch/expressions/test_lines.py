"""A line of JSON in, a line out, without a process around it; for that, see test_evaluating.py."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from journeyorch.expressions.lines import answer, too_long

NOW = datetime(2024, 5, 15, 12, 30, tzinfo=UTC)


def said(line):
    return json.loads(answer(line if isinstance(line, bytes) else json.dumps(line).encode(), now=NOW))


@pytest.mark.parametrize(
    ("expression", "context", "value", "type_"),
    [
        ("now()", {}, "2024-05-15T12:30Z", "dateTime"),
        ("now()", {"now": "2024-01-01"}, "2024-01-01T00:00Z", "dateTime"),
        ("now()", {"now": "2024-01-01T10:00:00+02:00"}, "2024-01-01T08:00Z", "dateTime"),
        ("@{E.at} < now()", {"events": {"E": {"at": "2024-01-01T00:00:00Z"}}}, True, "boolean"),
        ("@{E.at}", {"events": {"E": {"at": "2024-01-01T00:00:00Z"}}}, "2024-01-01T00:00:00Z", "string"),
        ("@{E.none}", {"events": {"E": {}}}, None, "null"),
        ("@{E.none, defaultValue: 0}", {"events": {"E": {}}}, 0, "integer"),
        ("@{JourneyProperties.own}", {"properties": {"own": 1.5}}, 1.5, "decimal"),
        ('inSegment("VIP")', {"segments": ["VIP"]}, True, "boolean"),
        (
            "#{ExperiencePlatform.G.profile.name} + #{S.H.x, params: {a: 1}}",
            {
                "datasources": {
                    "ExperiencePlatform": {"G": {"profile": {"name": "a"}}},
                    "S": {"H": {"x": "b"}},
                }
            },
            "ab",
            "string",
        ),
        ("@{E.identityMap.entry('Phone')}", {"events": {"E": {"identityMap": {}}}}, None, "null"),
        (
            "@{E.list.identityMap.entry('Email').id}",
            {
                "events": {
                    "E": {"list": [{"identityMap": {"Email": [{"id": 1}]}}, {"identityMap": {"X": []}}]}
                }
            },
            [1],
            "listInteger",
        ),
    ],
)
def test_line_has_its_value_and_type(expression, context, value, type_):
    assert said({"expression": expression, "context": context}) == {"value": value, "type": type_}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", "ERR_EXPR_INPUT"),
        (b"[]", "ERR_EXPR_INPUT"),
        ({"expression": 1}, "ERR_EXPR_INPUT"),
        ({"expression": "1 +"}, "ERR_EXPR_SYNTAX"),
        ({"expression": 'toInteger("x")'}, "ERR_EXPR_VALUE"),
        ({"expression": "1", "context": []}, "ERR_EXPR_CONTEXT"),
        ({"expression": "1", "context": {"event": {}}}, "ERR_EXPR_CONTEXT"),
        ({"expression": "1", "context": {"segments": [1]}}, "ERR_EXPR_CONTEXT"),
        ({"expression": "1", "context": {"now": 1}}, "ERR_EXPR_CONTEXT"),
        ({"expression": "1", "context": {"now": "soon"}}, "ERR_EXPR_CONTEXT"),
    ],
)
def test_line_without_a_value_says_why(line, code):
    error = said(line)["error"]

    assert error["code"] == code
    assert (error["line"], error["column"]) >= (1, 1)


def test_a_fault_of_ours_is_an_answer_too(monkeypatch):
    monkeypatch.setattr("journeyorch.expressions.lines.outcome", lambda *parts: 1 / 0)

    assert said({"expression": "1"})["error"]["code"] == "ERR_EXPR_INTERNAL"


def test_a_line_that_is_too_long_has_an_answer():
    assert json.loads(too_long())["error"]["code"] == "ERR_EXPR_INPUT"
