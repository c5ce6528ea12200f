"""The time that a report is about, in the time zone of the sandbox, and its parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from journeyorch.time_zones import begins, midnight

#: The choices of a period: name in addresses, days that it has up to and with today.
DAYS = {"1": 1, "7": 7, "30": 30, "90": 90, "365": 365}
DEFAULT = "7"
UNITS = ("hour", "day", "week", "month")
#: Parts of a period at most, in charts and in tables by time.
MOST_PARTS = 1000
_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)


class Period(NamedTuple):
    """From a moment to another one, which is not included; both full hours."""

    since: datetime
    until: datetime
    zone: tzinfo
    name: str = ""  # one of ``DAYS``, or "" for dates that somebody chose

    @property
    def first_day(self) -> date:
        return self.since.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        return (self.until - timedelta(microseconds=1)).astimezone(self.zone).date()

    def previous(self) -> Period:
        """The period of as many days just before."""
        days = (self.last_day - self.first_day).days + 1
        return between(self.first_day - timedelta(days=days), self.first_day - timedelta(days=1), self.zone)

    def with_previous(self) -> Period:
        """Both, which touch."""
        return self._replace(since=self.previous().since)

    @property
    def unit(self) -> str:
        """What a chart's points stand for: so that there are enough of them, and not too many."""
        days = (self.last_day - self.first_day).days + 1
        if days <= 2:
            return "hour"
        if days <= 62:
            return "day"
        return "week" if days <= 370 else "month"

    def parts(self, unit: str) -> list[datetime]:
        """When each hour, day, week (from Monday) or month of it begins; the first may begin before it."""
        return list(_begun(self, unit))[:MOST_PARTS]


def asked(given: Mapping[str, str], *, now: datetime, zone: tzinfo) -> Period:
    """From an address: ``period``, or ``from`` and ``to`` as dates; what makes no sense is the usual one."""
    first, last = _date(given.get("from", "")), _date(given.get("to", ""))
    if first and last and is_usable(first, last):
        return between(first, last, zone)
    name = given.get("period", DEFAULT)
    return of_days(name if name in DAYS else DEFAULT, now=now, zone=zone)


def is_usable(first: date, last: date) -> bool:
    """Whether these two days, both included, are a period."""
    return _FIRST <= first <= last <= _LAST


def of_days(name: str, *, now: datetime, zone: tzinfo) -> Period:
    today = now.astimezone(zone).date()
    return between(today - timedelta(days=DAYS[name] - 1), today, zone)._replace(name=name)


def between(first: date, last: date, zone: tzinfo) -> Period:
    """Both days are included."""
    return Period(midnight(first, zone), midnight(last + timedelta(days=1), zone), zone)


def _begun(period: Period, unit: str) -> Iterator[datetime]:
    at = begins(period.since, unit, period.zone)
    while at < period.until:
        yield at
        if unit == "hour":
            at = _next_hour(at, period.zone)
        else:
            days = {"day": 1, "week": 7, "month": 32}[unit]
            at = begins(midnight(at.date() + timedelta(days=days), period.zone), unit, period.zone)


def _next_hour(at: datetime, zone: tzinfo) -> datetime:
    """By the clock of UTC: the hour that is there twice in autumn comes twice."""
    return (at.astimezone(UTC) + timedelta(hours=1)).astimezone(zone)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
