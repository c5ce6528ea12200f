"""Sweeps: ending everybody in a version, lane by lane, as bulk work (engine.md, Sweeps)."""

from __future__ import annotations

from datetime import datetime

from journeyorch import bulk
from journeys.engine import tables
from journeys.models import JourneyVersion, LaneInput, ProfileCap
from journeys.models.lane import LANES


def sweep_version(version_id: int, *, sandbox_id: int, now: datetime, run: int = 0) -> None:
    """Write one sweep input per lane; inside the transaction that sets the version's status.

    ``run``: it is a test run that is over, and everything that it left goes.
    """
    first = sandbox_id * LANES
    detail = str(run) if run else ""
    rows = [
        (lane, LaneInput.Class.BULK, LaneInput.Kind.SWEEP, "", "", version_id, detail, now)
        for lane in range(first, first + LANES)
    ]
    bulk.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, rows)


def end_run(version: JourneyVersion, *, now: datetime) -> None:
    """A test run is over: inside the transaction that gives the version its next status."""
    ProfileCap.objects.filter(version=version, in_test=True).delete()
    sweep_version(version.pk, sandbox_id=version.sandbox_id, now=now, run=version.test_run)
