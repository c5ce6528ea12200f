"""Words for annotating functions of the language: instants, zones, patterns, and the ``T`` of a signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated, Any, TypeVar

from journeyorch.phrases import phrase, sentence

from .. import types
from ..errors import misfit
from ..patterns import compile_pattern
from ..registry import Role
from ..times import UNITS, zone_names, zone_of

_NO_PART = sentence("The text is no part of a date. Use {names}.")


def _unit(text: str) -> str:
    if text in UNITS:
        return text
    raise misfit(_NO_PART(names=", ".join(UNITS)))


Instant = Annotated[datetime, types.DATE_TIME]
WallTime = Annotated[datetime, types.DATE_TIME_ONLY]
Zone = Annotated[tzinfo, Role(types.STRING, phrase("zone id"), zone_of, constant=True, choices=zone_names)]
Pattern = Annotated[Any, Role(types.STRING, "pattern", compile_pattern, kind="pattern")]
Unit = Annotated[str, Role(types.STRING, "part", _unit, choices=lambda: UNITS)]
SegmentName = Annotated[str, Role(types.STRING, phrase("segment name"), constant=True, kind="segment")]
# The checker puts a function in its place, which reads that field of an object.
Key = Annotated[Callable[[Any], Any], Role(types.STRING, phrase("key"), constant=True, kind="key")]

T = TypeVar("T")
Number = TypeVar("Number", int, float)
Ordered = TypeVar("Ordered", int, float, timedelta, Instant, WallTime, date)
# Days, wall clocks and instants alike.
Moment = TypeVar("Moment", Instant, WallTime, date)
Clock = TypeVar("Clock", Instant, WallTime)
Scalar = TypeVar("Scalar", str, bool, int, float, timedelta, Instant, WallTime, date)
Items = list[T | None]
