"""Plan to Python closures. Every decision that does not need the data is taken here, once.

A closure takes the context and gives a value or None; failures leave it as ``RunTimeError`` with a position.
The variants look repetitive on purpose: one call less per node is what makes a rule run in a microsecond.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeGuard

from . import plan as plans
from .errors import Failure
from .evaluate import Closure, Context
from .limits import STEPS
from .plan import Nulls, Plan
from .read_field import compile_field
from .weigh import size


def compile_plan(plan: Plan) -> Closure:
    """The closure of a checked expression."""
    return _COMPILERS[type(plan)](plan)


def _constant(plan: plans.Constant) -> Closure:
    value = plan.value
    if isinstance(value, list):
        # A copy: whoever changes a result must not change the expression.
        return lambda context: list(value)
    return lambda context: value


def _list(plan: plans.MakeList) -> Closure:
    items = [compile_plan(item) for item in plan.items]
    return lambda context: [item(context) for item in items]


def _logic(plan: plans.Logic) -> Closure:
    """Short-circuit; null counts as false."""
    operands = [compile_plan(operand) for operand in plan.operands]
    if len(operands) == 2:
        left, right = operands
        if plan.operator == "and":
            return lambda context: bool(left(context) and right(context))
        return lambda context: bool(left(context) or right(context))
    if plan.operator == "and":
        return _all_of(operands)
    return _any_of(operands)


def _all_of(operands: list[Closure]) -> Closure:
    def all_of(context: Context) -> bool:
        for operand in operands:
            if not operand(context):
                return False
        return True

    return all_of


def _any_of(operands: list[Closure]) -> Closure:
    def any_of(context: Context) -> bool:
        for operand in operands:
            if operand(context):
                return True
        return False

    return any_of


def _not(plan: plans.Not) -> Closure:
    operand = compile_plan(plan.operand)
    return lambda context: not operand(context)


def _choose(plan: plans.Choose) -> Closure:
    condition = compile_plan(plan.condition)
    consequence, alternative = compile_plan(plan.consequence), compile_plan(plan.alternative)
    return lambda context: consequence(context) if condition(context) else alternative(context)


def _convert(plan: plans.Convert) -> Closure:
    operand, convert, place = compile_plan(plan.operand), plan.function, plan.place

    def converted(context: Context) -> Any:
        value = operand(context)
        try:
            return None if value is None else convert(value)
        except Failure as failure:
            raise place.error(failure) from None

    return converted


def _apply(plan: plans.Apply) -> Closure:
    if plan.contextual or any(plan.nullable):
        return _apply_any(plan)
    if len(plan.arguments) == 1:
        return _apply_one(plan)
    if len(plan.arguments) != 2:
        return _apply_any(plan)
    last = plan.arguments[1]
    return _apply_with_constant(plan, last.value) if _is_value(last) else _apply_two(plan)


def _is_value(plan: Plan) -> TypeGuard[plans.Constant]:
    return isinstance(plan, plans.Constant) and plan.value is not None


def _apply_one(plan: plans.Apply) -> Closure:
    function, place, passes, charged = plan.function, plan.place, plan.nulls is Nulls.PASS, plan.charged
    argument = _argument(plan.arguments[0])

    def apply_one(context: Context) -> Any:
        value = argument(context)
        if value is None and not passes:
            return None
        try:
            if charged:
                _charge(context, value)
            return function(value)
        except Failure as failure:
            raise place.error(failure) from None

    return apply_one


def _apply_with_constant(plan: plans.Apply, right: Any) -> Closure:
    """The commonest shape: a field against a literal."""
    function, place, passes, charged = plan.function, plan.place, plan.nulls is Nulls.PASS, plan.charged
    left = _argument(plan.arguments[0])
    on_null = False if plan.nulls is Nulls.GIVE_FALSE else None

    def apply_with_constant(context: Context) -> Any:
        value = left(context)
        if value is None and not passes:
            return on_null
        try:
            if charged:
                _charge(context, value)
            return function(value, right)
        except Failure as failure:
            raise place.error(failure) from None

    return apply_with_constant


def _apply_two(plan: plans.Apply) -> Closure:
    function, place, passes, charged = plan.function, plan.place, plan.nulls is Nulls.PASS, plan.charged
    left, right = map(_argument, plan.arguments)
    on_null = False if plan.nulls is Nulls.GIVE_FALSE else None

    def apply_two(context: Context) -> Any:
        first, second = left(context), right(context)
        if (first is None or second is None) and not passes:
            return on_null
        try:
            if charged:
                _charge(context, first)
                _charge(context, second)
            return function(first, second)
        except Failure as failure:
            raise place.error(failure) from None

    return apply_two


def _apply_any(plan: plans.Apply) -> Closure:
    function, place = plan.function, plan.place
    arguments = [_argument(argument) for argument in plan.arguments]
    needed = _needed(plan)
    contextual, charged = plan.contextual, plan.charged

    def apply_any(context: Context) -> Any:
        values = [argument(context) for argument in arguments]
        for index in needed:
            if values[index] is None:
                return None
        try:
            if charged:
                for value in values:
                    _charge(context, value)
            return function(context, *values) if contextual else function(*values)
        except Failure as failure:
            raise place.error(failure) from None

    return apply_any


def _argument(plan: Plan) -> Closure:
    # No copies of constant lists for functions, which never change their arguments.
    if isinstance(plan, plans.Constant):
        value = plan.value
        return lambda context: value
    return compile_plan(plan)


def _needed(plan: plans.Apply) -> list[int]:
    """The arguments that make the result null when they are."""
    if plan.nulls is Nulls.PASS:
        return []
    nullable = plan.nullable or (False,) * len(plan.arguments)
    return [index for index, may_be_null in enumerate(nullable) if not may_be_null]


def _charge(context: Context, value: Any) -> None:
    """Steps for all that a list, object or long text holds; loops pay for short texts."""
    steps = size(value, STEPS)
    if steps:
        context.charge(steps)


def _fold(plan: plans.Fold) -> Closure:
    first, place = compile_plan(plan.first), plan.place
    rest = [(function, nulls, compile_plan(operand)) for function, nulls, operand in plan.rest]

    def fold(context: Context) -> Any:
        value = first(context)
        try:
            _charge(context, value)
            for function, nulls, operand in rest:
                other = operand(context)
                _charge(context, other)
                value = _step(function, nulls, value, other)
                _charge(context, value)
        except Failure as failure:
            raise place.error(failure) from None
        return value

    return fold


def _step(function: Callable[[Any, Any], Any], nulls: Nulls, left: Any, right: Any) -> Any:
    if nulls is not Nulls.PASS and (left is None or right is None):
        return False if nulls is Nulls.GIVE_FALSE else None
    return function(left, right)


_COMPILERS: dict[type, Callable[[Any], Closure]] = {
    plans.Constant: _constant,
    plans.MakeList: _list,
    plans.Logic: _logic,
    plans.Not: _not,
    plans.Choose: _choose,
    plans.Convert: _convert,
    plans.Apply: _apply,
    plans.Fold: _fold,
    plans.FieldValue: lambda plan: compile_field(plan, compile_plan),
}
