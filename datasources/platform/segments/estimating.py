"""How many people a segment would have: counted where they are few, else told from a sample."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import sqrt
from random import SystemRandom
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, QuerySet

from datasources.platform.profiles.models import Profile
from datasources.platform.profiles.people import load_roots, read_in_portions
from datasources.platform.segments.compiling import CompiledSegment, compiled_alone, needs_of
from datasources.platform.segments.evaluate import is_in
from journeyorch import bulk
from journeyorch.expressions import ExpressionError

#: So many people are looked at, at most; fewer if their experience events are read.
SAMPLE, SAMPLE_WITH_EVENTS = 5000, 500
_AT_ONCE = 500
# Ids are drawn at random in so many rounds; others than people's, or of other sandboxes, are drawn in vain.
_ROUNDS, _DRAWN = 20, 5000
_Z = 1.96  # of the normal distribution, for 95 %
_RANDOM = SystemRandom()


class Estimate(NamedTuple):
    """``size`` people of ``people``; between ``low`` and ``high`` with 95 % confidence, from ``sample``."""

    people: int
    sample: int
    size: int
    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        return self.sample == self.people


def estimated(hits: int, *, sample: int, people: int) -> Estimate:
    """What a simple random sample tells of everybody (the interval of Wilson, 1927)."""
    if sample >= people or not sample:
        return Estimate(people, sample, hits, hits, hits if sample >= people else people)
    share, squared = hits / sample, _Z * _Z
    middle = (share + squared / (2 * sample)) / (1 + squared / sample)
    half = _Z * sqrt(share * (1 - share) / sample + squared / (4 * sample * sample)) / (1 + squared / sample)
    # What was seen is certain: so many are in, and so many are not.
    low = max(hits, round((middle - half) * people))
    high = min(people - (sample - hits), round((middle + half) * people))
    return Estimate(people, sample, round(share * people), low, high)


def estimate_of(source: str, sandbox_id: int) -> dict[str, Any]:
    """What pages show of an expression that is not saved: ``found``, or ``refused`` with what is wrong."""
    try:
        segment, zone = compiled_alone(source, sandbox_id)
    except ExpressionError as error:
        return {"refused": [problem.message for problem in error.problems]}
    return {"found": estimate(segment, sandbox_id, zone=zone, now=bulk.database_now())}


def estimate(segment: CompiledSegment, sandbox_id: int, *, zone: ZoneInfo, now: datetime) -> Estimate:
    """Look at everybody if they are few, else at a sample of people drawn at random; nothing is written."""
    everybody = Profile.objects.filter(sandbox=sandbox_id, merged_into=None)
    people, most = everybody.count(), SAMPLE_WITH_EVENTS if segment.reads_events else SAMPLE
    ids = list(everybody.values_list("pk", flat=True)) if people <= most else _drawn(everybody, most)
    parts = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    hits = sum(_hits(segment, part, zone, now) for part in parts)
    return estimated(hits, sample=len(ids), people=people)


def _drawn(everybody: QuerySet[Profile], wanted: int) -> list[int]:
    """Different people, each as likely as any other."""
    ends = everybody.aggregate(first=Min("pk"), last=Max("pk"))
    every = range(ends["first"], ends["last"] + 1)
    found: set[int] = set()
    for _round in range(_ROUNDS):
        drawn = _RANDOM.sample(every, min(_DRAWN, len(every)))
        found.update(everybody.filter(pk__in=drawn).values_list("pk", flat=True))
        if len(found) >= wanted:
            return _RANDOM.sample(sorted(found), wanted)
    return sorted(found)


def _hits(segment: CompiledSegment, ids: Sequence[int], zone: ZoneInfo, now: datetime) -> int:
    portions = read_in_portions(load_roots(ids).values(), needs_of([segment], now), now=now)
    return sum(is_in(segment, one.fields, now, zone) for people in portions for one in people.values())
