"""JSON as it may come in: everything that two readers could understand differently is refused.

orjson already refuses NaN, infinities, byte order marks, invalid UTF-8 and lone surrogates. This module adds
what it lets through: repeated names, NUL characters, integers beyond 64 bits and very deep nesting
(ingestion.md, Answers). Each check costs about a microsecond per kilobyte.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

import orjson

from journeyorch.phrases import phrase, sentence

# orjson writes at most this many levels; what could not be written again is not taken in either.
MAX_DEPTH = 254
_NO_JSON = sentence("It is not valid JSON at line {line}, column {column}.")
_TOO_DEEP = sentence("It is nested deeper than {levels} levels.")
_MIN_INTEGER, _MAX_INTEGER = -(2**63), 2**63 - 1

# Every digit as "0", everything else as "x", but for what stands before digits that are no integer: the
# beginning of a text, and the point of a fraction.
_SHAPE = bytes(
    ord("0") if code in b"0123456789" else code if code in b'".' else ord("x") for code in range(256)
)
_LONG_INTEGER = b"x" + b"0" * 19
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class NotStrictJson(ValueError):
    """The text is not JSON, or not in the strict form; the message names a place, never a value."""


def parse(data: bytes) -> Any:
    """The value written in ``data``; ``NotStrictJson`` with one sentence otherwise."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise NotStrictJson(_NO_JSON(line=error.lineno, column=error.colno)) from None
    written = _write(value)
    if holds_nul(written):
        raise NotStrictJson(phrase("It holds the character NUL, which cannot be stored."))
    # A repeated name is dropped by the parser, and its quotes with it, so that fewer are written than read.
    # The one other way to write a quote makes the count worthless.
    repeated = data.count(b'"') != written.count(b'"') or b"\\u0022" in data
    if repeated or _may_hold_long_integer(data):
        return _parse_exactly(data)
    return value


def holds_nul(written: bytes) -> bool:
    """Whether some text in JSON, as orjson writes it, holds the character NUL, which no database keeps."""
    return b"\\u0000" in written and _NUL.search(written) is not None


def _write(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        raise NotStrictJson(_TOO_DEEP(levels=MAX_DEPTH)) from None


def _may_hold_long_integer(data: bytes) -> bool:
    # Looking for one text in another is done in C; a regular expression would cost more than parsing.
    return _LONG_INTEGER in b"x" + data.translate(_SHAPE)


def _parse_exactly(data: bytes) -> Any:
    """As ``parse``, slowly, checking every name and number."""
    return json.loads(data, object_pairs_hook=_unique, parse_int=_integer, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise NotStrictJson(phrase("One of its objects holds the same name twice."))
    return result


def _integer(digits: str) -> int:
    # 20 characters hold every 64-bit integer; converting longer ones takes quadratic time.
    if len(digits) > 20 or not _MIN_INTEGER <= int(digits) <= _MAX_INTEGER:
        raise NotStrictJson(phrase("It holds an integer beyond 64 bits; send it as a text."))
    return int(digits)


def _no_constant(_name: str) -> NoReturn:
    raise NotStrictJson(phrase("It holds a number that is not finite."))
