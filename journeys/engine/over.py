"""Which runs of versions are over: their people count as ended wherever loaded (engine.md, Sweeps)."""

from __future__ import annotations

from collections.abc import Iterable

from journeyorch import bulk
from journeys.engine import tables
from journeys.models import JourneyVersion


def over(runs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of these (version, run), 0 for no test: those of stopped versions, and test runs that have ended."""
    asked = sorted(set(runs))
    condition = over_condition("t", run="v.run")
    found = bulk.lookup(
        tables.VERSION, [tables.ID], asked, [tables.ID], given=[tables.RUN], condition=condition
    )
    return {asked[ordinal] for ordinal, _ in found}


def over_condition(version: str, *, run: str) -> str:
    """The rule as a condition in SQL, of a version's row and the number of a run."""
    status = JourneyVersion.Status
    return (
        f"CASE WHEN {run} > 0 THEN {version}.status <> '{status.TEST}' OR {version}.test_run <> {run}"
        f" ELSE {version}.status = '{status.STOPPED}' END"
    )
