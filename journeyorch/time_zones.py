"""Time zones by name, and when parts of time begin in them. Pure."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(*names: object) -> ZoneInfo:
    """The first of the names that is one of a time zone known here, such as Europe/Paris; UTC if none is."""
    for name in names:
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            if isinstance(name, str):
                return ZoneInfo(name)
    return ZoneInfo("UTC")


def begins(moment: datetime, unit: str, zone: tzinfo) -> datetime:
    """When the hour, day, week or month begins that a moment is in."""
    local = moment.astimezone(zone)
    if unit == "hour":
        return local.replace(minute=0, second=0, microsecond=0)
    day = local.date()
    if unit == "week":
        day -= timedelta(days=day.weekday())
    elif unit == "month":
        day = day.replace(day=1)
    return midnight(day, zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """When the day begins there."""
    return datetime.combine(day, time(), zone)
