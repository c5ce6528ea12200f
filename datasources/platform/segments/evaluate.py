"""Whether a person is in a segment, and until when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
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


class Look(NamedTuple):
    """Whether somebody is in a segment, and when time alone changes that next; None: never."""

    inside: bool
    again: datetime | None


def look(segment: CompiledSegment, fields: Fields, now: datetime, zone: ZoneInfo) -> Look:
    """``again`` is to the second, and at the latest in a day.

    Found by asking for later moments, so it holds for whatever somebody writes about time. Who was judged
    without a look at the clock is judged alike at every moment: that is most people of most segments.
    """
    context = _Watching(datasources={PROFILE_SOURCE: {PROFILE_GROUP: fields}}, now=now, zone=zone)
    inside = _is_true(segment, context)
    if not (segment.by_time and context.has_looked):
        return Look(inside, None)
    return Look(inside, _changes_at(segment, fields, now, zone, inside))


def is_in(segment: CompiledSegment, fields: Fields, now: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody is in a segment at a moment."""
    context = Context(datasources={PROFILE_SOURCE: {PROFILE_GROUP: fields}}, now=now, zone=zone)
    return _is_true(segment, context)


class _Watching(Context):
    """Notices whether an evaluation has looked at the clock."""

    __slots__ = ("_now", "has_looked")

    @property
    def now(self) -> datetime:
        self.has_looked = True
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._now, self.has_looked = moment, False


def _is_true(segment: CompiledSegment, context: Context) -> bool:
    """An expression that fails on somebody's data is not true for them."""
    try:
        return bool(segment.expression.evaluate(context))
    except RunTimeError:
        return False


def _changes_at(
    segment: CompiledSegment, fields: Fields, now: datetime, zone: ZoneInfo, present: bool
) -> datetime | None:
    before = timedelta(0)
    for ahead in _AHEAD:
        if is_in(segment, fields, now + ahead, zone) != present:
            # Somebody is looked at again in a day: when exactly it changes later, they are told then.
            far = before >= LATEST
            return now + (LATEST if far else _between(segment, fields, now, zone, before, ahead, present))
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
