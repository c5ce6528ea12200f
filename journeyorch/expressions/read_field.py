"""Reading a field from raw JSON data: closures for the origin, each step and the value at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import plan as plans
from .errors import Failure, misfit
from .evaluate import Closure, Context
from .plan import Plan
from .types import ListType
from .values import PLAIN, Reader, type_of

Step = Callable[[Context, Any], Any]
Compile = Callable[[Plan], Closure]


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
    if not isinstance(plan.origin, plans.EventOrigin) or len(plan.steps) != 1 or plan.read is None:
        return None
    walk = plan.steps[0]
    if not isinstance(walk, plans.Get) or len(walk.names) > len(_FAST) or isinstance(plan.type, ListType):
        return None
    careful = _general(plan, _no_conditions)
    return _FAST[len(walk.names) - 1](
        plan.origin.name, walk.names, PLAIN.get(plan.type), _leaf(plan), careful
    )


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
    steps = [_step(walk, compile_plan) for walk in plan.steps]
    read, place, counted = plan.read, plan.place, isinstance(plan.type, ListType)

    def read_field(context: Context) -> Any:
        try:
            value = origin(context)
            for step in steps:
                value = step(context, value)
            if value is None or read is None:
                return value
            if counted:
                _charge_list(context, value)
            return read(value)
        except Failure as failure:
            raise place.error(failure) from None

    return read_field


def _charge_list(context: Context, value: Any) -> None:
    if isinstance(value, list):
        context.charge(len(value))


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


def _step(walk: plans.Walk, compile_plan: Compile) -> Step:
    return _STEPS[type(walk)](walk, compile_plan)


def _get(walk: plans.Get, compile_plan: Compile) -> Step:
    names = walk.names

    def get(context: Context, value: Any) -> Any:
        for name in names:
            if value is None:
                return None
            if not isinstance(value, dict):
                value = _as_mapping(value)
            value = value.get(name)
        return value

    return get


def _as_mapping(value: Any) -> Any:
    # Only journey properties may come as another mapping than a dict; the rest is data that does not fit.
    if hasattr(type(value), "keys"):
        return value
    raise misfit(f"Expected an object in the data, found {type_of(value).name}. Check what was sent.")


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise misfit(f"Expected a list in the data, found {type_of(value).name}. Check what was sent.")


def _get_open(walk: plans.GetOpen, compile_plan: Compile) -> Step:
    name = walk.name

    def get_open(context: Context, value: Any) -> Any:
        if not isinstance(value, list):
            return None if value is None else _as_mapping(value).get(name)
        context.charge(len(value))
        return _joined([None if item is None else _as_mapping(item).get(name) for item in value])

    return get_open


def _joined(found: list[Any]) -> list[Any]:
    """The elements of the lists among the values, one after another; nulls stay, for they may be values."""
    joined: list[Any] = []
    for value in found:
        joined.extend(value if isinstance(value, list) else [value])
    return joined


def _each(walk: plans.Each, compile_plan: Compile) -> Step:
    inner = _step(walk.inner, compile_plan)
    join = (_joined if walk.keep_nulls else _flattened) if walk.flatten else _as_it_is

    def each(context: Context, values: Any) -> Any:
        if values is None:
            return None
        context.charge(len(_as_list(values)))
        return join([inner(context, value) for value in values])

    return each


def _flattened(found: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for value in found:
        if isinstance(value, list):
            flat.extend(value)
        elif value is not None:
            flat.append(value)
    return flat


def _pick(walk: plans.Pick, compile_plan: Compile) -> Step:
    condition = compile_plan(walk.condition) if walk.condition else None
    return {"all": _pick_all, "first": _pick_first, "last": _pick_last}[walk.which](condition)


def _pick_all(condition: Closure | None) -> Step:
    def pick_all(context: Context, values: Any) -> Any:
        if values is None:
            return []
        items = _as_list(values)
        return items if condition is None else _matching(context, items, condition, only_one=False)

    return pick_all


def _pick_first(condition: Closure | None) -> Step:
    def pick_first(context: Context, values: Any) -> Any:
        if values is None:
            return None
        items = _as_list(values)
        if condition is not None:
            items = _matching(context, items, condition, only_one=True)
        return items[0] if items else None

    return pick_first


def _pick_last(condition: Closure | None) -> Step:
    first = _pick_first(condition)

    def pick_last(context: Context, values: Any) -> Any:
        return None if values is None else first(context, _as_list(values)[::-1])

    return pick_last


def _matching(context: Context, items: list[Any], condition: Closure, *, only_one: bool) -> list[Any]:
    """The elements for which the condition holds, or the first of them."""
    context.charge(len(items))
    found: list[Any] = []
    outer = context.element
    try:
        for item in items:
            context.element = item
            if condition(context):
                found.append(item)
                if only_one:
                    break
    finally:
        # The condition around this one goes on with its own element.
        context.element = outer
    return found


def _at(walk: plans.At, compile_plan: Compile) -> Step:
    place = compile_plan(walk.index)

    def at(context: Context, values: Any) -> Any:
        index = place(context)
        if values is None or index is None:
            return None
        items = _as_list(values)
        return items[index] if 0 <= index < len(items) else None

    return at


def _entry(walk: plans.Entry, compile_plan: Compile) -> Step:
    key = compile_plan(walk.key)

    def entry(context: Context, value: Any) -> Any:
        return None if value is None else _as_mapping(value).get(key(context))

    return entry


def _of_map(walk: plans.OfMap, compile_plan: Compile) -> Step:
    read, flatten = _MAP_PARTS[walk.what], walk.flatten

    def of_map(context: Context, value: Any) -> Any:
        if value is None:
            return None
        context.charge(len(_as_mapping(value)))
        found = read(value)
        return _flattened(found) if flatten and isinstance(found, list) else found

    return of_map


_MAP_PARTS: dict[str, Callable[[Any], Any]] = {
    "keys": list,
    "values": lambda mapping: list(mapping.values()),
    "firstEntryKey": lambda mapping: next(iter(mapping), None),
}
_STEPS: dict[type, Callable[[Any, Compile], Step]] = {
    plans.Get: _get,
    plans.GetOpen: _get_open,
    plans.Each: _each,
    plans.Pick: _pick,
    plans.At: _at,
    plans.Entry: _entry,
    plans.OfMap: _of_map,
}
