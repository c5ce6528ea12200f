"""Steps through raw JSON data: names, elements of lists, parts of maps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from journeyorch.phrases import sentence

from . import plan as plans
from .errors import misfit
from .evaluate import Closure, Context
from .plan import Plan
from .values import type_of
from .weigh import weight

Step = Callable[[Context, Any], Any]
Compile = Callable[[Plan], Closure]

_NO_OBJECT = sentence("Expected an object in the data, found {found}. Check what was sent.")
_NO_LIST = sentence("Expected a list in the data, found {found}. Check what was sent.")


def step(walk: plans.Walk, compile_plan: Compile) -> Step:
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
    raise misfit(_NO_OBJECT(found=type_of(value).name))


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise misfit(_NO_LIST(found=type_of(value).name))


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
    inner = step(walk.inner, compile_plan)
    join = (_joined if walk.keep_nulls else _flattened) if walk.flatten else list

    def each(context: Context, values: Any) -> Any:
        if values is None:
            return None
        context.charge(len(_as_list(values)))
        joined = join([inner(context, value) for value in values])
        context.charge(len(joined))
        return joined

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
    if walk.condition is None:
        return _PICKS[walk.which]
    matching = _matching(compile_plan(walk.condition), weight(walk.condition), only_one=walk.which != "all")
    if walk.which == "all":
        return lambda context, values: [] if values is None else matching(context, _as_list(values))
    direction = iter if walk.which == "first" else reversed

    def pick_one(context: Context, values: Any) -> Any:
        if values is None:
            return None
        found = matching(context, direction(_as_list(values)))
        return found[0] if found else None

    return pick_one


def _all(context: Context, values: Any) -> Any:
    return [] if values is None else _as_list(values)


def _first(context: Context, values: Any) -> Any:
    items = [] if values is None else _as_list(values)
    return items[0] if items else None


def _last(context: Context, values: Any) -> Any:
    items = [] if values is None else _as_list(values)
    return items[-1] if items else None


_PICKS: dict[str, Step] = {"all": _all, "first": _first, "last": _last}


def _matching(condition: Closure, steps: int, *, only_one: bool) -> Callable[[Context, Iterable[Any]], Any]:
    """The elements for which the condition holds, or the first of them; each costs so many steps."""

    def matching(context: Context, items: Iterable[Any]) -> list[Any]:
        found: list[Any] = []
        outer = context.element
        try:
            for item in items:
                context.charge(steps)
                context.element = item
                if condition(context):
                    found.append(item)
                    if only_one:
                        break
        finally:
            # The condition around this one goes on with its own element.
            context.element = outer
        return found

    return matching


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
