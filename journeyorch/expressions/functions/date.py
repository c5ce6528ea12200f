"""Now, calendars and zones (expressions.md, Functions and Corners)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from journeyorch.phrases import phrase

from .. import times
from ..errors import Failure, misfit
from ..evaluate import Context
from ..registry import function
from .parameters import Clock, Instant, Moment, Unit, Zone

_NOTHING, _DAY = timedelta(0), timedelta(days=1)


@function(examples={"now()": "2024-05-15T12:30Z", 'now("Asia/Tokyo")': "2024-05-15T21:30+09:00"})
def now(context: Context, zone: Zone = UTC) -> Instant:
    """The current instant, in UTC or a zone; the same one in a whole evaluation."""
    return times.to_zone(context.now, zone)


@function(
    examples={
        'nowWithDelta(-2, "hours")': "2024-05-15T10:30Z",
        'nowWithDelta(1, "months", "Europe/Paris")': "2024-06-15T14:30+02:00",
    }
)
def now_with_delta(context: Context, amount: int, part: Unit, zone: Zone = UTC) -> Instant:
    """Now, moved by years, months, days, hours, minutes or seconds (negative: back), by the calendar."""
    return times.shift(times.to_zone(context.now, zone), amount, part)


@function(examples={"currentTimeInMillis()": 1715776200000})
def current_time_in_millis(context: Context) -> int:
    """Now, in milliseconds since 1970."""
    return times.to_milliseconds(context.now)


def _within(context: Context, moment: Any, *, amount: int, unit: str) -> bool:
    """Whether the moment lies between now and so many units from now (negative: ago), both included.

    A day counts as a whole when days or more are counted; otherwise wall clocks and days (their midnight)
    are read in the journey's zone.
    """
    if context.turns is not None:
        context.turns.extend(_turns(context, moment, amount, unit))
    here = times.to_zone(context.now, context.zone)
    if type(moment) is date and unit != "hours":
        return _between(moment, here.date(), _limit_day(here.date(), amount, unit), amount)
    limit = _limit(here, amount, unit)
    return _between(_instant(moment, context.zone), context.now.astimezone(UTC), limit, amount)


def _turns(context: Context, moment: Any, amount: int, unit: str) -> Iterator[datetime]:
    """When the moment comes, and when it comes into reach or goes out of it, unless that is over for certain.

    Hours are exact; of days and more it is told within ``times.INEXACT``.
    """
    instant, rounded = _instant(moment, context.zone), unit != "hours"
    if instant > context.now - (_DAY if rounded and type(moment) is date else _NOTHING):
        yield instant
    with suppress(Failure):
        turn = times.shift(times.to_zone(instant, context.zone), -amount, unit).astimezone(UTC)
        if turn > context.now - (times.INEXACT if rounded else _NOTHING):
            yield turn


def _between(value: Any, now_: Any, limit: Any, amount: int) -> bool:
    if limit is None:  # past the end of the calendar: no limit on that side
        return bool(value >= now_ if amount > 0 else value <= now_)
    return bool(min(now_, limit) <= value <= max(now_, limit))


def _limit(here: datetime, amount: int, unit: str) -> datetime | None:
    try:
        return times.shift(here, amount, unit).astimezone(UTC)
    except Failure:
        return None


def _limit_day(today: date, amount: int, unit: str) -> date | None:
    try:
        return times.shift_day(today, amount, unit)
    except Failure:
        return None


def _instant(moment: Any, zone: tzinfo) -> datetime:
    if type(moment) is date:
        moment = times.midnight(moment)
    return (moment if moment.tzinfo else times.in_zone(moment, zone)).astimezone(UTC)


@function(examples={"inLastDays(now(), 1)": True, 'inLastDays(date("2024-05-10"), 5)': True})
def in_last_days(context: Context, moment: Moment, amount: int) -> bool:
    """Whether the date lies between now and so many days ago, both included."""
    return amount >= 0 and _within(context, moment, amount=-amount, unit="days")


@function(
    examples={'inLastHours(nowWithDelta(-2, "hours"), 2)': True, 'inLastHours(date("2024-05-14"), 2)': False}
)
def in_last_hours(context: Context, moment: Moment, amount: int) -> bool:
    """Whether the date lies between now and so many hours ago, both included."""
    return amount >= 0 and _within(context, moment, amount=-amount, unit="hours")


@function(examples={'inLastMonths(date("2024-03-15"), 2)': True})
def in_last_months(context: Context, moment: Moment, amount: int) -> bool:
    """Whether the date lies between now and so many months ago, both included."""
    return amount >= 0 and _within(context, moment, amount=-amount, unit="months")


@function(examples={'inLastYears(date("2023-05-14"), 1)': False})
def in_last_years(context: Context, moment: Moment, amount: int) -> bool:
    """Whether the date lies between now and so many years ago, both included."""
    return amount >= 0 and _within(context, moment, amount=-amount, unit="years")


@function(examples={'inNextDays(date("2024-05-16T10:00:00"), 1)': True})
def in_next_days(context: Context, moment: Moment, amount: int) -> bool:
    """Whether the date lies between now and so many days ahead, both included."""
    return amount >= 0 and _within(context, moment, amount=amount, unit="days")


@function(examples={'inNextHours(date("2024-05-15T14:31:00Z"), 2)': False})
def in_next_hours(context: Context, moment: Moment, amount: int) -> bool:
    """Whether the date lies between now and so many hours ahead, both included."""
    return amount >= 0 and _within(context, moment, amount=amount, unit="hours")


@function(examples={'inNextMonths(date("2024-06-15"), 1)': True})
def in_next_months(context: Context, moment: Moment, amount: int) -> bool:
    """Whether the date lies between now and so many months ahead, both included."""
    return amount >= 0 and _within(context, moment, amount=amount, unit="months")


@function(examples={'inNextYears(date("2025-05-15"), 1)': True})
def in_next_years(context: Context, moment: Moment, amount: int) -> bool:
    """Whether the date lies between now and so many years ahead, both included."""
    return amount >= 0 and _within(context, moment, amount=amount, unit="years")


@function(examples={'setHours(date("2024-05-15T12:30:00Z"), 8)': "2024-05-15T08:30Z"})
def set_hours(moment: Clock, hour: int) -> Clock:
    """The same date with that hour, from 0 to 23."""
    if not 0 <= hour <= 23:
        raise misfit(phrase("A day has the hours 0 to 23. Use one of them."))
    return _settled(moment, moment.replace(hour=hour, fold=0))


@function(examples={'setDays(date("2024-02-15"), 29)': "2024-02-29"})
def set_days(moment: Moment, day: int) -> Moment:
    """The same date with that day of the month; a day that the month does not have is an error."""
    try:
        changed = moment.replace(day=day)
    except (ValueError, OverflowError):
        raise misfit(phrase("The month has no such day. Use a day that it has.")) from None
    return _settled(moment, changed) if isinstance(moment, datetime) else changed


def _settled(moment: Any, changed: Any) -> Any:
    """A wall clock that a clock change skips moves forward, in the value's own zone."""
    return times.in_zone(changed, moment.tzinfo) if moment.tzinfo else changed


@function(
    examples={
        'updateTimeZone(toDateTime("2024-05-15T12:30:00Z"), "America/New_York")': "2024-05-15T08:30-04:00",
    }
)
def update_time_zone(moment: Instant, zone: Zone) -> Instant:
    """The same instant in another zone."""
    return times.to_zone(moment, zone)
