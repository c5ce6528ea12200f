"""What expressions give: the table cases/values.json, one row per claim of expressions.md."""

from __future__ import annotations

import pytest

from journeyorch.expressions import compile_expression, to_json

from .world import SCOPE, make_context, table


@pytest.mark.parametrize(("title", "source", "expected"), table("values"))
def test_expression_gives_the_value(title, source, expected):
    value = to_json(compile_expression(source, SCOPE).evaluate(make_context()))

    assert value == expected
    assert type(value) is type(expected)
