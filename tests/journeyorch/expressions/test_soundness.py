"""What the checker accepts meets no surprise of types while it is evaluated."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings

from journeyorch.expressions import RunTimeError, compile_expression, types
from journeyorch.expressions.types import ListType, ObjectType
from journeyorch.expressions.values import type_of

from .typed import FIT, expressions
from .world import SCOPE, make_context

# Limits and ranges; not ERR_EXPR_VALUE, which is for data and texts that do not fit.
EXPECTED = {
    "ERR_EXPR_OVERFLOW",
    "ERR_EXPR_NOT_FINITE",
    "ERR_EXPR_STEPS",
    "ERR_EXPR_TEXT_SIZE",
    "ERR_EXPR_LIST_SIZE",
}


def is_of(value, type_):
    if value is None:
        return True
    if isinstance(type_, ListType):
        return isinstance(value, list) and all(is_of(item, type_.item) for item in value)
    if isinstance(type_, ObjectType):
        return isinstance(value, dict)
    return type_ in (types.ANY, type_of(value))


def result_of(compiled):
    try:
        return compiled.evaluate(make_context())
    except RunTimeError as error:
        return error


@settings(max_examples=600, deadline=None)
@given(expressions())
def test_what_is_accepted_gives_a_value_of_its_type_or_runs_into_a_limit(source):
    compiled = compile_expression(source, SCOPE)
    result = result_of(compiled)

    if isinstance(result, RunTimeError):
        assert result.code in EXPECTED
    else:
        assert is_of(result, compiled.type)


@pytest.mark.parametrize("source", FIT)
def test_conversions_of_what_fits(source):
    value = compile_expression(source, SCOPE).evaluate(make_context())

    assert isinstance(value, (int, float, date, datetime, timedelta))
