"""Reading values of raw data and of what Python code hands in; what must not happen is an error too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from journeyorch.expressions import RunTimeError, Scope, compile_expression, from_sample, types
from journeyorch.expressions.errors import Failure, Place
from journeyorch.expressions.evaluate import Compiled
from journeyorch.expressions.values import reader, shown_type

from .world import SCOPE, make_context

INSTANT = datetime(2024, 5, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (types.DATE_ONLY, date(2024, 5, 15)),
        (types.DATE_TIME_ONLY, datetime(2024, 5, 15)),  # noqa: DTZ001 — a wall clock
        (types.DATE_TIME, INSTANT),
        (types.DURATION, timedelta(seconds=1)),
        (types.DECIMAL, 2**70),
    ],
)
def test_values_of_python_are_read_too(type_, value):
    assert reader(type_)(value) == value


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (types.DATE_ONLY, INSTANT),
        (types.DATE_ONLY, 3),
        (types.DATE_TIME_ONLY, INSTANT),
        (types.DATE_TIME_ONLY, "2024-05-15T10:00:00Z"),
        (types.DATE_TIME, datetime(2024, 5, 15)),  # noqa: DTZ001 — a wall clock
        (types.DATE_TIME, True),
        (types.DURATION, 3),
        (types.DECIMAL, "1"),
        (types.DECIMAL, True),
        (types.DECIMAL, float("inf")),
        (types.DECIMAL, 10**400),
        (types.STRING, 1),
        (types.BOOLEAN, 1),
        (types.INTEGER, 1.5),
        (types.INTEGER, True),
        (types.DATE_ONLY, "15.5.2024"),
        (types.ListType(types.INTEGER), {}),
        (types.MapType(types.INTEGER), []),
    ],
)
def test_values_of_other_types_are_refused(type_, value):
    with pytest.raises(Failure):
        reader(type_)(value)


def test_durations_are_cut_to_milliseconds_towards_zero():
    assert reader(types.DURATION)(timedelta(microseconds=-1_500)) == timedelta(milliseconds=-1)


def test_a_text_with_a_leap_second_shows_no_time():
    assert shown_type("2016-12-31T23:59:60Z") is types.STRING


@pytest.mark.parametrize("path", ["a", "a.b", "a.b.c", "a.b.c.d"])
@pytest.mark.parametrize("present", [True, False])
def test_fields_are_read_however_deep(path, present):
    payload: dict[str, object] = {"a": {"b": {"c": {"d": "x"}}}}
    for name in reversed(path.split(".")):
        payload = {name: payload if name != path[-1] else "x"}
    scope = Scope(events={"E": from_sample(payload)})
    compiled = compile_expression(f"@{{E.{path}}}", scope)

    assert compiled.evaluate(make_context(events={"E": payload if present else {}})) == (
        "x" if present else None
    )


def test_elements_of_other_forms_are_refused_with_a_place():
    scope = Scope(events={"E": from_sample({"list": [{"n": 1}]})})
    compiled = compile_expression("1 == 2 or\n@{E.list.first(currentEventField.n > 0)} is null", scope)

    with pytest.raises(RunTimeError) as caught:
        compiled.evaluate(make_context(events={"E": {"list": [3]}}))

    assert (caught.value.code, caught.value.line) == ("ERR_EXPR_VALUE", 2)


def test_a_fault_of_ours_is_an_error_of_the_language():
    def broken(context):
        raise ZeroDivisionError

    compiled = Compiled("1", types.INTEGER, (), broken, Place("1", 0, 1))

    with pytest.raises(RunTimeError) as caught:
        compiled.evaluate(make_context())

    assert caught.value.code == "ERR_EXPR_INTERNAL"


def test_types_print_without_their_parts():
    assert repr(types.ObjectType({"a": types.STRING})) == "ObjectType(['a'])"
    assert repr(SCOPE.events["Order"]).startswith("ObjectType(['3h'")
