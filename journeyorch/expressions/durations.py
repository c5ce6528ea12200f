"""Durations as texts: java.time's ``Duration.parse`` and its printed form (expressions.md, Values)."""

from __future__ import annotations

import re
from datetime import timedelta

from journeyorch.phrases import phrase

from .errors import misfit, out_of_range

_NUMBER = r"[+-]?[0-9]{1,18}"
_DURATION = re.compile(
    rf"([+-])?P(?:({_NUMBER})D)?"
    rf"(T(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})(?:[.,]([0-9]{{0,9}}))?S)?)?",
    re.IGNORECASE,
)
_MILLISECOND = timedelta(milliseconds=1)


def whole_milliseconds(duration: timedelta) -> timedelta:
    """Cut to milliseconds, towards zero: the precision of the type."""
    rest = abs(duration) % _MILLISECOND
    if not rest:
        return duration
    return duration - rest if duration > timedelta(0) else duration + rest


def parse_duration(text: str) -> timedelta:
    """``PT15M``, ``-P1DT2H``, ``pt-1,5s`` … as a timedelta.

    Raises ``Failure``, a ``ValueError``, for any other text, also for ``P`` and ``PT`` alone and for ``P1H``.
    """
    match = _DURATION.fullmatch(text)
    if match is None or not _has_parts(match):
        raise misfit(phrase("The text is no duration. Write it like PT15M or P1DT12H."))
    return from_milliseconds(_count(match))


def _has_parts(match: re.Match[str]) -> bool:
    """At least one part, and one after ``T`` when there is a ``T``."""
    after_t = any(match.group(4, 5, 6))
    return after_t if match[3] else bool(match[2])


def _count(match: re.Match[str]) -> int:
    """Milliseconds of a matched text."""
    days, hours, minutes, seconds = (int(part or 0) for part in match.group(2, 4, 5, 6))
    fraction = int(((match[7] or "") + "000")[:3])
    if (match[6] or "").startswith("-"):
        fraction = -fraction
    total = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + fraction
    return -total if match[1] == "-" else total


def from_milliseconds(milliseconds: int) -> timedelta:
    try:
        return timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise out_of_range("durations") from None


def to_milliseconds(duration: timedelta) -> int:
    """Whole milliseconds, towards zero."""
    return whole_milliseconds(duration) // _MILLISECOND


def format_duration(duration: timedelta) -> str:
    """Hours, minutes and seconds, each with its sign; never days: ``PT48H``, ``PT-1.5S``, ``PT0S``."""
    total = to_milliseconds(duration)
    sign = "-" if total < 0 else ""
    seconds, milliseconds = divmod(abs(total), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = "".join(f"{sign}{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M")) if count)
    if seconds or milliseconds or not text:
        fraction = f".{milliseconds:03d}".rstrip("0") if milliseconds else ""
        text += f"{sign}{seconds}{fraction}S"
    return f"PT{text}"
