"""Reading a field from raw JSON data: closures for the origin and the value at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import plan as plans
from . import types
from .errors import Failure
from .evaluate import Closure, Context
from .plan import Plan
from .types import ListType
from .values import PLAIN, Reader
from .walk import Compile, step
from .weigh import reading


def compile_field(plan: plans.FieldValue, compile_plan: Compile) -> Closure:
    """The closure that reads the field, or its default when it is missing or null."""
    read = _fast(plan) or _general(plan, compile_plan)
    if plan.default is None:
        return read
    default = compile_plan(plan.default)

    def read_or_default(context: Context) -> Any:
        value = read(context)
        return default(context) if value is None else value

    return read_or_default


def _fast(plan: plans.FieldValue) -> Closure | None:
    """Plain names below an event or a list element: straight to the value, careful only if that fails."""
    if len(plan.steps) != 1 or plan.read is None or isinstance(plan.type, ListType):
        return None
    walk = plan.steps[0]
    if not isinstance(walk, plans.Get) or len(walk.names) > len(_FAST):
        return None
    plain, leaf, careful = PLAIN.get(plan.type), _leaf(plan), _general(plan, _no_conditions)
    if isinstance(plan.origin, plans.EventOrigin):
        return _FAST[len(walk.names) - 1](plan.origin.name, walk.names, plain, leaf, careful)
    if isinstance(plan.origin, plans.ElementOrigin) and len(walk.names) == 1:
        return _of_element(walk.names[0], plain, leaf, careful)
    return None


def _no_conditions(plan: Plan) -> Closure:
    raise AssertionError("plain names hold no expressions")


def _leaf(plan: plans.FieldValue) -> Reader:
    """How to read the value at the end, with the position for what does not fit."""
    read, place = plan.read or _as_it_is, plan.place

    def leaf(value: Any) -> Any:
        try:
            return None if value is None else read(value)
        except Failure as failure:
            raise place.error(failure) from None

    return leaf


def _as_it_is(value: Any) -> Any:
    return value


def _one_name(
    event: str, names: tuple[str, ...], plain: type | None, leaf: Reader, careful: Closure
) -> Closure:
    (name,) = names

    def read(context: Context) -> Any:
        try:
            value = context.events[event][name]
        except (KeyError, TypeError):
            return careful(context)
        return value if type(value) is plain else leaf(value)

    return read


def _two_names(
    event: str, names: tuple[str, ...], plain: type | None, leaf: Reader, careful: Closure
) -> Closure:
    first, second = names

    def read(context: Context) -> Any:
        try:
            value = context.events[event][first][second]
        except (KeyError, TypeError):
            return careful(context)
        return value if type(value) is plain else leaf(value)

    return read


def _three_names(
    event: str, names: tuple[str, ...], plain: type | None, leaf: Reader, careful: Closure
) -> Closure:
    first, second, third = names

    def read(context: Context) -> Any:
        try:
            value = context.events[event][first][second][third]
        except (KeyError, TypeError):
            return careful(context)
        return value if type(value) is plain else leaf(value)

    return read


def _of_element(name: str, plain: type | None, leaf: Reader, careful: Closure) -> Closure:
    def read(context: Context) -> Any:
        try:
            value = context.element[name]
        except (KeyError, TypeError):
            return careful(context)
        return value if type(value) is plain else leaf(value)

    return read


_FAST = (_one_name, _two_names, _three_names)


def _general(plan: plans.FieldValue, compile_plan: Compile) -> Closure:
    origin = _ORIGINS[type(plan.origin)](plan.origin)
    steps = [step(walk, compile_plan) for walk in plan.steps]
    read, place, counted = plan.read, plan.place, types.is_open(plan.type) or isinstance(plan.type, ListType)
    per_item = reading(plan.type.item) if isinstance(plan.type, ListType) else 1

    def read_field(context: Context) -> Any:
        try:
            value = origin(context)
            for take in steps:
                value = take(context, value)
            if value is None or read is None:
                return value
            if counted and isinstance(value, list):
                context.charge(len(value) * per_item)
            return read(value)
        except Failure as failure:
            raise place.error(failure) from None

    return read_field


def _from_event(origin: plans.EventOrigin) -> Closure:
    name = origin.name
    return lambda context: context.events.get(name)


def _from_properties(origin: plans.PropertyOrigin) -> Closure:
    return lambda context: context.properties


def _from_element(origin: plans.ElementOrigin) -> Closure:
    return lambda context: context.element


def _from_group(origin: plans.GroupOrigin) -> Closure:
    source, group = origin.source, origin.group
    if origin.params is None:
        return lambda context: context.field_group(source, group, None)
    params = origin.params
    return lambda context: context.field_group_asked(source, group, params)


_ORIGINS: dict[type, Callable[[Any], Closure]] = {
    plans.EventOrigin: _from_event,
    plans.PropertyOrigin: _from_properties,
    plans.ElementOrigin: _from_element,
    plans.GroupOrigin: _from_group,
}
