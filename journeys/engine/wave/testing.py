"""What a wave writes for tests: how many people entered one, and the end of one (engine.md, Sweeps)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import F

from journeyorch import bulk
from journeys.engine import tables
from journeys.engine.sums import SUMS
from journeys.engine.wave.handle import TEST_PEOPLE
from journeys.engine.wave.handled import Forgotten
from journeys.engine.wave.load import SWEEP
from journeys.models import Call, JourneyVersion, LaneInput, StepEvent
from journeys.models.lane import LANES


def count_people(entered: Mapping[tuple[int, int], int]) -> bool:
    """Add to the people of tests, by (version, run); False if somebody else has filled one up meanwhile.

    Or if somebody holds the version's row: whoever ends the test then waits for this wave, and must not be
    waited for in turn.
    """
    return all(_count(version, run, n) for (version, run), n in sorted(entered.items()))


def _count(version: int, run: int, n: int) -> bool:
    room = JourneyVersion.objects.filter(pk=version, test_run=run, test_people__lte=TEST_PEOPLE - n)
    if not bulk.skip_locked(room).values_list("pk"):
        return False
    return bool(room.update(test_people=F("test_people") + n))


def forget(forgotten: Iterable[Forgotten], now: datetime) -> None:
    """Delete what is left of ended test runs; results of their calls that come later find no call."""
    for one in forgotten:
        Call.objects.filter(instance_id__in=one.instances).delete()
        StepEvent.objects.filter(instance_id__in=one.instances).delete()
        bulk.delete(tables.INSTANCE, tables.UUID, one.instances)
        _forget_entrances(one)
        if one.all:
            for sums in SUMS:
                sums.hours.objects.filter(version=one.version_id, run=one.run, lane_id=one.lane_id).delete()
            if one.lane_id % LANES == 0:  # discards belong to no instance: the first lane sees to them
                _forget_discards(one, now)


def _forget_entrances(one: Forgotten) -> None:
    """Not those that the next run has taken over."""
    keys = [(*key, one.run) for key in set(one.entrances)]
    found = bulk.lookup(tables.ENTRANCE, (*tables.ENTRANCE_KEY, tables.RUN), keys, [tables.ID])
    bulk.delete(tables.ENTRANCE, tables.ID, [id for _, id in found])


def _forget_discards(one: Forgotten, now: datetime) -> None:
    """So many at a time; the sweep goes on until none is left."""
    discards = StepEvent.objects.filter(version=one.version_id, run=one.run, run__gt=0, instance_id=None)
    ids = list(discards.order_by("pk").values_list("pk", flat=True)[:SWEEP])
    StepEvent.objects.filter(pk__in=ids).delete()
    if len(ids) == SWEEP:
        again = (
            one.lane_id,
            LaneInput.Class.BULK,
            LaneInput.Kind.SWEEP,
            "",
            "",
            one.version_id,
            str(one.run),
        )
        bulk.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, [(*again, now)])
