"""The registry: every function documents itself, and what it says is true."""

from __future__ import annotations

from pathlib import Path

import pytest

import journeyorch.expressions.functions
from journeyorch.expressions import FUNCTIONS, compile_expression, to_json

from .world import SCOPE, make_context

# expressions.md, Functions, by category.
SPECIFIED = {
    "aggregation": "avg count countOnlyNull countWithNull distinctCount distinctCountWithNull max min sum",
    "conversion": "toBool toDateOnly toDateTime toDateTimeOnly toDecimal toInteger toDuration toString date",
    "date": "now nowWithDelta currentTimeInMillis inLastDays inLastHours inLastMonths inLastYears inNextDays "
    "inNextHours inNextMonths inNextYears setHours setDays updateTimeZone",
    "list": "distinct distinctWithNull filter getListItem in intersect limit listSize serializeList sort",
    "math": "random round",
    "string": "concat contain containIgnoreCase startWith startWithIgnoreCase endWith endWithIgnoreCase "
    "equalIgnoreCase notEqualIgnoreCase indexOf lastIndexOf isEmpty isNotEmpty length lower upper trim "
    "matchRegExp replace replaceAll split substr uuid",
    "segment": "inSegment",
}


def test_exactly_the_specified_functions_exist():
    found: dict[str, set[str]] = {}
    for function in FUNCTIONS.values():
        found.setdefault(function.category, set()).add(function.name)

    assert found == {category: set(names.split()) for category, names in SPECIFIED.items()}


def test_every_category_module_is_loaded():
    folder = Path(journeyorch.expressions.functions.__file__).parent

    assert {path.stem for path in folder.glob("*.py")} - {"__init__", "parameters"} == set(SPECIFIED)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_function_has_help_and_signatures(function):
    assert function.help.endswith(".")
    assert len(function.help) <= 120
    assert function.signatures


EXAMPLES = [
    (source, result) for function in FUNCTIONS.values() for source, result in function.examples.items()
]


@pytest.mark.parametrize(("source", "expected"), EXAMPLES)
def test_example_of_the_help_is_true(source, expected):
    value = to_json(compile_expression(source, SCOPE).evaluate(make_context()))

    assert (value, type(value)) == (expected, type(expected))
