"""The tables of cases are broad enough: for each function, operator and rule there are cases of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from journeyorch.expressions import FUNCTIONS, syntax
from journeyorch.expressions.errors import ExpressionError
from journeyorch.expressions.parse import parse

from .test_samples import rows
from .world import table

VALUES = [(source, expected) for _, source, expected in table("values")]
VALUES += [(source, expected) for _, source, expected in rows("values")]
REFUSED = [source for _, source, *_ in [*table("problems"), *table("failures"), *rows("problems")]]
BINARY = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or"]
POSTFIXES = ["is null", "is not null", "has null", "is numeric", "is integer", "is decimal"]
STEPS = ["all", "first", "last", "at", "entry", "keys", "values", "firstEntryKey"]
# That take nothing which could be null, or of a wrong type or value.
WITHOUT_ARGUMENTS = {"random", "uuid", "currentTimeInMillis"}


def names_in(part: Any) -> Iterator[str]:
    """Functions, operators and collection functions of a tree, as often as they stand there."""
    if isinstance(part, (list, tuple)):
        for one in part:
            yield from names_in(one)
    elif isinstance(part, (syntax.Node, syntax.Step, syntax.Option)):
        yield from _own(part)
        for slot in part.__dataclass_fields__:
            yield from names_in(getattr(part, slot))


def _own(part: Any) -> list[str]:
    if isinstance(part, syntax.Call):
        return [f"{part.name}()"]
    if isinstance(part, syntax.Step):
        return [f".{part.name}()"] if part.called else []
    if isinstance(part, syntax.Option):
        return [part.name]
    if isinstance(part, syntax.Conditional):
        return ["if"]
    if isinstance(part, (syntax.Logic, syntax.Prefix, syntax.Postfix)):
        return [f"unary {part.operator}" if part.__class__ is syntax.Prefix else part.operator]
    return part.operators if isinstance(part, syntax.Chain) else []


def counted(sources: list[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for source in sources:
        with suppress(ExpressionError):  # of the syntax
            found.update(set(names_in(parse(source))))
    return found


ALL = counted([source for source, _ in VALUES])
# With a null in sight: written, as the result, or in a field that has none.
WITH_NULL = counted(
    [
        source
        for source, expected in VALUES
        if expected is None
        or "null" in source
        or any(
            f".{name}" in source
            for name in ("note", "coupon", "points", "gift", "noItems", "noNumbers", "missing", "none")
        )
    ]
)
WRONG = counted(REFUSED)


def test_there_are_many_cases():
    assert len(VALUES) + len(REFUSED) >= 1_000


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function_has_cases_with_null_and_with_errors(name):
    assert ALL[f"{name}()"] >= 3
    if name not in WITHOUT_ARGUMENTS:
        assert WRONG[f"{name}()"] >= 1
    if name not in WITHOUT_ARGUMENTS | {"now", "date", "inSegment", "nowWithDelta"}:
        assert WITH_NULL[f"{name}()"] >= 1


@pytest.mark.parametrize("name", [*BINARY, *POSTFIXES, "unary not", "unary -", "if"])
def test_operator_has_cases_with_null_and_with_errors(name):
    assert ALL[name] >= 4
    assert WITH_NULL[name] >= 1
    if name not in POSTFIXES or name == "has null":
        assert WRONG[name] >= 1


@pytest.mark.parametrize("name", [*(f".{step}()" for step in STEPS), "params", "defaultValue"])
def test_part_of_a_reference_has_cases_with_null_and_with_errors(name):
    assert ALL[name] >= 3
    assert WRONG[name] >= 1
    if name != "params":
        assert WITH_NULL[name] >= 1
