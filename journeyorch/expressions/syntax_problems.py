"""Syntax errors in words: what was found, what could stand there, and the likely slip."""

from __future__ import annotations

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from .errors import ExpressionProblem, Place

_VALUE_STARTERS = {"STRING", "INTEGER", "NAME", "LPAR", "LSQB", "REFERENCE"}
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
    "KIND": "numeric, integer or decimal",
    "COMPARE": "a comparison",
    "PLUS": "+",
    "MINUS": "-",
    "TIMES": "*, / or %",
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "LBRACE": "{",
    "RBRACE": "}",
    "COMMA": "a comma",
    "DOT": "a dot",
    "COLON": "a colon",
    "FIELD_NAME": "a field name",
    "STRING": "a quoted text",
    "$END": "the end",
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
    "THEN": "then",
    "ELSE": "else",
    "True": "true",
    "TRUE": "true",
    "False": "false",
    "FALSE": "false",
}
_CONTINUERS = {"_OR", "_AND", "IS", "HAS", "COMPARE", "PLUS", "MINUS", "TIMES"}


def explain_unexpected(source: str, error: UnexpectedInput) -> ExpressionProblem:
    """The one problem for what the parser met."""
    start, end = _where(source, error)
    found = source[start:end]
    place = Place(source, start, end)
    if found[:1] in ('"', "'") and isinstance(error, UnexpectedCharacters):
        return place.problem("ERR_EXPR_TEXT", f"This text is not closed. Add a {found[0]} at its end.")
    suggestion = slip(found)
    message = f"Expected {_expected(error)}, found {_named(found)}."
    message += f" Did you mean {suggestion}?" if suggestion else " Correct the text here."
    return place.problem("ERR_EXPR_SYNTAX", message, suggestion)


def slip(word: str) -> str | None:
    """The keyword that was probably meant."""
    return _SLIPS.get(word)


def _where(source: str, error: UnexpectedInput) -> tuple[int, int]:
    if isinstance(error, UnexpectedToken) and isinstance(error.token, Token) and error.token.type != "$END":
        start = error.token.start_pos or 0
        return start, _longer_slip(source, start, start + max(1, len(error.token)))
    if isinstance(error, UnexpectedCharacters):
        start = error.pos_in_stream or 0
        return start, _longer_slip(source, start, start + 1)
    end = len(source.rstrip())
    return end, end


def _longer_slip(source: str, start: int, end: int) -> int:
    """``&&`` and ``===`` come as single signs; point at the whole."""
    for length in (3, 2):
        if slip(source[start : start + length]):
            return max(end, start + length)
    return end


def _named(found: str) -> str:
    return f"“{found[:40]}”" if found else "the end"


def _expected(error: UnexpectedInput) -> str:
    accepted = set(_accepted(error))
    if accepted >= {"STRING", "INTEGER"} or (
        accepted and accepted <= _VALUE_STARTERS and "FIELD_NAME" not in accepted
    ):
        return "a value"
    words = [] if not accepted & _CONTINUERS else ["an operator"]
    words += sorted(_WORDS[name] for name in accepted - _CONTINUERS if name in _WORDS)
    if len(words) < 2:
        return words[0] if words else "something else"
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _accepted(error: UnexpectedInput) -> set[str]:
    if isinstance(error, UnexpectedToken):
        return set(error.accepts or error.expected)
    if isinstance(error, UnexpectedCharacters):
        return set(error.allowed or ())
    return set(error.expected) if isinstance(error, UnexpectedEOF) else set()
