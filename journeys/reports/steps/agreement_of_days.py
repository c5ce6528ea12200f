"""Whether kept days are what the folded hours in them add up to, exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from django.db.models import BooleanField, QuerySet, Sum, Value
from django.db.models.functions import TruncDay

from journeyorch.time_zones import zone_of
from journeys.engine.days import day_key
from journeys.engine.sums import SUMS, Sums
from journeys.models import DaysKept
from journeys.models.hourly import FOLDED
from journeys.reports.steps.disagreement import Disagreement


def disagreements_of_days(*, version_id: int | None = None) -> Iterator[Disagreement]:
    """A kind of sums of one version at a time; a statement sees one moment of both."""
    kept = DaysKept.objects.exclude(zone="")
    if version_id is not None:
        kept = kept.filter(version=version_id)
    for version, zone in kept.values_list("version", "zone"):
        for sums in SUMS:
            yield from _compare(sums, version, zone_of(zone))


def _compare(sums: Sums, version_id: int, zone: tzinfo) -> Iterator[Disagreement]:
    names = [column.name for column in day_key(sums) if column.name != "day"]
    folded = sums.hours.objects.filter(version=version_id, run=0, lane_id=FOLDED)
    days = sums.days.objects.filter(version=version_id)
    of_hours = _added_up(folded, names, TruncDay("hour", tzinfo=zone), is_day=False)
    of_days = _added_up(days, names, TruncDay("day", tzinfo=zone), is_day=True)
    found: dict[bool, Counter[tuple[Any, ...]]] = {False: Counter(), True: Counter()}
    for moment, *key, is_day, n in of_hours.union(of_days, all=True):
        found[bool(is_day)][moment, *key] += n
    for key in found[False].keys() | found[True].keys():
        if found[False][key] != found[True][key]:
            moment, *values = key
            named = dict(zip(names, values, strict=True))
            numbers = found[False][key], found[True][key]
            yield Disagreement(f"days of {sums.name}", version_id, moment.isoformat(), named, *numbers)


def _added_up(rows: QuerySet[Any], names: list[str], day: TruncDay, *, is_day: bool) -> QuerySet[Any, Any]:
    told = rows.annotate(moment=day, is_day=Value(is_day, BooleanField()))
    return told.values_list("moment", *names, "is_day").annotate(sum=Sum("n")).order_by()
