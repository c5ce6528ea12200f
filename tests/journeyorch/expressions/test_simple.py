"""Simple mode: trees become text and come back; everything else is for advanced mode."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeyorch.expressions import compile_expression, types
from journeyorch.expressions.simple import (
    Group,
    Line,
    Membership,
    operators_for,
    text_of,
    tree_of,
    tree_or_reason,
)
from journeyorch.expressions.simple_json import as_json, tree_from_json

from .world import SCOPE, make_context

NAME = "@{Order.address.city}"
TOTAL = "@{Order.total}"
PLACED = "@{Order.placedAt}"
TAGS = "@{Order.empty}"

LINES = [
    (Line(NAME, "equal", "string", ("Rome",)), f'{NAME} == "Rome"'),
    (Line(NAME, "equal", "string", ('a"\\b\n',)), f'{NAME} == "a\\"\\\\b\\n"'),
    (Line(NAME, "notEqual", "string", ("Rome",)), f'{NAME} != "Rome"'),
    (Line(NAME, "equal", "string", ("rome",), True), f'equalIgnoreCase({NAME}, "rome")'),
    (Line(NAME, "notEqual", "string", ("rome",), True), f'notEqualIgnoreCase({NAME}, "rome")'),
    (Line(NAME, "contains", "string", ("o",)), f'contain({NAME}, "o")'),
    (Line(NAME, "contains", "string", ("O",), True), f'containIgnoreCase({NAME}, "O")'),
    (Line(NAME, "startsWith", "string", ("R",)), f'startWith({NAME}, "R")'),
    (Line(NAME, "endsWith", "string", ("E",), True), f'endWithIgnoreCase({NAME}, "E")'),
    (Line(NAME, "isEmpty"), f"isEmpty({NAME})"),
    (Line(NAME, "inList", "string", ("Rome", "Oslo")), f'in({NAME}, ["Rome", "Oslo"])'),
    (Line(TOTAL, "greater", "integer", (3,)), f"{TOTAL} > 3"),
    (Line(TOTAL, "atMost", "decimal", (-0.5,)), f"{TOTAL} <= -0.5"),
    (Line(TOTAL, "less", "decimal", (1e22,)), f"{TOTAL} < 10000000000000000000000.0"),
    (Line(TOTAL, "between", "integer", (1, 5)), f"({TOTAL} >= 1 and {TOTAL} <= 5)"),
    (Line(PLACED, "atLeast", "dateTime", ("2024-05-15T00:00Z",)), f'{PLACED} >= date("2024-05-15T00:00Z")'),
    (Line("@{Order.day}", "equal", "dateOnly", ("2024-05-15",)), '@{Order.day} == date("2024-05-15")'),
    (Line(PLACED, "inLastDays", "integer", (7,)), f"inLastDays({PLACED}, 7)"),
    (Line(PLACED, "inNextHours", "integer", (2,)), f"inNextHours({PLACED}, 2)"),
    (Line("@{Order.express}", "equal", "boolean", (True,)), "@{Order.express} == true"),
    (Line(TAGS, "listContains", "string", ("sale",)), f'in("sale", {TAGS})'),
    (Line(NAME, "exists"), f"{NAME} is not null"),
    (Line(NAME, "doesNotExist"), f"{NAME} is null"),
    (Membership("Newcomers"), 'inSegment("Newcomers")'),
    (Membership("Newcomers", member=False), 'not inSegment("Newcomers")'),
]


@pytest.mark.parametrize(("item", "text"), LINES)
def test_line_is_written_and_read_back(item, text):
    tree = Group("and", (item,))

    assert text_of(tree) == text
    assert tree_of(text) == tree
    assert tree_from_json(as_json(tree)) == tree


@pytest.mark.parametrize(("item", "text"), LINES)
def test_line_is_an_expression_that_the_checker_takes(item, text):
    assert compile_expression(text, SCOPE, types.BOOLEAN).evaluate(make_context()) in (True, False)


def test_groups_are_written_in_parentheses_and_read_back():
    small, new = Line(TOTAL, "less", "integer", (10,)), Membership("Newcomers")
    tree = Group(
        "or", (Group("and", (small, new)), Group("and", (Line(NAME, "exists"), Group("or", (small, new)))))
    )

    text = text_of(tree)

    assert text == (
        f'({TOTAL} < 10 and inSegment("Newcomers")) or '
        f'({NAME} is not null and ({TOTAL} < 10 or inSegment("Newcomers")))'
    )
    assert tree_of(text) == tree


def test_two_lines_are_not_taken_for_between():
    text = f"{TOTAL} >= 1 and {TOTAL} <= 5"

    assert tree_of(text) == Group(
        "and", (Line(TOTAL, "atLeast", "integer", (1,)), Line(TOTAL, "atMost", "integer", (5,)))
    )


def test_empty_groups_leave_no_trace():
    assert text_of(Group("and", ())) == ""
    assert text_of(Group("and", (Group("or", ()), Line(NAME, "exists")))) == f"{NAME} is not null"


@pytest.mark.parametrize(
    "source",
    [
        "1 + 1 == 2",
        f"{TOTAL} + 1 > 3",
        f"length({NAME}) > 3",
        f"{NAME} == @{{Order.id}}",
        f"not {NAME} == 'a'",
        "@{Order.items.first().sku} == 'A'",
        "count(@{Order.items.all(currentEventField.quantity > 1)}) > 0",
        f"if ({TOTAL} > 1) then (true) else (false)",
        f"{TOTAL} == null",
        f"{TOTAL} > 1 == true",
        f"in({NAME}, ['a', 1.5])",
        f"toString({TOTAL}) == 'a'",
        f"{PLACED} > now()",
        "true",
        "this is no expression",
    ],
)
def test_other_expressions_open_in_advanced_mode(source):
    assert tree_of(source) is None
    assert isinstance(tree_or_reason(source), str)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("true", "Each condition compares a field with a value."),
        (f"{TOTAL} + 1", "The simple editor does not calculate."),
        (f"{TOTAL} is numeric", "The simple editor has no “is numeric”."),
        (f"{NAME} == {NAME}", "A field is compared with a constant only."),
        (f"length({NAME}) > 3", "A condition begins with a field."),
        (f"matchRegExp({NAME}, 'a')", "The simple editor has no matchRegExp(…) of this form."),
        (f"not isEmpty({NAME})", "The simple editor has “not” for segments only."),
        ("@{Order.items.first().sku} == 'A'", "The simple editor does not look into lists and maps."),
    ],
)
def test_why_an_expression_opens_in_advanced_mode_is_said(source, reason):
    assert tree_or_reason(source) == f"{reason} Use the advanced editor for that."


@pytest.mark.parametrize(
    ("type_", "offered", "not_offered"),
    [
        (types.STRING, "contains", "less"),
        (types.DECIMAL, "between", "inLastDays"),
        (types.DATE_TIME, "inNextMonths", "contains"),
        (types.BOOLEAN, "equal", "less"),
        (types.ListType(types.STRING), "listContains", "equal"),
        (types.ObjectType(), "exists", "equal"),
    ],
)
def test_operators_depend_on_the_type(type_, offered, not_offered):
    assert offered in operators_for(type_)
    assert not_offered not in operators_for(type_)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"kind": "group", "operator": "xor", "items": []},
        {"kind": "group", "operator": "and", "items": [{"kind": "group", "operator": "and"}]},
        {"kind": "line", "field": "1 or true", "operator": "exists"},
        {"kind": "line", "field": f"{NAME} is null or {NAME}", "operator": "exists"},
        {"kind": "line", "field": NAME, "operator": "or", "values": ["a"]},
        {"kind": "line", "field": NAME, "operator": "equal", "values": []},
        {"kind": "line", "field": NAME, "operator": "equal", "type": "integer", "values": ["1 or true"]},
        {"kind": "line", "field": NAME, "operator": "equal", "type": "code", "values": ["1 or true"]},
        {"kind": "line", "field": NAME, "operator": ["equal"], "values": ["a"]},
        {"kind": "segment", "segment": 3},
    ],
)
def test_trees_from_outside_are_checked(data):
    with pytest.raises(ValueError, match=r"\.$"):
        tree_from_json(data)


def test_deep_trees_from_outside_are_refused():
    data: dict[str, object] = {"kind": "segment", "segment": "a"}
    for _ in range(500):
        data = {"kind": "group", "operator": "and", "items": [data]}

    with pytest.raises(ValueError, match="unknown form"):
        tree_from_json(data)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)
lines = st.one_of(
    st.builds(
        Line,
        st.just(NAME),
        st.sampled_from(["equal", "contains"]),
        st.just("string"),
        st.tuples(texts),
        st.booleans(),
    ),
    st.builds(
        Line, st.just(TOTAL), st.just("less"), st.just("integer"), st.tuples(st.integers(-(2**63), 2**63 - 1))
    ),
    st.builds(Line, st.just(TOTAL), st.just("less"), st.just("decimal"), st.tuples(st.floats(-1e300, 1e300))),
    st.builds(Membership, texts, st.booleans()),
)
operators = st.sampled_from(["and", "or"])
groups = st.recursive(
    st.builds(Group, operators, st.lists(lines, min_size=2, max_size=3).map(tuple)),
    lambda inner: st.builds(Group, operators, st.lists(lines | inner, min_size=2, max_size=3).map(tuple)),
    max_leaves=6,
)


@settings(max_examples=60)
@given(groups)
def test_any_tree_comes_back_from_its_text(tree):
    assert tree_of(text_of(tree)) == tree
