"""An expression in plain words, for people who do not write expressions ("what this means")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import syntax
from .parse import parse
from .syntax import Node

_SIGNS = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divided by",
    "%": "modulo",
}
_POSTFIXES = {
    "is null": "has no value",
    "is not null": "has a value",
    "has null": "has an element without a value",
    "is numeric": "is a number",
    "is integer": "is an integer",
    "is decimal": "is a decimal",
}
# What reads better than "name of a, b"; {0}, {1} … are the arguments in words.
_CALLS: dict[tuple[str, int], str] = {
    ("now", 0): "now",
    ("now", 1): "now in {0}",
    ("date", 1): "{0}",
    ("toDateTime", 1): "{0}",
    ("toDateOnly", 1): "the day of {0}",
    ("toDuration", 1): "{0}",
    ("nowWithDelta", 2): "now moved by {0} {1}",
    ("inSegment", 1): "the person is in the segment {0}",
    ("contain", 2): "{0} contains {1}",
    ("containIgnoreCase", 2): "{0} contains {1} (any case)",
    ("startWith", 2): "{0} starts with {1}",
    ("startWithIgnoreCase", 2): "{0} starts with {1} (any case)",
    ("endWith", 2): "{0} ends with {1}",
    ("endWithIgnoreCase", 2): "{0} ends with {1} (any case)",
    ("equalIgnoreCase", 2): "{0} is {1} (any case)",
    ("notEqualIgnoreCase", 2): "{0} is not {1} (any case)",
    ("matchRegExp", 2): "{0} matches the pattern {1}",
    ("isEmpty", 1): "{0} is empty",
    ("isNotEmpty", 1): "{0} is not empty",
    ("in", 2): "{0} is one of {1}",
    ("count", 1): "the number of {0}",
    ("sum", 1): "the sum of {0}",
    ("avg", 1): "the mean of {0}",
    ("max", 1): "the largest of {0}",
    ("min", 1): "the smallest of {0}",
    ("length", 1): "the length of {0}",
    ("upper", 1): "{0} in upper case",
    ("lower", 1): "{0} in lower case",
    ("round", 1): "{0}, rounded",
    **{
        (f"in{side}{unit}", 2): f"{{0}} lies in the {words} {{1}} {unit.lower()}"
        for side, words in (("Last", "last"), ("Next", "next"))
        for unit in ("Hours", "Days", "Months", "Years")
    },
}
_PICKS = {"all": "all", "first": "the first", "last": "the last"}
_MAP_PARTS = {
    "keys": "the keys of {0}",
    "values": "the values of {0}",
    "firstEntryKey": "the first key of {0}",
}


def explain(source: str) -> str:
    """One sentence in plain words. Raises ``ExpressionError`` for a text that is no expression."""
    words = _words(parse(source))
    return f"{words[:1].upper()}{words[1:]}."


def _words(node: Node) -> str:
    return _EXPLAINERS[type(node)](node)


def _nested(node: Node) -> str:
    """As part of something larger: in parentheses when it could be read wrongly."""
    words = _words(node)
    return f"({words})" if isinstance(node, (syntax.Logic, syntax.Chain, syntax.Conditional)) else words


def _literal(node: syntax.Literal) -> str:
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return f"“{node.value}”" if isinstance(node.value, str) else str(node.value)


def _list(node: syntax.ListLiteral) -> str:
    return ", ".join(map(_words, node.items)) if node.items else "nothing"


def _logic(node: syntax.Logic) -> str:
    # Only a group inside a group needs parentheses: comparisons read well side by side.
    parts = [f"({_words(one)})" if isinstance(one, syntax.Logic) else _words(one) for one in node.operands]
    return f", {node.operator} ".join(parts)


def _chain(node: syntax.Chain) -> str:
    words = _nested(node.operands[0])
    for sign, operand in zip(node.operators, node.operands[1:], strict=True):
        words += f" {_SIGNS[sign]} {_nested(operand)}"
    return words


def _prefix(node: syntax.Prefix) -> str:
    words = _nested(node.operand)
    return f"it is not so that {words}" if node.operator == "not" else f"minus {words}"


def _postfix(node: syntax.Postfix) -> str:
    return f"{_nested(node.operand)} {_POSTFIXES[node.operator]}"


def _conditional(node: syntax.Conditional) -> str:
    condition, consequence, alternative = map(_words, (node.condition, node.consequence, node.alternative))
    return f"if {condition}: {consequence}, otherwise {alternative}"


def _call(node: syntax.Call) -> str:
    arguments = [_nested(argument) for argument in node.arguments]
    phrase = _CALLS.get((node.name, len(arguments)))
    if phrase is not None:
        return phrase.format(*arguments)
    return f"{node.name} of {', '.join(arguments)}" if arguments else node.name


def _field(node: syntax.Field) -> str:
    words = _path(node)
    for option in node.options:
        if option.name == "defaultValue" and option.value is not None:
            words += f" (or {_words(option.value)})"
    return words


def _path(node: syntax.Field) -> str:
    """``Order address.city``, ``all Order items where …``; the element of a condition is "its"."""
    first, *steps = node.steps
    words = "its" if not node.sign else first.name
    if not node.sign and not steps:
        return "it"
    if node.sign == "#" and steps:
        words, steps = f"{first.name} {steps[0].name}", steps[1:]
    joint = " "
    for step in steps:
        words, joint = _step(words, joint, step)
    return words


def _step(words: str, joint: str, step: syntax.Step) -> tuple[str, str]:
    if not step.called:
        return f"{words}{joint}{step.name}", "."
    condition = f" where {_words(step.argument)}" if step.argument else ""
    if step.name in _PICKS:
        return f"{_PICKS[step.name]} {words}{condition}", " – "
    if step.name == "at":
        return f"number {_words(step.argument)} (from 0) of {words}" if step.argument else words, " – "
    if step.name == "entry":
        return f"the entry {_words(step.argument)} of {words}" if step.argument else words, " – "
    return _MAP_PARTS.get(step.name, f"{step.name} of {{0}}").format(words), " – "


_EXPLAINERS: dict[type, Callable[[Any], str]] = {
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
