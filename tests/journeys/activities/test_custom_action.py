"""What a custom action makes of a journey's data: its path, and its lists of objects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from journeyorch.expressions import types
from journeys.activities.catalog import ActionInfo, EventInfo, VariableInfo
from journeys.definition.check import check
from journeys.definition.compile import compile_plan
from journeys.engine.decide import Arrival, Surroundings, enter
from tests.journeys.drawings import CATALOG, LOBBY, document
from tests.journeys.world import act

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINES = types.ListType(types.ObjectType({"sku": types.STRING, "amount": types.DECIMAL, "odd": types.BOOLEAN}))
PAYLOAD = types.ObjectType(
    {"guest": types.STRING, "room": types.INTEGER, "parts": types.ListType(types.STRING), "lines": LINES}
)
PRODUCTS = VariableInfo(
    "/products",
    "Products",
    types.ListType(types.ObjectType()),
    True,
    {"sku": types.STRING, "price": types.DECIMAL},
)
CATALOG = CATALOG._replace(
    events={"Lobby": EventInfo(LOBBY, "Lobby", "CRMID", PAYLOAD)},
    actions={
        "Stay": ActionInfo(7, "Stay", "action:7", (), None),
        "Order": ActionInfo(8, "Order", "action:8", (PRODUCTS,), None),
        "Mail": ActionInfo(9, "Mail", "action:9", (), None, is_campaign=True),
    },
)
LINES_OF = {"/products": "@{Lobby.lines}"}


def drawn(**config: Any):
    return document("lobby", lobby=act("event", "call", event="Lobby"), call=act("custom_action", **config))


def found(**config: Any) -> list[tuple[str, str]]:
    return [(one.code, one.field) for one in check(drawn(**config), CATALOG, max_activities=50)]


def called(payload: dict[str, Any], **config: Any) -> Any:
    """The spec of the call that somebody with this payload makes."""
    assert found(**config) == []
    plan = compile_plan(
        drawn(**config), CATALOG, version_id=1, journey_id=1, sandbox_id=1, constants={}, test=None
    )
    arrival = Arrival(1, (LOBBY,), NOON, payload)
    around = Surroundings(now=NOON, namespace="CRMID", person_id="anna")
    decision = enter(plan, UUID(int=1), arrival, around, ends_at=NOON + timedelta(days=30))
    return decision.calls[0].spec


@pytest.mark.parametrize(
    ("path", "pieces"),
    [
        ('"guests/" + @{Lobby.guest} + "/stays"', ["guests/", {"value": "a/b"}, "/stays"]),
        ('"guests"', ["guests"]),
        ("@{Lobby.guest}", [{"value": "a/b"}]),
        ("@{Lobby.parts}", [{"value": ["x", "y"]}]),
        ('"r" + @{Lobby.room} + 1', ["r", {"value": 12}, {"value": 1}]),
        ('@{Lobby.guest} + "/x"', [{"value": "a/b/x"}]),
        ('"g/" + upper(@{Lobby.guest} + "/")', ["g/", {"value": "A/B/"}]),
    ],
)
def test_the_path_goes_out_as_texts_and_values(path, pieces):
    payload = {"guest": "a/b", "room": 12, "parts": ["x", "y"]}
    assert called(payload, action="Stay", path=path)["path"] == pieces


def test_without_a_path_none_goes_out():
    assert "path" not in called({}, action="Stay")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("@{Lobby.gone}", "ERR_JOURNEY_EXPR_UNKNOWN_FIELD"),
        ("@{Lobby.lines}", "ERR_JOURNEY_VALUE_TYPE"),
        ('"a" + @{Lobby.lines}', "ERR_JOURNEY_EXPR_TYPE"),
        ('"a" +', "ERR_JOURNEY_EXPR_SYNTAX"),
    ],
)
def test_a_path_that_is_no_path_is_an_error(path, code):
    assert found(action="Stay", path=path) == [(code, "path")]


def test_fields_of_a_list_are_taken_by_their_names_in_the_journey():
    spec = called(
        {"lines": [{"sku": "P1", "amount": 2.5}]},
        action="Order",
        values=LINES_OF,
        fields={"/products": {"price": "amount", "sku": " "}},
    )
    assert spec["values"] == {"/products": [{"sku": "P1", "amount": 2.5}], "/products/*/price": "amount"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("ERR_JOURNEY_VALUE_MISSING", "fields./products.price")]),
        ({"/products": {"price": "cost"}}, [("ERR_JOURNEY_VALUE_MISSING", "fields./products.price")]),
        ({"/products": {"price": "odd"}}, [("ERR_JOURNEY_VALUE_TYPE", "fields./products.price")]),
        (
            {"/products": {"price": "amount", "more": "sku"}},
            [("ERR_JOURNEY_VALUE_UNKNOWN", "fields./products.more")],
        ),
        (
            {"/products": {"price": "amount"}, "/gone": {}},
            [("ERR_JOURNEY_VALUE_UNKNOWN", "fields./gone")],
        ),
    ],
)
def test_fields_that_lead_nowhere_or_do_not_fit_are_errors(fields, expected):
    assert found(action="Order", values=LINES_OF, fields=fields) == expected


def test_a_list_of_something_else_is_an_error():
    values = {"/products": "@{Lobby.parts}"}
    assert found(action="Order", values=values) == [("ERR_JOURNEY_EXPR_TYPE", "values./products")]


def test_campaign_is_not_called_where_segments_let_people_in():
    assert found(action="Mail") == []
    first = act("segment_qualification", "call", segment="Rich", namespace="CRMID")
    by_segment = document("first", first=first, call=act("custom_action", action="Mail"))
    codes = [one.code for one in check(by_segment, CATALOG, max_activities=50)]
    assert codes == ["ERR_JOURNEY_CAMPAIGN_SEGMENT"]
