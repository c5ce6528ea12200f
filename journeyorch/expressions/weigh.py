"""What work costs, in steps: known beforehand for each part of an expression, counted in the data.

A step is about a quarter of a microsecond on a usual machine. The numbers are measured, roughly and once:
they only have to keep everything that an expression can do within a few times of that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import plan as plans
from . import types
from .limits import TEXT_PER_STEP
from .plan import Plan
from .types import TimeText, Type

# Reading one value of a type out of the data, where it is more than looking it up.
_READING: dict[Type, int] = {
    types.DATE_ONLY: 5,
    types.DATE_TIME_ONLY: 12,
    types.DATE_TIME: 12,
    types.DURATION: 20,
}
_OPEN = 20  # an operator or function that looks at its operands before it knows what to do
_TIMES = 20
_FETCHED = 10  # finding the answer of a field group by its parameters


def reading(type_: Type) -> int:
    """Steps for reading one value, or one element of a list."""
    return _READING.get(type_, 1)


def operation(left: Type, right: Type) -> int:
    """Steps for an operator on single values of these types."""
    if types.ANY in (left, right):
        return _OPEN
    return _TIMES if any(type_ in _READING or isinstance(type_, TimeText) for type_ in (left, right)) else 1


def weight(plan: Plan) -> int:
    """Steps for evaluating a plan once, without what depends on the data: that is counted as it goes on."""
    return _WEIGHTS[type(plan)](plan)


def _all(plans_: list[Plan]) -> int:
    return sum(map(weight, plans_))


def _field(plan: plans.FieldValue) -> int:
    default = weight(plan.default) if plan.default else 0
    own = 2 + len(plan.steps) + sum(map(_walk, plan.steps)) + reading(plan.type)
    return own + default + _origin(plan.origin)


def _origin(origin: plans.Origin) -> int:
    if not isinstance(origin, plans.GroupOrigin):
        return 0
    return _FETCHED + sum(value.weight for value in (origin.params or {}).values())


def _walk(walk: plans.Walk) -> int:
    # Conditions are counted for every element that they look at (read_field).
    if isinstance(walk, plans.At):
        return weight(walk.index)
    return weight(walk.key) if isinstance(walk, plans.Entry) else 0


_WEIGHTS: dict[type, Callable[[Any], int]] = {
    plans.Constant: lambda plan: 0,
    plans.MakeList: lambda plan: 1 + _all(plan.items),
    plans.Logic: lambda plan: 1 + _all(plan.operands),
    plans.Not: lambda plan: 1 + weight(plan.operand),
    plans.Choose: lambda plan: 1 + _all([plan.condition, plan.consequence, plan.alternative]),
    plans.Convert: lambda plan: reading(plan.type) + weight(plan.operand),
    plans.Apply: lambda plan: plan.weight + _all(plan.arguments),
    plans.Fold: lambda plan: weight(plan.first) + plan.weight + _all([one for _, _, one in plan.rest]),
    plans.FieldValue: _field,
}


_PER_ITEM = 2
_PER_PART = 4  # lists and objects inside lists and objects are looked at one by one


def size(value: Any, limit: int) -> int:
    """Steps for looking at all of a value: its elements and theirs, its fields, its text.

    Counting ends soon after the limit, so that it costs less than what it prevents.
    """
    if type(value) is str:
        return len(value) // TEXT_PER_STEP
    if type(value) is not list and type(value) is not dict:
        return 0
    found = -_PER_PART
    waiting = [value]
    while waiting and found <= limit:
        part = waiting.pop()
        found += _PER_ITEM * len(part) + _PER_PART
        items = part.values() if type(part) is dict else part
        waiting.extend(item for item in items if type(item) is list or type(item) is dict)
    return found
