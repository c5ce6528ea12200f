"""Syntax errors in words: what was found, what could stand there, and the likely slip."""

from __future__ import annotations

import re
from functools import reduce

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from journeyorch.phrases import phrase

from .errors import ExpressionProblem, Place
from .suggest import with_hint

_WORDS = {
    "_OR": "or",
    "_AND": "and",
    "NOT": "not",
    "IS": "is",
    "HAS": "has",
    "IF": "if",
    "_THEN": "then",
    "_ELSE": "else",
    "NULL": "null",
    "KIND": phrase("a kind of number (numeric, integer, decimal)"),
    "COMPARE": phrase("a comparison"),
    "PLUS": "+",
    "MINUS": "-",
    "TIMES": phrase("*, / or %"),
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "LBRACE": "{",
    "RBRACE": "}",
    "COMMA": phrase("a comma"),
    "DOT": phrase("a dot"),
    "COLON": phrase("a colon"),
    "FIELD_NAME": phrase("a field name"),
    "STRING": phrase("a quoted text"),
    "$END": phrase("the end"),
}
# What people write who come from other languages, and what this one calls it.
_SLIPS = {
    "=": "==",
    "===": "==",
    "<>": "!=",
    "&": "and",
    "&&": "and",
    "|": "or",
    "||": "or",
    "!": "not",
    "AND": "and",
    "And": "and",
    "OR": "or",
    "Or": "or",
    "NOT": "not",
    "Not": "not",
    "IS": "is",
    "NULL": "null",
    "Null": "null",
    "None": "null",
    "IF": "if",
    "If": "if",
    "THEN": "then",
    "ELSE": "else",
    "True": "true",
    "TRUE": "true",
    "False": "false",
    "FALSE": "false",
}
# Those of them behind which a value stands, so that it is only seen there that something is wrong.
_JOINING = {"not", "and", "or", "if"}
_CALLED_IF = re.compile(r"(?<![\w.])(IF|If)\s*\(")
_WORD_BEFORE = re.compile(r"(?<![\w.])([A-Za-z]+)\s*$")
_CONTINUERS = {"_OR", "_AND", "IS", "HAS", "COMPARE", "PLUS", "MINUS", "TIMES"}


def explain_unexpected(source: str, error: UnexpectedInput) -> ExpressionProblem:
    """The one problem for what the parser met."""
    start, end = _where(source, error)
    found = source[start:end]
    place = Place(source, start, end)
    if found in ('"', "'"):
        message = phrase("This text is not closed. Add a {quote} at its end.", quote=found)
        return place.problem("ERR_EXPR_TEXT", message)
    if before := _slip_before(source, start, found):
        return before
    suggestion = slip(found)
    message = phrase("Expected {expected}, found {found}.", expected=_expected(error), found=_named(found))
    hinted = with_hint(message, suggestion, phrase("Correct the text here."))
    return place.problem("ERR_EXPR_SYNTAX", hinted, suggestion)


def _slip_before(source: str, start: int, found: str) -> ExpressionProblem | None:
    """The word before that was taken for a name, as the NOT of ``NOT true``: it is the one to correct.

    The IF of ``IF (…) then`` was taken for a function.
    """
    match = (_CALLED_IF if slip(found) == "then" or found == "then" else _WORD_BEFORE).search(source[:start])
    suggestion = slip(match[1]) if match else None
    if match is None or suggestion not in _JOINING:
        return None
    message = with_hint(phrase("{name} means nothing by itself.", name=match[1]), suggestion, "")
    return Place(source, *match.span(1)).problem("ERR_EXPR_SYNTAX", message, suggestion)


def slip(word: str) -> str | None:
    """The keyword that was probably meant."""
    return _SLIPS.get(word)


def _where(source: str, error: UnexpectedInput) -> tuple[int, int]:
    """The stretch to point at; signs that belong together, like ``&&``, as one."""
    if isinstance(error, UnexpectedToken) and isinstance(error.token, Token) and error.token.type != "$END":
        start = error.token.start_pos or 0
        length = max(1, len(error.token))
    elif isinstance(error, UnexpectedCharacters):
        start, length = error.pos_in_stream or 0, 1
    else:
        start, length = len(source.rstrip()), 0
    if source[start - 2 : start + 1] == "===":
        return start - 2, start + 1
    longer = next((size for size in (3, 2) if slip(source[start : start + size])), 0)
    return start, start + max(length, longer)


def _named(found: str) -> str:
    return f"“{found[:40]}”" if found else phrase("the end")


def _expected(error: UnexpectedInput) -> str:
    accepted = _accepted(error)
    if accepted >= {"STRING", "INTEGER"}:
        return phrase("a value")
    words: list[str] = [phrase("an operator")] if accepted & _CONTINUERS else []
    words += sorted(_WORDS[name] for name in accepted - _CONTINUERS if name in _WORDS)
    if accepted & _CONTINUERS and isinstance(error, UnexpectedCharacters):
        return phrase("an operator or the end")  # what else could stand there is not known for unknown signs
    if len(words) < 2:
        return words[0] if words else phrase("something else")
    *others, last = words
    listed = reduce(lambda before, word: phrase("{before}, {word}", before=before, word=word), others)
    return phrase("{words} or {last}", words=listed, last=last)


def _accepted(error: UnexpectedInput) -> set[str]:
    """The names of the tokens that could stand there, as far as the parser tells."""
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    return set(error.allowed or ()) if isinstance(error, UnexpectedCharacters) else set()
