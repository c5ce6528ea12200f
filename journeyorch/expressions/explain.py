"""An expression in plain words, for people who do not write expressions ("what this means").

Everything said is one of ``phrases()``, with parts in its places {0}, {1} …; ``translate`` finds the phrase
in another language, with the same places in any order. The package knows no language but English.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from . import syntax
from .parse import parse
from .syntax import Node

Translate = Callable[[str], str]

_SIGNS = {
    "and": "{0}, and {1}",
    "or": "{0}, or {1}",
    "==": "{0} is {1}",
    "!=": "{0} is not {1}",
    "<": "{0} is less than {1}",
    "<=": "{0} is at most {1}",
    ">": "{0} is more than {1}",
    ">=": "{0} is at least {1}",
    "+": "{0} plus {1}",
    "-": "{0} minus {1}",
    "*": "{0} times {1}",
    "/": "{0} divided by {1}",
    "%": "{0} modulo {1}",
}
_PREFIXES = {"not": "it is not so that {0}", "-": "minus {0}"}
_POSTFIXES = {
    "is null": "{0} has no value",
    "is not null": "{0} has a value",
    "has null": "{0} has an element without a value",
    "is numeric": "{0} is a number",
    "is integer": "{0} is an integer",
    "is decimal": "{0} is a decimal",
}
# What reads better than "name of a, b".
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
_CALL = "{0} of {1}"
_CONSTANTS: dict[Any, str] = {None: "nothing", True: "true", False: "false"}
_TEXT = "“{0}”"
_CHOICE = "if {0}: {1}, otherwise {2}"
_DEFAULT = "{0} (or {1})"
_ELEMENT, _OF_ELEMENT = "it", "its"
_PICKS = {"all": "all {0}", "first": "the first {0}", "last": "the last {0}"}
_PICKS_WHERE = {
    "all": "all {0} where {1}",
    "first": "the first {0} where {1}",
    "last": "the last {0} where {1}",
}
_PLACES = {"at": "number {1} (from 0) of {0}", "entry": "the entry {1} of {0}"}
_MAP_PARTS = {
    "keys": "the keys of {0}",
    "values": "the values of {0}",
    "firstEntryKey": "the first key of {0}",
}


def phrases() -> set[str]:
    """Everything to be translated."""
    tables = (_SIGNS, _PREFIXES, _POSTFIXES, _CALLS, _CONSTANTS, _PICKS, _PICKS_WHERE, _PLACES, _MAP_PARTS)
    single = (_CALL, _TEXT, _CHOICE, _DEFAULT, _ELEMENT, _OF_ELEMENT)
    return {phrase for table in tables for phrase in table.values()} | set(single)


def explain(source: str, translate: Translate = str) -> str:
    """One sentence in plain words. Raises ``ExpressionError`` for a text that is no expression."""
    words = _Explainer(translate).words(parse(source))
    return f"{words[:1].upper()}{words[1:]}."


class _Explainer:
    def __init__(self, translate: Translate) -> None:
        self.translate = translate

    def words(self, node: Node) -> str:
        return _EXPLAINERS[type(node)](self, node)

    def say(self, phrase: str, *parts: str) -> str:
        return self.translate(phrase).format(*parts)

    def nested(self, node: Node) -> str:
        """As part of something larger: in parentheses when it could be read wrongly."""
        words = self.words(node)
        return f"({words})" if isinstance(node, (syntax.Logic, syntax.Chain, syntax.Conditional)) else words

    def literal(self, node: syntax.Literal) -> str:
        if isinstance(node.value, str):
            return self.say(_TEXT, node.value)
        is_word = node.value is None or isinstance(node.value, bool)
        return self.say(_CONSTANTS[node.value]) if is_word else str(node.value)

    def list(self, node: syntax.ListLiteral) -> str:
        return ", ".join(map(self.words, node.items)) if node.items else self.say(_CONSTANTS[None])

    def logic(self, node: syntax.Logic) -> str:
        # Only a group inside a group needs parentheses: comparisons read well side by side.
        parts = [
            f"({self.words(one)})" if isinstance(one, syntax.Logic) else self.words(one)
            for one in node.operands
        ]
        return reduce(lambda left, right: self.say(_SIGNS[node.operator], left, right), parts)

    def chain(self, node: syntax.Chain) -> str:
        words = self.nested(node.operands[0])
        for sign, operand in zip(node.operators, node.operands[1:], strict=True):
            words = self.say(_SIGNS[sign], words, self.nested(operand))
        return words

    def prefix(self, node: syntax.Prefix) -> str:
        return self.say(_PREFIXES[node.operator], self.nested(node.operand))

    def postfix(self, node: syntax.Postfix) -> str:
        return self.say(_POSTFIXES[node.operator], self.nested(node.operand))

    def conditional(self, node: syntax.Conditional) -> str:
        return self.say(_CHOICE, *map(self.words, (node.condition, node.consequence, node.alternative)))

    def call(self, node: syntax.Call) -> str:
        arguments = [self.nested(argument) for argument in node.arguments]
        phrase = _CALLS.get((node.name, len(arguments)))
        if phrase is not None:
            return self.say(phrase, *arguments)
        return self.say(_CALL, node.name, ", ".join(arguments)) if arguments else node.name

    def field(self, node: syntax.Field) -> str:
        words = self._path(node)
        for option in node.options:
            if option.name == "defaultValue" and option.value is not None:
                words = self.say(_DEFAULT, words, self.words(option.value))
        return words

    def _path(self, node: syntax.Field) -> str:
        """``Order address.city``, ``all Order items where …``; the element of a condition is "its"."""
        first, *steps = node.steps
        if not node.sign and not steps:
            return self.say(_ELEMENT)
        words = first.name if node.sign else self.say(_OF_ELEMENT)
        if node.sign == "#" and steps:
            words, steps = f"{first.name} {steps[0].name}", steps[1:]
        joint = " "
        for step in steps:
            words, joint = self._step(words, joint, step)
        return words

    def _step(self, words: str, joint: str, step: syntax.Step) -> tuple[str, str]:
        if not step.called:
            return f"{words}{joint}{step.name}", "."
        argument = self.words(step.argument) if step.argument else None
        table = _PICKS if argument is None else _PICKS_WHERE | _PLACES
        phrase = (_MAP_PARTS | table).get(step.name)
        return self.say(phrase, words, argument or "") if phrase else words, " – "


_EXPLAINERS: dict[type, Callable[[_Explainer, Any], str]] = {
    syntax.Literal: _Explainer.literal,
    syntax.ListLiteral: _Explainer.list,
    syntax.Logic: _Explainer.logic,
    syntax.Chain: _Explainer.chain,
    syntax.Prefix: _Explainer.prefix,
    syntax.Postfix: _Explainer.postfix,
    syntax.Conditional: _Explainer.conditional,
    syntax.Call: _Explainer.call,
    syntax.Field: _Explainer.field,
}
