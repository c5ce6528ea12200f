"""Making a plan fit the type of its place, and working constants out at check time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import types
from .errors import Failure
from .plan import Apply, Constant, Convert, Nulls, Plan
from .types import ANY, INTEGER, NULL, ListType, TimeText, Type
from .values import reader, type_of


def converter(actual: Type, expected: Type) -> Callable[[Any], Any] | None:
    """How a value of one type becomes one of the other, which it fits; None when it is one already."""
    if actual == expected or expected is ANY or actual is NULL:
        return None
    if actual is INTEGER:
        return float
    if isinstance(actual, TimeText):
        return None if expected is types.STRING else reader(expected)
    if types.is_open(actual):
        return reader(expected)
    if isinstance(actual, ListType) and isinstance(expected, ListType):
        return _each(converter(actual.item, expected.item))
    return None


def _each(convert: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    if convert is None:
        return None
    return lambda values: [None if value is None else convert(value) for value in values]


def coerce(plan: Plan, expected: Type) -> Plan:
    """The plan as a value of a type that it fits."""
    convert = converter(plan.type, expected)
    if convert is None:
        return plan
    if isinstance(plan, Constant) and plan.value is not None and not types.is_open(plan.type):
        return Constant(expected, plan.place, convert(plan.value))
    return Convert(expected, plan.place, convert, plan)


def folded(plan: Apply) -> Plan:
    """The value of an operation on constants, when it has one; what fails is left to fail at run time."""
    if plan.contextual or not all(isinstance(argument, Constant) for argument in plan.arguments):
        return plan
    values = [argument.value for argument in plan.arguments if isinstance(argument, Constant)]
    if plan.nulls is not Nulls.PASS and None in values:
        return plan
    try:
        value = plan.function(*values)
    except Failure:
        return plan
    return Constant(plan.type if plan.type is not ANY else type_of(value), plan.place, value)
