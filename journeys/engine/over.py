"""Which runs of versions are over: their people count as ended wherever they are loaded (engine.md § 5)."""

from __future__ import annotations

from collections.abc import Iterable

from journeyorch import bulk
from journeyorch.bulk import Column
from journeys.engine import tables
from journeys.models import JourneyVersion

_SELECT = (tables.ID, Column("status", "text"), Column("test_run", "integer"))


def over(runs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of these (version, run), 0 for no test: those of stopped versions, and test runs that have ended."""
    asked = set(runs)
    rows = bulk.by_ids(tables.VERSION, tables.ID, {version for version, _ in asked}, _SELECT)
    known = {id: (status, test_run) for id, status, test_run in rows}
    return {
        (version, run) for version, run in asked if version in known and _is_over(*known[version], run=run)
    }


def _is_over(status: str, test_run: int, *, run: int) -> bool:
    if run:
        return status != JourneyVersion.Status.TEST or run != test_run
    return status == JourneyVersion.Status.STOPPED
