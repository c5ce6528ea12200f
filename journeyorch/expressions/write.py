"""A syntax tree as text again: reading what is written here gives the same tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import syntax
from .operators import plain_decimal
from .syntax import Node

_NAME = re.compile(r"[^\W\d][\w-]*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# How tight a part binds (grammar.lark); a part that binds less than its place asks for stands in parentheses.
_LOOSEST, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _UNARY, _POSTFIX, _PRIMARY = range(10)
_LEVELS = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT}


def write(node: Node) -> str:
    """The text of a tree, with spaces where people put them, and no parentheses without need."""
    return _written(node, _LOOSEST)


def quoted(text: str) -> str:
    """A text as a literal."""
    return '"' + "".join(_ESCAPES.get(sign, sign) for sign in text) + '"'


def _written(node: Node, place: int) -> str:
    text = _WRITERS[type(node)](node)
    return f"({text})" if _level(node) < place else text


def _level(node: Node) -> int:
    if isinstance(node, syntax.Logic):
        # A group of its own, such as "between" in simple mode, keeps its parentheses.
        return -1 if node.grouped else _LEVELS[node.operator]
    if isinstance(node, syntax.Chain):
        return _LEVELS.get(node.operators[0], _COMPARISON)
    if isinstance(node, syntax.Prefix):
        return _NOT if node.operator == "not" else _UNARY
    if isinstance(node, syntax.Postfix):
        return _UNARY if _is_negative(node.operand) else _POSTFIX
    return _PRIMARY


def _is_number(node: Node) -> bool:
    return isinstance(node, syntax.Literal) and type(node.value) in (int, float)


def _is_negative(node: Node) -> bool:
    return isinstance(node, syntax.Prefix) and node.operator == "-" and _is_number(node.operand)


def _literal(node: syntax.Literal) -> str:
    if isinstance(node.value, str):
        return quoted(node.value)
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    if isinstance(node.value, float):
        return plain_decimal(node.value)
    return "null" if node.value is None else str(node.value)


def _list(node: syntax.ListLiteral) -> str:
    return f"[{', '.join(map(write, node.items))}]"


def _logic(node: syntax.Logic) -> str:
    return f" {node.operator} ".join(_written(one, _LEVELS[node.operator] + 1) for one in node.operands)


def _chain(node: syntax.Chain) -> str:
    tighter = _LEVELS.get(node.operators[0], _COMPARISON) + 1
    first, *others = (_written(one, tighter) for one in node.operands)
    return first + "".join(f" {sign} {one}" for sign, one in zip(node.operators, others, strict=True))


def _prefix(node: syntax.Prefix) -> str:
    if node.operator == "not":
        return f"not {_written(node.operand, _NOT)}"
    asks = isinstance(node.operand, syntax.Postfix) and _is_number(node.operand.operand)
    return f"-{_written(node.operand, _PRIMARY if asks else _UNARY)}"


def _postfix(node: syntax.Postfix) -> str:
    place = _UNARY if _is_negative(node.operand) else _POSTFIX
    return f"{_written(node.operand, place)} {node.operator}"


def _conditional(node: syntax.Conditional) -> str:
    condition, consequence, alternative = map(write, (node.condition, node.consequence, node.alternative))
    return f"if ({condition}) then ({consequence}) else ({alternative})"


def _call(node: syntax.Call) -> str:
    return f"{node.name}({', '.join(map(write, node.arguments))})"


def _field(node: syntax.Field) -> str:
    path = ".".join(map(_step, node.steps))
    return f"{node.sign}{{{', '.join([path, *map(_option, node.options)])}}}" if node.sign else path


def _step(step: syntax.Step) -> str:
    if step.called:
        return f"{step.name}({write(step.argument) if step.argument else ''})"
    return quoted(step.name) if step.quoted or not _NAME.fullmatch(step.name) else step.name


def _option(option: syntax.Option) -> str:
    if option.entries is None:
        return f"{option.name}: {write(option.value) if option.value else ''}"
    entries = ", ".join(f"{_step(name)}: {write(value)}" for name, value in option.entries)
    return f"{option.name}: {{{entries}}}"


_WRITERS: dict[type, Callable[[Any], str]] = {
    syntax.Literal: _literal,
    syntax.ListLiteral: _list,
    syntax.Logic: _logic,
    syntax.Chain: _chain,
    syntax.Prefix: _prefix,
    syntax.Postfix: _postfix,
    syntax.Conditional: _conditional,
    syntax.Call: _call,
    syntax.Field: _field,
}
