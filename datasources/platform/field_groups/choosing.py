"""What a field group shows of a profile: the chosen fields with all that is below them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from journeyorch.expressions import types

#: Names that lead to the chosen fields; an empty one stands for everything from here on.
Choice = Mapping[str, Any]


def choice_of(paths: Iterable[str]) -> Choice:
    """The choice of dotted paths; of none, everything."""
    chosen: dict[str, Any] = {}
    for path in sorted(paths, key=len):  # what is around a field comes before it, and has it already
        here, names = chosen, path.split(".")
        for name in names[:-1]:
            if here.get(name) == {}:
                break
            here = here.setdefault(name, {})
        else:
            here.setdefault(names[-1], {})
    return chosen


def chosen_type(type: types.Type, choice: Choice) -> types.Type:
    """The type without the fields that are not chosen; paths pass through lists."""
    if not choice:
        return type
    if isinstance(type, types.ListType):
        return types.ListType(chosen_type(type.item, choice))
    if not isinstance(type, types.ObjectType):
        return type
    chosen = {name: chosen_type(type.fields[name], choice[name]) for name in type.fields if name in choice}
    return types.ObjectType({name: inner for name, inner in chosen.items() if not _is_empty(inner)})


def _is_empty(type: types.Type) -> bool:
    if isinstance(type, types.ListType):
        return _is_empty(type.item)
    return isinstance(type, types.ObjectType) and not type.fields


def chosen_data(value: Any, choice: Choice) -> Any:
    """The value without the fields that are not chosen."""
    if not choice:
        return value
    if isinstance(value, list):
        return [chosen_data(item, choice) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {name: chosen_data(value[name], below) for name, below in choice.items() if name in value}
