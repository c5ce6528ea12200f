"""Keeps the sums of whole days (journeys/models/daily.py) what the folded hours add up to.

The days of a version are worked out once, of all its hours, when it has none yet or its sandbox has got
another time zone; from then on each hour that is folded is added to its day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Sum
from django.db.models.functions import TruncDay

from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.time_zones import begins, zone_of
from journeys.engine import tables
from journeys.engine.sums import SUMS, Sums
from journeys.models import DaysKept, JourneyVersion
from journeys.models.hourly import FOLDED

_DAY = Column("day", "timestamptz")


def lock_days(version_id: int) -> tzinfo | None:
    """In which zone the days of a version are kept, until the transaction ends; None: they are not."""
    DaysKept.objects.bulk_create([DaysKept(version_id=version_id)], ignore_conflicts=True)
    zone = DaysKept.objects.select_for_update().values_list("zone", flat=True).get(version=version_id)
    return zone_of(zone) if zone else None


def add_to_days(sums: Sums, added: Mapping[tuple[Any, ...], int], zone: tzinfo) -> None:
    """Add folded hours, by their key, to the days that they are in."""
    days: Counter[tuple[Any, ...]] = Counter()
    for key, n in added.items():
        named = dict(zip((column.name for column in sums.key), key, strict=True))
        named["day"] = begins(named["hour"], "day", zone)
        days[tuple(named[column.name] for column in day_key(sums))] += n
    _write(sums, days)


def keep_days() -> bool:
    """Work out the days of one version that has none in the zone of its sandbox; True if there was one."""
    kept = DaysKept.objects.filter(version=OuterRef("pk"), zone=OuterRef("sandbox__time_zone"))
    missing = JourneyVersion.objects.published().filter(~Exists(kept)).order_by("pk")
    found = missing.values_list("pk", "sandbox__time_zone").first()
    if found:
        _work_out(*found)
    return found is not None


def _work_out(version_id: int, zone: str) -> None:
    with transaction.atomic():
        lock_days(version_id)
        for sums in SUMS:
            sums.days.objects.filter(version=version_id).delete()
            names = [column.name for column in day_key(sums)]
            folded = sums.hours.objects.filter(version=version_id, run=0, lane_id=FOLDED)
            by_day = folded.annotate(day=TruncDay("hour", tzinfo=zone_of(zone))).values_list(*names)
            _write(sums, {tuple(key): n for *key, n in by_day.annotate(Sum("n")).order_by()})
        DaysKept.objects.filter(version=version_id).update(zone=zone)


def day_key(sums: Sums) -> tuple[Column, ...]:
    """The key of a day: without lane and run, which are those of folded hours."""
    return tuple(
        _DAY if column.name == "hour" else column
        for column in sums.key
        if column.name not in ("lane_id", "run")
    )


def _write(sums: Sums, days: Mapping[tuple[Any, ...], int]) -> None:
    key = day_key(sums)
    rows = [(*values, days[values]) for values in sorted(days)]
    bulk.insert(sums.days._meta.db_table, (*key, tables.N), rows, on_conflict=tables.added_up(key))
