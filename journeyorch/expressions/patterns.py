"""Regular expressions on RE2: time grows with the text, never with the cunning of the pattern.

Pattern syntax is RE2's; in replacements ``$1`` is a group, ``\\$`` a dollar sign (expressions.md, Corners).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import re2

from journeyorch.phrases import phrase, sentence

from .errors import Failure, misfit
from .limits import (
    CACHED_PATTERNS,
    INSTRUCTIONS_PER_STEP,
    LIST_LENGTH,
    PATTERN_CLASSES,
    PATTERN_LENGTH,
    PATTERN_MEMORY,
    STEPS_PER_MATCH,
    STEPS_PER_PART,
    TEXT_LENGTH,
)

Charge = Callable[[int], None]
Pattern = Any  # re2 publishes no type for its compiled patterns
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = PATTERN_MEMORY  # a pattern that needs more is refused when compiled
_CLASS = re.compile(r"\\[pP]")
_LOOKS_AROUND = re.compile(r"\(\?(?:[=!]|<[=!])")
_REFERS_BACK = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[1-9]|k[<{'])")
_TEMPLATE = re.compile(r"\\(.)|\$([0-9]{1,2})", re.DOTALL)

_TOO_LONG = sentence("The pattern is longer than {most} characters. Use a shorter one.")
_TOO_MANY_CLASSES = sentence("The pattern has more than {most} Unicode classes (\\p). Use fewer.")
_UNREADABLE = sentence("The pattern cannot be read ({detail}). Correct it, or escape special signs.")
_NO_GROUP = sentence(
    "The replacement uses group ${number}, the pattern has {groups}. Write \\$ for a dollar sign."
)
_TOO_LONG_LIST = sentence("The list is longer than {most}. Use a smaller text.")
_TOO_LONG_TEXT = sentence("The text is longer than {most} characters. Use shorter texts.")


@lru_cache(maxsize=CACHED_PATTERNS)
def compile_pattern(text: str) -> Pattern:
    """Compile a pattern; a ``Failure`` with code ERR_EXPR_PATTERN says why it is none."""
    if len(text) > PATTERN_LENGTH:
        raise _refused(_TOO_LONG(most=PATTERN_LENGTH))
    if len(_CLASS.findall(text)) > PATTERN_CLASSES:
        raise _refused(_TOO_MANY_CLASSES(most=PATTERN_CLASSES))
    try:
        return re2.compile(text, _OPTIONS)
    except (re2.error, UnicodeEncodeError) as error:
        raise _refused(_reason(text, error)) from None


def _refused(message: str) -> Failure:
    return Failure("ERR_EXPR_PATTERN", message)


def _reason(text: str, error: Exception) -> str:
    if _LOOKS_AROUND.search(text):
        return phrase("Patterns cannot look around ((?=, (?!, (?<=, (?<!). Match the text itself instead.")
    if _REFERS_BACK.search(text):
        return phrase("Patterns cannot refer back to a group (\\1). Write the part out again instead.")
    cause = error.args[0] if error.args else ""
    detail = cause.decode("utf-8", "replace") if isinstance(cause, bytes) else str(cause)
    # RE2 puts the pattern behind a colon, and patterns may be made of people's data.
    return _UNREADABLE(detail=detail.partition(":")[0])


def matches_whole(pattern: Pattern, text: str, *, charge: Charge) -> bool:
    _charge(pattern, text, charge)
    return pattern.fullmatch(_encodable(text)) is not None


def _charge(pattern: Pattern, text: str, charge: Charge) -> None:
    """The worst case of RE2, for patterns with too many states: each instruction at each character."""
    charge(len(text) * pattern.programsize // INSTRUCTIONS_PER_STEP)


def _encodable(text: str) -> str:
    # JSON may carry half of a surrogate pair, which no encoding has.
    try:
        text.encode()
    except UnicodeEncodeError:
        raise misfit(
            phrase("The text has characters that are none (half a pair). Check what was sent.")
        ) from None
    return text


def replace(pattern: Pattern, text: str, template: str, *, every: bool, charge: Charge) -> str:
    """Put the template in place of the first match, or of every match.

    ``charge`` is told the steps that it costs: patterns can match at every character.
    """
    pieces = _read_template(template, pattern.groups)
    result: list[str] = []
    length = end = 0
    for match in _matches(pattern, text, charge, STEPS_PER_MATCH):
        piece = text[end : match.start()] + "".join(_fill(pieces, match))
        result.append(piece)
        length += len(piece)
        if length > TEXT_LENGTH:
            raise too_long()
        end = match.end()
        if not every:
            break
    return "".join(result) + text[end:]


def _matches(pattern: Pattern, text: str, charge: Charge, steps: int) -> Iterator[Any]:
    _charge(pattern, text, charge)
    for match in pattern.finditer(_encodable(text)):
        charge(steps)
        yield match


@lru_cache(maxsize=CACHED_PATTERNS)
def _read_template(template: str, groups: int) -> tuple[str | int, ...]:
    """Texts and group numbers of a replacement, in order."""
    pieces: list[str | int] = []
    end = 0
    for match in _TEMPLATE.finditer(template):
        pieces.append(template[end : match.start()])
        pieces.extend(_escape_or_group(match, groups))
        end = match.end()
    return (*pieces, template[end:])


def _escape_or_group(match: re.Match[str], groups: int) -> tuple[str | int, ...]:
    if match[2] is None:
        return (match[1],)
    number = int(match[2])
    if number <= groups:
        return (number,)
    # `$12` with one group is group 1, then a 2.
    if len(match[2]) == 2 and int(match[2][0]) <= groups:
        return int(match[2][0]), match[2][1]
    raise misfit(_NO_GROUP(number=number, groups=groups))


def _fill(pieces: tuple[str | int, ...], match: Any) -> Iterator[str]:
    for piece in pieces:
        yield piece if isinstance(piece, str) else match.group(piece) or ""


def split(pattern: Pattern, text: str, *, charge: Charge) -> list[str]:
    """The parts between matches, trailing empty ones dropped; the whole text when nothing matches."""
    parts: list[str] = []
    end = 0
    for match in _matches(pattern, text, charge, STEPS_PER_PART):
        if match.end() == 0:
            continue  # an empty match at the start would make an empty first part
        parts.append(text[end : match.start()])
        end = match.end()
        if len(parts) > LIST_LENGTH:
            raise Failure(
                "ERR_EXPR_LIST_SIZE",
                _TOO_LONG_LIST(most=LIST_LENGTH),
            )
    return _without_empty_tail([*parts, text[end:]]) if parts else [text]


def _without_empty_tail(parts: list[str]) -> list[str]:
    while parts and not parts[-1]:
        parts.pop()
    return parts


def too_long() -> Failure:
    return Failure("ERR_EXPR_TEXT_SIZE", _TOO_LONG_TEXT(most=TEXT_LENGTH))
