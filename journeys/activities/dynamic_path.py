"""What a journey appends to the URL of an action: an expression, whose values are encoded one by one.

``"guests/" + @{Arrival.guest} + "/stays"`` has three pieces. What the journey's author wrote as a text is
taken as it is, with its slashes; every value becomes a part of one segment, whatever it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from journeyorch.expressions import Compiled, to_json, types
from journeyorch.expressions.parse import parse
from journeyorch.expressions.syntax import Chain, Literal, Node
from journeyorch.expressions.write import write
from journeyorch.phrases import phrase
from journeys.activities.room import Room
from journeys.definition.problems import Problem
from journeys.engine.decide.step import View

#: A text of the author's, or the expression of a value.
Piece = str | Compiled


def check_path(id: str, field: str, source: str, room: Room) -> Iterator[Problem]:
    """What is wrong with the expression; nothing for an empty one."""
    if not source.strip():
        return
    found = list(room.check(id, field, source))
    yield from found
    if not found and not _can_be_written(room.compile(source).type):
        message = phrase("The path must be a text, a number or a list of them; choose another expression.")
        yield Problem("ERR_JOURNEY_VALUE_TYPE", message, id, field)


def _can_be_written(type_: types.Type) -> bool:
    inner = type_.item if isinstance(type_, types.ListType) else type_
    return inner is types.ANY or inner in types.SCALARS


def compile_path(source: str, room: Room) -> tuple[Piece, ...]:
    """The pieces in order; none for an empty expression."""
    if not source.strip():
        return ()
    tree = parse(source)
    return tuple(_piece(node, room) for node in _pieces_of(tree))


def _pieces_of(tree: Node) -> list[Node]:
    """The operands of a sum that begins with a text: from there on every plus joins texts."""
    if isinstance(tree, Chain) and set(tree.operators) == {"+"} and _is_text(tree.operands[0]):
        return tree.operands
    return [tree]


def _is_text(node: Node) -> bool:
    return isinstance(node, Literal) and isinstance(node.value, str)


def _piece(node: Node, room: Room) -> Piece:
    if isinstance(node, Literal) and isinstance(node.value, str):
        return node.value
    return room.compile(write(node))


def evaluate_path(pieces: tuple[Piece, ...], view: View) -> list[str | Mapping[str, Any]]:
    """As the action takes them: texts, and values as plain JSON."""
    return [
        piece if isinstance(piece, str) else {"value": to_json(piece.evaluate(view.context))}
        for piece in pieces
    ]
