"""Conversions between types (expressions.md, Functions)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from journeyorch.phrases import phrase

from .. import durations, times
from ..errors import Failure, misfit
from ..operators import finite, text_of
from ..registry import function
from ..values import in_range
from .parameters import Instant, Scalar, WallTime, Zone

_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,4})?")
_MAX_DIGITS = 40


@function(name="toBool", examples={'toBool("TRUE")': True, 'toBool("yes")': False})
def text_to_bool(value: str) -> bool:
    """True for the text "true" (any case), for numbers that are not 0, and for true itself."""
    return value.lower() == "true"


@function(name="toBool", examples={"toBool(0)": False, "toBool(0.5)": True})
def number_to_bool(value: float) -> bool:
    """Numbers: not 0."""
    return value != 0


@function(name="toBool", examples={"toBool(true)": True})
def bool_to_bool(value: bool) -> bool:
    """The boolean itself."""
    return value


@function(name="toDateOnly", literal=True, examples={'toDateOnly("2021-02-19")': "2021-02-19"})
def text_to_date(text: str) -> date:
    """The calendar day of an ISO text, a dateTime (in its own zone) or a dateTimeOnly."""
    parsed = times.parse_any(text)
    return parsed.date() if isinstance(parsed, datetime) else parsed


@function(name="toDateOnly", examples={'toDateOnly(toDateTime("2021-02-19T23:30:00-05:00"))': "2021-02-19"})
def instant_to_date(moment: Instant) -> date:
    """The day in the value's own zone."""
    return moment.date()


@function(name="toDateOnly", examples={'toDateOnly(date("2021-02-19T08:30:00"))': "2021-02-19"})
def wall_to_date(moment: WallTime) -> date:
    """The day of a wall clock."""
    return moment.date()


@function(name="toDateOnly", examples={})
def date_to_date(day: date) -> date:
    """The day itself."""
    return day


@function(
    name="toDateTime",
    literal=True,
    examples={'toDateTime("2011-12-03T15:15:30.123+02:00")': "2011-12-03T15:15:30.123+02:00"},
)
def text_to_instant(text: str) -> Instant:
    """The instant of an ISO text, of epoch milliseconds, or of a wall clock (in UTC, or the zone given)."""
    parsed = times.parse_any(text)
    moment = parsed if isinstance(parsed, datetime) else times.midnight(parsed)
    return moment if moment.tzinfo else times.in_utc(moment)


@function(name="toDateTime", examples={"toDateTime(1560762190189)": "2019-06-17T09:03:10.189Z"})
def milliseconds_to_instant(milliseconds: int) -> Instant:
    """The instant so many milliseconds after 1970."""
    return times.from_milliseconds(milliseconds)


@function(name="toDateTime", examples={'toDateTime(date("2021-02-19T08:30:00"))': "2021-02-19T08:30Z"})
def wall_to_instant(moment: WallTime) -> Instant:
    """A wall clock read in UTC."""
    return times.in_utc(moment)


@function(name="toDateTime", examples={'toDateTime(toDateOnly("2021-02-19"))': "2021-02-19T00:00Z"})
def date_to_instant(day: date) -> Instant:
    """Midnight in UTC."""
    return times.in_utc(times.midnight(day))


@function(name="toDateTime", examples={})
def instant_to_instant(moment: Instant) -> Instant:
    """The instant itself."""
    return moment


@function(
    name="toDateTime",
    examples={'toDateTime("Europe/Paris", date("2021-07-01T08:30:00"))': "2021-07-01T08:30+02:00"},
)
def wall_in_zone_to_instant(zone: Zone, moment: WallTime) -> Instant:
    """A wall clock read in a zone."""
    return times.in_zone(moment, zone)


@function(name="toDateTimeOnly", literal=True, examples={'toDateTimeOnly("2016-08-18")': "2016-08-18T00:00"})
def text_to_wall(text: str) -> WallTime:
    """The wall clock of an ISO text, of a dateTime (in its own zone), or midnight of a day."""
    parsed = times.parse_any(text)
    return parsed.replace(tzinfo=None) if isinstance(parsed, datetime) else times.midnight(parsed)


@function(
    name="toDateTimeOnly",
    examples={'toDateTimeOnly(toDateTime("2021-02-19T23:30:00-05:00"))': "2021-02-19T23:30"},
)
def instant_to_wall(moment: Instant) -> WallTime:
    """The wall clock in the value's own zone."""
    return moment.replace(tzinfo=None, fold=0)


@function(name="toDateTimeOnly", examples={'toDateTimeOnly(date("2021-02-19"))': "2021-02-19T00:00"})
def date_to_wall(day: date) -> WallTime:
    """Midnight of a day."""
    return times.midnight(day)


@function(name="toDateTimeOnly", examples={})
def wall_to_wall(moment: WallTime) -> WallTime:
    """The wall clock itself."""
    return moment


@function(
    name="toDateTimeOnly",
    examples={'toDateTimeOnly("Europe/Paris", "2021-07-01T08:30:00Z")': "2021-07-01T10:30"},
)
def text_in_zone_to_wall(zone: Zone, text: str) -> WallTime:
    """The wall clock in a zone at an instant; a text without an offset is the wall clock already."""
    parsed = times.parse_any(text)
    if not isinstance(parsed, datetime):
        return times.midnight(parsed)
    moved = times.to_zone(parsed, zone) if parsed.tzinfo else parsed
    return moved.replace(tzinfo=None, fold=0)


@function(name="toDecimal", examples={'toDecimal("3.14")': 3.14})
def text_to_decimal(text: str) -> float:
    """The decimal of a text, an integer, a boolean (1 or 0) or a dateTime (epoch milliseconds)."""
    _check_number(text)
    return finite(float(text))


@function(name="toDecimal", examples={"toDecimal(3)": 3.0})
def number_to_decimal(value: float) -> float:
    """The number as a decimal."""
    return value


@function(name="toDecimal", examples={"toDecimal(true)": 1.0})
def bool_to_decimal(value: bool) -> float:
    """1 for true, 0 for false."""
    return float(value)


@function(name="toDecimal", examples={'toDecimal(toDateTime("1970-01-01T00:00:01Z"))': 1000.0})
def instant_to_decimal(moment: Instant) -> float:
    """Milliseconds since 1970."""
    return float(times.to_milliseconds(moment))


@function(name="toInteger", examples={'toInteger("42")': 42, 'toInteger("-3.9")': -3})
def text_to_integer(text: str) -> int:
    """The integer of a text or decimal (the fraction is cut), a boolean (1 or 0) or a dateTime (epoch ms)."""
    _check_number(text)
    whole = text.partition(".")[0]
    if "e" in text.lower() or len(whole) > _MAX_DIGITS:
        return in_range(int(finite(float(text))))
    return in_range(int(whole))


@function(name="toInteger", examples={"toInteger(3.9)": 3, "toInteger(-3.9)": -3})
def decimal_to_integer(value: float) -> int:
    """The decimal without its fraction."""
    return in_range(int(value))


@function(name="toInteger", examples={"toInteger(7)": 7})
def integer_to_integer(value: int) -> int:
    """The integer itself."""
    return value


@function(name="toInteger", examples={"toInteger(false)": 0})
def bool_to_integer(value: bool) -> int:
    """1 for true, 0 for false."""
    return int(value)


@function(name="toInteger", examples={'toInteger(toDateTime("1970-01-01T00:00:01Z"))': 1000})
def instant_to_integer(moment: Instant) -> int:
    """Milliseconds since 1970."""
    return times.to_milliseconds(moment)


def _check_number(text: str) -> None:
    if not _NUMBER.fullmatch(text):
        raise Failure("ERR_EXPR_VALUE", phrase("The text is no number. Write it like 42 or 3.14."))


@function(name="toDuration", literal=True, examples={'toDuration("PT15M")': "PT15M"})
def text_to_duration(text: str) -> timedelta:
    """The duration of an ISO text or of milliseconds."""
    return durations.parse_duration(text)


@function(name="toDuration", examples={"toDuration(500)": "PT0.5S"})
def milliseconds_to_duration(milliseconds: int) -> timedelta:
    """So many milliseconds."""
    return durations.from_milliseconds(milliseconds)


@function(
    examples={
        "toString(4)": "4",
        'toString(toDateTime("2019-06-03T08:30:00+02:00"))': "2019-06-03T06:30Z",
        'toString(toDuration("PT1.5S"))': "1500",
        "toString(true)": "true",
    }
)
def to_string(value: Scalar) -> str:
    """Any scalar as text: dateTime in ISO-8601 and UTC, duration in milliseconds."""
    return text_of(value)


@function(
    name="date",
    examples={
        'date("2021-02-19")': "2021-02-19",
        'date("2021-02-19T08:30:00")': "2021-02-19T08:30",
        'date("2021-02-19T00:00:00Z")': "2021-02-19T00:00Z",
    },
)
def date_literal(text: str) -> Any:
    """A day, a wall clock or an instant, by the text, which has to be a constant."""
    # The checker makes a constant of every call.
    raise misfit(phrase("date takes a constant text. Write one."))
