"""Text to syntax tree, with the limits that hold before anything else is looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

from journeyorch.phrases import phrase

from . import syntax
from .errors import ExpressionError, ExpressionProblem, Place
from .limits import INTEGER_MAX, NESTING, SOURCE_BYTES, TOKENS, TREE_DEPTH
from .syntax import Node
from .syntax_problems import explain_unexpected

# A text that is not closed counts to the end: looking for its end again from every quote would be quadratic.
_SKIM = re.compile(
    r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\w+|[^\s([{)\]}])|([(\[{])|([)\]}])""", re.DOTALL
)
_ESCAPE = re.compile(r"\\(?:([\\\"'ntr])|u([0-9a-fA-F]{4})|(.)|$)", re.DOTALL)
_PLAIN_ESCAPES = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "t": "\t", "r": "\r"}
_TOO_DEEP = phrase("The expression is nested deeper than {levels} levels. Make it flatter.", levels=NESTING)
_MAX_DIGITS = len(str(INTEGER_MAX))


class _Refused(Exception):
    """A problem found while building the tree; offsets are all that is known there."""

    def __init__(self, code: str, message: str, start: int, end: int, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.args = (code, message, start, end, suggestion)


def parse(source: str) -> Node:
    """The tree of a source text. Raises ``ExpressionError`` with exactly one problem."""
    _refuse_oversized(source)
    try:
        return _parser().parse(source)  # type: ignore[return-value]
    except _Refused as refusal:
        code, message, start, end, suggestion = refusal.args
        raise ExpressionError([Place(source, start, end).problem(code, message, suggestion)]) from None
    except UnexpectedInput as error:
        raise ExpressionError([explain_unexpected(source, error)]) from None


def build_parser() -> None:
    """Build what parses, which takes a while: before a fork, once for all children."""
    _parser()


def _refuse_oversized(source: str) -> None:
    """Refuse what would be slow to parse, by a look that is linear and quick."""
    try:
        size = len(source.encode()) if len(source) <= SOURCE_BYTES else SOURCE_BYTES + 1
    except UnicodeEncodeError as error:
        message = phrase("The text has a character that is none (half a pair). Remove it.")
        raise ExpressionError(
            [Place(source, error.start, error.end).problem("ERR_EXPR_TEXT", message)]
        ) from None
    if size > SOURCE_BYTES:
        message = phrase(
            "The expression is longer than {most} KiB. Split it into several.", most=SOURCE_BYTES // 1024
        )
        raise ExpressionError([ExpressionProblem("ERR_EXPR_TOO_LONG", message, 1, 1, len(source))])
    if not source.strip():
        raise ExpressionError(
            [ExpressionProblem("ERR_EXPR_EMPTY", phrase("The expression is empty. Write one."), 1, 1, 1)]
        )
    _refuse_overfull(source)


def _refuse_overfull(source: str) -> None:
    depth = 0
    for count, match in enumerate(_SKIM.finditer(source)):
        if match[1]:
            depth += 1
        elif match[2]:
            depth -= 1
        if depth > NESTING or count >= TOKENS:
            place = Place(source, match.start(), match.end())
            raise ExpressionError([_too_deep(place) if depth > NESTING else _too_many(place)])


def _too_deep(place: Place) -> ExpressionProblem:
    return place.problem("ERR_EXPR_NESTING", _TOO_DEEP)


def _too_many(place: Place) -> ExpressionProblem:
    message = phrase(
        "The expression has more than {most} words and signs. Split it into several.", most=TOKENS
    )
    return place.problem("ERR_EXPR_TOO_MANY_TOKENS", message)


@cache
def _parser() -> Lark:
    return Lark.open(
        "grammar.lark",
        rel_to=__file__,
        parser="lalr",
        lexer="contextual",
        transformer=_Builder(),
        keep_all_tokens=True,
        maybe_placeholders=False,
    )


def _depth(start: int, end: int, parts: Sequence[Any], levels: int) -> int:
    depth = levels + max((part.depth for part in parts), default=0)
    if depth > TREE_DEPTH:
        raise _Refused("ERR_EXPR_NESTING", _TOO_DEEP, start, end)
    return depth


def _is_question_about_number(node: Node) -> bool:
    if not isinstance(node, syntax.Postfix) or node.grouped or not isinstance(node.operand, syntax.Literal):
        return False
    return type(node.operand.value) in (int, float)


def _span(children: list[Any]) -> tuple[int, int]:
    first, last = children[0], children[-1]
    start = first.start_pos or 0 if isinstance(first, Token) else first.start
    end = last.end_pos or 0 if isinstance(last, Token) else last.end
    return start, end


def _parts(children: list[Any]) -> list[Any]:
    """The children without the words and signs between them."""
    return [child for child in children if not isinstance(child, Token)]


def _head(children: list[Any], levels: int = 1) -> tuple[int, int, int]:
    """The first three fields of every node."""
    start, end = _span(children)
    return start, end, _depth(start, end, _parts(children), levels)


class _Builder(Transformer):
    """Tree nodes, made while parsing: one method per rule or alias of the grammar.

    All tokens are kept among the children, because their offsets are what positions are made of.
    """

    def start(self, children: list[Any]) -> Node:
        return children[0]

    def expression(self, children: list[Any]) -> Node:
        return syntax.Logic(*_head(children), "or", children[::2])

    def conjunction(self, children: list[Any]) -> Node:
        return syntax.Logic(*_head(children), "and", children[::2])

    def comparison(self, children: list[Any]) -> Node:
        return syntax.Chain(*_head(children), children[::2], [str(token) for token in children[1::2]])

    sum = product = comparison

    def prefix(self, children: list[Any]) -> Node:
        sign, operand = str(children[0]), children[1]
        if sign == "-" and _is_question_about_number(operand):
            return _Builder._about_negative(children[0], operand)
        return syntax.Prefix(*_head(children, levels=2), sign, operand)

    @staticmethod
    def _about_negative(minus: Token, question: syntax.Postfix) -> Node:
        """``-7 is integer`` asks about the literal -7, although the question binds tighter than a sign."""
        number = question.operand
        start = minus.start_pos or 0
        depth = _depth(start, question.end, [number], 4)
        negative = syntax.Prefix(start, number.end, depth - 2, "-", number)
        return syntax.Postfix(start, question.end, depth, question.operator, negative)

    def postfix(self, children: list[Any]) -> Node:
        return syntax.Postfix(*_head(children, levels=2), " ".join(children[1:]), children[0])

    def string(self, children: list[Any]) -> Node:
        return syntax.Literal(*_head(children), _unquote(children[0]))

    def integer(self, children: list[Any]) -> Node:
        return syntax.Literal(*_head(children), _integer(children[0]))

    def decimal(self, children: list[Any]) -> Node:
        return syntax.Literal(*_head(children), _decimal(children[0]))

    def word(self, children: list[Any]) -> Node:
        return syntax.Literal(*_head(children), {"true": True, "false": False, "null": None}[children[0]])

    def list_of(self, children: list[Any]) -> Node:
        return syntax.ListLiteral(*_head(children), _parts(children))

    def parentheses(self, children: list[Any]) -> Node:
        inner: Node = children[1]
        if isinstance(inner, (syntax.Logic, syntax.Postfix)):
            inner.grouped = True
        return inner

    def conditional(self, children: list[Any]) -> Node:
        return syntax.Conditional(*_head(children), *_parts(children))

    def call(self, children: list[Any]) -> Node:
        return syntax.Call(*_head(children), str(children[0]), _parts(children))

    def bare(self, children: list[Any]) -> Node:
        first = syntax.Step(children[0].start_pos, children[0].end_pos, str(children[0]))
        return syntax.Field(*_head(children), "", [first, *children[1:]])

    def reference(self, children: list[Any]) -> Node:
        parts = _parts(children)
        steps = [part for part in parts if isinstance(part, syntax.Step)]
        return syntax.Field(*_head(children), str(children[0])[0], steps, parts[len(steps) :])

    def name(self, children: list[Any]) -> syntax.Step:
        token = children[0]
        text = _unquote(token) if token.type == "STRING" else str(token)
        return syntax.Step(token.start_pos, token.end_pos, text, quoted=token.type == "STRING")

    def step(self, children: list[Any]) -> syntax.Step:
        step: syntax.Step = children[1]
        step.called = len(children) > 2
        step.argument = next(iter(_parts(children[2:])), None)
        if step.called and step.quoted:
            message = phrase("A quoted name cannot be called. Write all, first, last, at … without quotes.")
            raise _Refused("ERR_EXPR_SYNTAX", message, step.start, step.end, step.name)
        return step

    def option(self, children: list[Any]) -> syntax.Option:
        value = children[2]
        entries = value.entries if isinstance(value, _Entries) else None
        return syntax.Option(
            *_span(children), str(children[0]), None if entries is not None else value, entries
        )

    def entries(self, children: list[Any]) -> _Entries:
        return _Entries(*_span(children), [part.entries[0] for part in _parts(children)])

    def entry(self, children: list[Any]) -> _Entries:
        return _Entries(*_span(children), [(children[0], children[2])])


@dataclass(slots=True)
class _Entries:
    """``{name: value, …}`` on its way into an option; no expression."""

    start: int
    end: int
    entries: list[tuple[syntax.Step, Node]]


def _unquote(token: Token) -> str:
    """The text of a quoted token. Pairs of \\u escapes make one character."""
    start = token.start_pos or 0

    def replace(match: re.Match[str]) -> str:
        if match[1]:
            return _PLAIN_ESCAPES[match[1]]
        if match[2]:
            return chr(int(match[2], 16))
        raise _bad_escape(match, start + 1)

    text = _ESCAPE.sub(replace, token[1:-1]) if "\\" in token else token[1:-1]
    return _joined_pairs(text, start, start + len(token))


def _bad_escape(match: re.Match[str], offset: int) -> _Refused:
    escapes = "\\\\ \\\" \\' \\n \\t \\r \\uXXXX"
    message = phrase(
        "{found} is no escape; they are {escapes}. Write \\\\ for a backslash.",
        found=match[0],
        escapes=escapes,
    )
    return _Refused("ERR_EXPR_TEXT", message, offset + match.start(), offset + match.end(), "\\" + match[0])


def _joined_pairs(text: str, start: int, end: int) -> str:
    if "\0" in text:
        raise _Refused(
            "ERR_EXPR_TEXT", phrase("A text cannot hold the character NUL. Remove it."), start, end
        )
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        message = phrase("A \\u escape of this text is half a pair. Write both halves.")
        raise _Refused("ERR_EXPR_TEXT", message, start, end) from None


def _integer(token: Token) -> int:
    # One more than the largest passes here, for -9223372036854775808; the checker refuses it alone.
    digits = token.lstrip("0") or "0"
    if len(digits) > _MAX_DIGITS or int(digits) > INTEGER_MAX + 1:
        raise too_large_integer(token.start_pos or 0, token.end_pos or 0)
    return int(digits)


def too_large_integer(start: int, end: int) -> _Refused:
    message = phrase(
        "Integers lie between {least} and {most}. Write a decimal, such as 1.0.",
        least=-INTEGER_MAX - 1,
        most=INTEGER_MAX,
    )
    return _Refused("ERR_EXPR_NUMBER", message, start, end)


def _decimal(token: Token) -> float:
    value = float(token)
    if value == float("inf"):
        message = phrase("This decimal is too large. Write a smaller number.")
        raise _Refused("ERR_EXPR_NUMBER", message, token.start_pos or 0, token.end_pos or 0)
    return value
