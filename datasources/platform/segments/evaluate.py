"""Whether a person is in a segment, and until when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from datasources.platform.segments.compiling import CompiledSegment
from journeyorch.expressions import Context, RunTimeError
from journeyorch.expressions.scope import PROFILE_GROUP, PROFILE_SOURCE

# What references to the built-in source read (``Person.fields``).
Fields = Mapping[str, Any]

# Where a change is looked for; between two of these only one is expected.
_AHEAD = [
    *(timedelta(minutes=minutes) for minutes in (1, 10)),
    *(timedelta(hours=hours) for hours in (1, 6)),
    *(timedelta(days=days) for days in (1, 7, 30, 90, 366)),
]
_EXACT = timedelta(seconds=1)
#: At the latest, so that a change that came and went between two looks is found.
LATEST = timedelta(days=1)


def is_in(segment: CompiledSegment, fields: Fields, now: datetime, zone: ZoneInfo) -> bool:
    """An expression that fails on somebody's data is not true for them."""
    context = Context(datasources={PROFILE_SOURCE: {PROFILE_GROUP: fields}}, now=now, zone=zone)
    try:
        return bool(segment.expression.evaluate(context))
    except RunTimeError:
        return False


def recheck_at(segment: CompiledSegment, fields: Fields, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When time alone changes it next, to the second; at the latest in a day. None: never.

    Found by asking for later moments, so it holds for whatever somebody writes about time.
    """
    if not segment.by_time:
        return None
    present = is_in(segment, fields, now, zone)
    before = timedelta(0)
    for ahead in _AHEAD:
        if is_in(segment, fields, now + ahead, zone) != present:
            return now + min(_between(segment, fields, now, zone, before, ahead, present), LATEST)
        before = ahead
    return None


def _between(
    segment: CompiledSegment,
    fields: Fields,
    now: datetime,
    zone: ZoneInfo,
    before: timedelta,
    after: timedelta,
    present: bool,
) -> timedelta:
    """The first moment at which it is changed, by halving."""
    while after - before > _EXACT:
        middle = before + (after - before) / 2
        if is_in(segment, fields, now + middle, zone) == present:
            before = middle
        else:
            after = middle
    return after
