"""The dynamic values that references to data sources need: which have none yet, and writing them in.

``#{Rooms.free.count}`` of a group that is fetched by city becomes
``#{Rooms.free.count, params: {city: @{Booking.city}}}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

from . import syntax
from .offers import written_name
from .parse import parse
from .scope import Scope
from .types import Type

#: Expressions by the names of dynamic values, by source and group.
Given = Mapping[tuple[str, str], Mapping[str, str]]


class Wanting(NamedTuple):
    """A group of a source, and the types of its dynamic values by name."""

    source: str
    group: str
    values: Mapping[str, Type]


def wanting(text: str, scope: Scope) -> list[Wanting]:
    """The groups that are referred to without ``params`` although they have dynamic values, each once.

    Raises ``ExpressionError`` for a text that cannot be read.
    """
    found: dict[tuple[str, str], Wanting] = {}
    for node in _without_params(parse(text)):
        source, group = _group_of(node)
        known = scope.datasources.get(source, {}).get(group)
        if known is not None and known.params:
            found.setdefault((source, group), Wanting(source, group, known.params))
    return list(found.values())


def with_params(text: str, given: Given) -> str:
    """The text with ``params`` in all references to these groups that have none.

    Raises ``ExpressionError`` for a text that cannot be read.
    """
    # From the end, so that nothing moves that is still to be written into.
    for node in sorted(_without_params(parse(text)), key=lambda node: node.end, reverse=True):
        values = given.get(_group_of(node))
        if values:
            entries = ", ".join(f"{written_name(name)}: {value.strip()}" for name, value in values.items())
            before, brace = text[: node.end - 1].rstrip(), text[node.end - 1 :]
            text = f"{before}, params: {{{entries}}}{brace}"
    return text


def _group_of(node: syntax.Field) -> tuple[str, str]:
    source, group, *_ = (step.name for step in node.steps)
    return source, group


def _without_params(tree: syntax.Node) -> Iterator[syntax.Field]:
    """The references to groups of sources, wherever they stand."""
    waiting: list[Any] = [tree]
    while waiting:
        part = waiting.pop()
        if (
            isinstance(part, syntax.Field)
            and part.sign == "#"
            and len(part.steps) > 1
            and not _has_params(part)
        ):
            yield part
        if isinstance(part, (list, tuple)):
            waiting.extend(part)
        elif is_dataclass(part):
            waiting.extend(getattr(part, field.name) for field in fields(part))


def _has_params(node: syntax.Field) -> bool:
    return any(option.name == "params" for option in node.options)
