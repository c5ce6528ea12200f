"""Days, wall clocks, instants and zones: reading, printing and moving them.

A day is a ``date``, a wall clock (dateTimeOnly) a naive ``datetime``, an instant (dateTime) an aware one.
Every aware value made here has a UTC form between the years 1 and 9999: Python compares and subtracts aware
values of one zone by their wall clocks, which is wrong around clock changes, so arithmetic goes through UTC.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from journeyorch.phrases import phrase

from .errors import Failure, misfit, out_of_range
from .suggest import closest, with_hint

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_ZONE_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")
# Directories of the zone database that hold variants (one counts leap seconds), and the machine's own zone.
_NOT_ZONES = ("posix", "right", "localtime", "Factory", "leapseconds", "tzdata", "zone")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def parse_date(text: str) -> date:
    """A day written ``2021-02-19``."""
    if _DAY.fullmatch(text):
        return _built(text, date.fromisoformat)
    raise misfit(phrase("The text is no day. Write it like 2021-02-19."))


def parse_time(text: str) -> datetime:
    """A wall clock or an instant: aware exactly when the text has ``Z`` or an offset."""
    if not _TIME.fullmatch(text):
        raise misfit(phrase("The text is no date or time. Write it like 2021-02-19 or 2021-02-19T08:30:00Z."))
    parsed = _built(text.upper(), datetime.fromisoformat)
    return parsed if parsed.tzinfo is None else checked(parsed)


def parse_any(text: str) -> date | datetime:
    """A day, a wall clock or an instant, whichever the text is (the ``date("…")`` literal)."""
    return parse_date(text) if _DAY.fullmatch(text) else parse_time(text)


def _built(text: str, build):  # type: ignore[no-untyped-def]
    try:
        return build(text)
    except ValueError:
        raise misfit(phrase("The text is no time that exists. Use a real day and time.")) from None


def checked(moment: datetime) -> datetime:
    """The same aware value, or a failure when it has no UTC form."""
    if 1 < moment.year < 9999:
        return moment
    try:
        moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise out_of_range(phrase("dates (years 1 to 9999)")) from None
    return moment


def in_utc(wall: datetime) -> datetime:
    return wall.replace(tzinfo=UTC)


def in_zone(wall: datetime, zone: tzinfo) -> datetime:
    """The instant at which clocks in the zone show this; a time skipped by a clock change moves forward."""
    try:
        return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    except (OverflowError, ValueError):
        raise out_of_range(phrase("dates (years 1 to 9999)")) from None


def to_zone(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError):
        raise out_of_range(phrase("dates (years 1 to 9999)")) from None


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def from_milliseconds(milliseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise out_of_range(phrase("dates (years 1 to 9999)")) from None


def to_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 in UTC, rounded down."""
    return (moment.astimezone(UTC) - _EPOCH) // _MILLISECOND


def format_time(moment: datetime) -> str:
    """ISO-8601; seconds only when they or a fraction are not zero; a zero offset is ``Z`` (Corners)."""
    text = f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}T{moment.hour:02d}:{moment.minute:02d}"
    return text + _format_seconds(moment) + _format_offset(moment)


def _format_seconds(moment: datetime) -> str:
    if not moment.microsecond:
        return f":{moment.second:02d}" if moment.second else ""
    milliseconds, rest = divmod(moment.microsecond, 1000)
    return f":{moment.second:02d}." + (f"{moment.microsecond:06d}" if rest else f"{milliseconds:03d}")


def _format_offset(moment: datetime) -> str:
    offset = moment.utcoffset()
    if offset is None:
        return ""
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}" if minutes else "Z"


def zone_of(name: str) -> tzinfo:
    """The zone of an IANA id, ``UTC``, ``Z`` or an offset such as ``+02:00``."""
    zone = _find_zone(name) if len(name) <= 64 else None
    if zone is None:
        close = closest(name, available_timezones())
        unknown = phrase("There is no such time zone. Use an id such as Europe/Paris.")
        meant = with_hint(phrase("There is no such time zone."), close, "") if close else unknown
        raise Failure("ERR_EXPR_ZONE", meant)
    return zone


@cache
def zone_names() -> tuple[str, ...]:
    """All ids, ``UTC`` first and those of cities before the old ones without."""
    return tuple(sorted(available_timezones(), key=lambda name: (name != "UTC", "/" not in name, name)))


@lru_cache(maxsize=1024)
def _find_zone(name: str) -> tzinfo | None:
    if name in ("Z", "UTC"):
        return UTC
    offset = _ZONE_OFFSET.fullmatch(name)
    if offset:
        return _fixed_zone(*offset.groups())
    if not _ZONE_NAME.fullmatch(name) or name.startswith(_NOT_ZONES):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _fixed_zone(sign: str, hours: str, minutes: str) -> tzinfo | None:
    if int(hours) > 18 or int(minutes) > 59:
        return None
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-distance if sign == "-" else distance)


#: By how much moving a moment forth and back may miss it: days that months lack, a day counted as a whole.
INEXACT = timedelta(days=4)
UNITS = ("years", "months", "days", "hours", "minutes", "seconds")


def shift(moment: datetime, amount: int, unit: str) -> datetime:
    """Move an instant by calendar years, months or days in its own zone, or by exact hours and less.

    31 January and one month is the last of February. Raises a ``Failure`` outside the years 1 to 9999.
    """
    try:
        if unit in ("hours", "minutes", "seconds"):
            return (moment.astimezone(UTC) + timedelta(**{unit: amount})).astimezone(moment.tzinfo)
        wall = moment.replace(tzinfo=None, fold=0)
        return in_zone(_shift_wall(wall, amount, unit), moment.tzinfo or UTC)
    except (OverflowError, ValueError):
        raise out_of_range(phrase("dates (years 1 to 9999)")) from None


def shift_day(day: date, amount: int, unit: str) -> date:
    """The same for a calendar day; only years, months and days."""
    try:
        return _shift_wall(midnight(day), amount, unit).date()
    except (OverflowError, ValueError):
        raise out_of_range(phrase("dates (years 1 to 9999)")) from None


def _shift_wall(wall: datetime, amount: int, unit: str) -> datetime:
    if unit == "days":
        return wall + timedelta(days=amount)
    months = wall.year * 12 + wall.month - 1 + amount * (12 if unit == "years" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    last = calendar.monthrange(year, month + 1)[1]
    return wall.replace(year=year, month=month + 1, day=min(wall.day, last))
