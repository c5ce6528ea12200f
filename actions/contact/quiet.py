"""Quiet hours: when they are over for a person. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def end_of_quiet(begin: time, end: time, *, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet hours that ``now`` lies in are over, in UTC; None: it lies in none.

    ``begin`` counts, ``end`` does not; an end before the beginning is on the next day. An end in the hour
    that a change of clocks leaves out comes when it is over; one that comes twice is the first after ``now``.
    """
    local = now.astimezone(zone)
    clock = local.time()
    over_night = end < begin
    inside = clock >= begin or clock < end if over_night else begin <= clock < end
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if over_night and clock >= begin else local.date()
    ends = (datetime.combine(day, end.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    return next((moment for moment in ends if moment > now), None)
