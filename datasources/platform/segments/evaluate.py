"""Whether a person is in a segment, and until when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from datasources.platform.segments.compiling import Clock, CompiledSegment
from journeyorch.expressions import Context, RunTimeError
from journeyorch.expressions.scope import PROFILE_GROUP, PROFILE_SOURCE
from journeyorch.expressions.times import INEXACT

# What references to the built-in source read (``Person.fields``).
Fields = Mapping[str, Any]

#: Nobody who may change is looked at again later than that, unless it is known that nothing changes before.
LATEST = timedelta(days=1)
# Where a change is looked for beside the moments at which comparisons turn; between two only one is expected.
_USUAL = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), LATEST)
# By the hour where an expression may mean hours of the day or days of the week.
_HOURLY = (*_USUAL[:2], *(timedelta(hours=hours) for hours in range(1, 25)))
# Moments that are asked about at most; whoever has more ahead of them is looked at again after the last one.
_MOST = 40
_EXACT = timedelta(seconds=1)


class Look(NamedTuple):
    """Whether somebody is in a segment, and when time alone changes that next; None: never."""

    inside: bool
    again: datetime | None


def look(segment: CompiledSegment, fields: Fields, now: datetime, zone: ZoneInfo) -> Look:
    """``again``: not before it does anything change, and what does change at it is known to the second.

    Comparisons such as ``inLastDays`` tell when they turn; until the first one does, nothing can change. What
    an expression makes of ``now()`` is found by asking for later moments; there a change that lasts for less
    than an hour may be missed. Who was judged without a look at the clock is judged alike at every moment.
    """
    context = _Watching(datasources={PROFILE_SOURCE: {PROFILE_GROUP: fields}}, now=now, zone=zone)
    turns: list[datetime] = []
    context.turns = turns
    inside = _is_true(segment, context)
    if segment.clock is Clock.NEVER or not context.has_looked:
        return Look(inside, None)
    if segment.clock is Clock.COMPARING:
        first = min(turns, default=None)
        if first is None or first > now + LATEST + INEXACT:
            return Look(inside, first and first - INEXACT)
    moments = _moments(turns, now, _USUAL if segment.clock is Clock.COMPARING else _HOURLY)
    return Look(inside, now + _first_change(segment, fields, now, zone, moments, inside))


def _moments(turns: Iterable[datetime], now: datetime, usual: Iterable[timedelta]) -> list[timedelta]:
    """When to ask, from now on; right behind each turn, because what is compared counts until then."""
    soon = (turn - now + _EXACT for turn in turns if now < turn <= now + LATEST)
    return sorted({*usual, *soon})[:_MOST]


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


def _first_change(
    segment: CompiledSegment,
    fields: Fields,
    now: datetime,
    zone: ZoneInfo,
    moments: Iterable[timedelta],
    present: bool,
) -> timedelta:
    """After how long it is changed; after the last of the moments if it is at none of them."""
    before = timedelta(0)
    for after in moments:
        if is_in(segment, fields, now + after, zone) != present:
            return _between(segment, fields, now, zone, before, after, present)
        before = after
    return before


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
