"""Attributes: the newest value of each wins, in whatever order they arrive."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.platform.profiles.attributes import (
    EMPTY,
    MAX_DEPTH,
    Attributes,
    joined,
    leaves,
    rewritten,
    stamp,
    with_record,
    with_values,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD, NEW, NEWEST = (stamp(NOON + timedelta(hours=hours)) for hours in (0, 1, 2))


def after(*records: tuple[dict, str]) -> Attributes:
    result = EMPTY
    for record, stamped in records:
        result = with_record(result, record, stamped)
    return result


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 2}}, {"a": 1}, {"a": 1}),
        ({"a": 1}, {"a": None}, {"a": None}),
        ({"a": 1}, {"b": 1}, {"a": 1, "b": 1}),
        ({"a": 1}, {}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a.b": 1}, {"a": {"b": 2}}, {"a.b": 1, "a": {"b": 2}}),
        ({"a": [{"b": 1}]}, {"a": [{"c": 1}]}, {"a": [{"c": 1}]}),
    ],
)
def test_objects_are_merged_and_the_rest_replaced(first, second, result):
    assert after((first, OLD), (second, NEW)).values == result


@pytest.mark.parametrize(
    ("first", "late"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": {"b": 1}}, {"a": {"b": 2}}),
        ({"a": 1}, {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {"a": 2}),
        ({"a": None}, {"a": 2}),
    ],
)
def test_what_is_older_does_not_replace_what_is_newer(first, late):
    assert after((first, NEW), (late, OLD)) == after((first, NEW))


def test_an_older_record_still_brings_what_is_missing():
    assert after(({"a": {"b": 1}}, NEW), ({"a": {"b": 2, "c": 3}}, OLD)).values == {"a": {"b": 1, "c": 3}}


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from(["", "x", "é"]),
    st.lists(st.integers(), max_size=2),
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "a": VALUES,
        "b": st.fixed_dictionaries({}, optional={"c": VALUES, "d.e": VALUES}),
        "f\\": VALUES,
    },
)


@given(st.lists(RECORDS, max_size=3))
def test_the_order_of_arrival_makes_no_difference(records):
    stamped = [(record, stamp(NOON, order)) for order, record in enumerate(records)]
    results = [after(*order) for order in itertools.permutations(stamped)]
    assert all(result == results[0] for result in results)


@given(st.lists(RECORDS, max_size=4))
def test_a_record_applied_again_changes_nothing(records):
    stamped = [(record, stamp(NOON, order)) for order, record in enumerate(records)]
    assert after(*stamped, *stamped) == after(*stamped)


@given(RECORDS, RECORDS)
def test_two_people_who_are_one_have_what_one_record_after_the_other_gives(first, second):
    one, other = after((first, OLD)), after((second, NEW))
    assert joined(one, other) == joined(other, one) == after((first, OLD), (second, NEW))


def test_of_the_same_age_the_winner_keeps_its_value():
    assert joined(Attributes({"a": 1}, {}), Attributes({"a": 2, "b": 3}, {})).values == {"a": 1, "b": 3}


def test_nothing_given_is_changed_in_place():
    before = after(({"a": {"b": {"c": 1}}}, OLD))
    with_record(before, {"a": {"b": {"c": 2}}}, NEW)
    joined(before, after(({"a": {"b": {"c": 2}}}, NEW)))
    assert before == Attributes({"a": {"b": {"c": 1}}}, {"a.b.c": OLD})


def test_values_are_set_by_path():
    found = with_values(EMPTY, {"person.name.firstName": "Zoë", ("a.b", "c"): 1}, OLD)
    assert found.values == {"person": {"name": {"firstName": "Zoë"}}, "a.b": {"c": 1}}
    assert found.times == {"person.name.firstName": OLD, "a\\.b.c": OLD}


def test_what_an_editor_leaves_alone_keeps_its_time():
    before = after(({"a": 1, "b": {"c": 2, "d": 3}}, OLD))
    edited = rewritten(before, {"a": 1, "b": {"c": 4}}, NEW)
    assert edited.values == {"a": 1, "b": {"c": 4}}
    assert edited.times == {"a": OLD, "b.c": NEW, "b.d": NEW}


def test_what_an_editor_removed_is_not_brought_back_by_an_older_record():
    edited = rewritten(after(({"b": {"c": 2}}, OLD)), {}, NEWEST)
    assert with_record(edited, {"b": {"c": 5}}, NEW).values.get("b", {}) == {}
    assert with_record(edited, {"b": {"c": 5}}, stamp(NOON + timedelta(days=1))).values == {"b": {"c": 5}}


def test_true_in_place_of_one_is_a_change():
    assert rewritten(after(({"a": 1}, OLD)), {"a": True}, NEW).times == {"a": NEW}


def test_objects_too_deep_to_look_into_are_replaced_as_a_whole():
    deep: dict = {"x": 1}
    for _ in range(900):
        deep = {"d": deep}
    found = after((deep, OLD), (deep, NEW))
    assert found.values == deep
    assert [path.count(".") for path, _ in leaves(deep)] == [MAX_DEPTH - 1]


def test_a_record_with_very_many_names_takes_no_square_of_time():
    wide = {f"n{number}": {"a": number} for number in range(20_000)}
    found = after((wide, OLD), (dict.fromkeys(wide, 1), NEW))
    assert found.times == dict.fromkeys(wide, NEW)


def test_stamps_sort_by_instant_then_by_order_of_receipt():
    tokyo = (NOON + timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=9)))
    stamps = [stamp(NOON), stamp(NOON, 9), stamp(NOON, 10), stamp(tokyo), stamp(NOON.replace(year=9999))]
    assert stamps == sorted(stamps)
