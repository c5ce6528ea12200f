"""With which values a condition is true, for samples of what to send. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from journeyorch.expressions import parse_reference
from journeyorch.expressions.simple import Group, Item, Line, tree_of

_FIRST = ("equal", "atLeast", "atMost", "between", "contains", "startsWith", "endsWith", "inList")


def fulfilling(condition: str) -> list[tuple[tuple[str, ...], Any]]:
    """Paths and values with which the condition of an event holds; none where the simple editor has no words
    for it, and none for fields that may hold anything."""
    tree = tree_of(condition) if condition else None
    return list(_values(tree)) if tree else []


def _values(item: Item) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(item, Group):
        # Of those of which any is enough, the first.
        for each in item.items if item.operator == "and" else item.items[:1]:
            yield from _values(each)
    elif isinstance(item, Line):
        reference, value = parse_reference(item.field), _value(item)
        if reference is not None and value is not None:
            yield reference.path, value


def _value(line: Line) -> Any:
    if line.operator == "isEmpty":
        return ""
    if not line.values:
        return None
    first = line.values[0]
    if line.operator in _FIRST:
        return first
    if line.operator == "listContains":
        return [first]
    if isinstance(first, bool):
        return not first  # different from it
    if line.operator in ("greater", "less") and not isinstance(first, str):
        return first + 1 if line.operator == "greater" else first - 1
    return None
