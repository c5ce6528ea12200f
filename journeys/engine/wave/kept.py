"""Inputs of people whose version cannot be compiled any more: kept, and handled once it can.

They stay in their lanes, out of turn, with their ids. Whoever has newer plans puts them back in line before
its first wave by these, so that they are handled before everything of the same people that came later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from journeyorch import bulk
from journeyorch.bulk import Column
from journeys.engine import tables
from journeys.engine.plans import SandboxPlans, plans_of
from journeys.engine.wave.handled import Kept
from journeys.models import JourneyVersion, LaneInput

#: So many are put back in one statement, and at most so many times in one go: whoever does it has leases,
#: which end, and a supervisor that waits for a sign of life.
BATCH, GO = 1000, 10
#: What an input waits for that waits for several versions: each change is an occasion to look at it.
SEVERAL = 0

_TURN = (Column("bulk", "smallint"), Column("waits_for", "bigint"))


def keep(kept: Sequence[Kept]) -> None:
    """Take inputs out of the line, in the wave that cannot handle them."""
    rows = [(one.input_id, LaneInput.Class.KEPT, _waits_for(one.versions), one.detail) for one in kept]
    bulk.update(tables.LANE_INPUT, [tables.ID], [*_TURN, Column("detail", "text")], rows)


def _waits_for(versions: Collection[int]) -> int:
    return next(iter(versions)) if len(versions) == 1 else SEVERAL


def take_up(sandbox_id: int, plans: SandboxPlans) -> bool:
    """Put back in line what waits for versions that these plans have again, or that are over; whether that is
    all. If not, call it again; nothing may be decided by these plans before.

    Once for the same plans: what is kept by them waits for other plans.
    """
    if plans.has_taken_up:
        return True
    _mark_broken(sandbox_id, plans)
    for number, ids in enumerate(_batches(sandbox_id, plans)):
        if number == GO:
            return False
        rows = [(id, LaneInput.Class.LIVE, None) for id in ids]
        # In the order of their ids, as every process does whose plans are new.
        bulk.update(tables.LANE_INPUT, [tables.ID], _TURN, rows, in_order=True)
    plans.has_taken_up = True
    return True


def take_up_now(sandbox_id: int) -> bool:
    """``take_up`` by the plans of the present configuration."""
    return take_up(sandbox_id, plans_of(sandbox_id))


def _batches(sandbox_id: int, plans: SandboxPlans) -> Iterator[list[int]]:
    for version_id in kept_for(sandbox_id) - plans.broken.keys():
        while ids := _some(sandbox_id, version_id):
            yield ids


def _mark_broken(sandbox_id: int, plans: SandboxPlans) -> None:
    """So that operators see which versions cannot be run, without compiling all."""
    marked = JourneyVersion.objects.filter(sandbox_id=sandbox_id, is_broken=True)
    known, broken = set(marked.values_list("pk", flat=True)), set(plans.broken)
    for changed, is_broken in ((broken - known, True), (known - broken, False)):
        if changed:
            JourneyVersion.objects.filter(pk__in=changed).update(is_broken=is_broken)


def kept_for(sandbox_id: int) -> set[int]:
    """The versions for which some input of the sandbox is kept."""
    kept = LaneInput.objects.kept(sandbox_id).order_by("waits_for")
    return {id for id in kept.values_list("waits_for", flat=True).distinct() if id is not None}


def _some(sandbox_id: int, version_id: int) -> list[int]:
    kept = LaneInput.objects.kept(sandbox_id).filter(waits_for=version_id).order_by("pk")
    return list(kept.values_list("pk", flat=True)[:BATCH])
