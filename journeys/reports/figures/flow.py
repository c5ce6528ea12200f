"""The flow through one version in a period: who came to each activity, went which way, and was lost."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from journeys.definition.document import Document
from journeys.models import JourneyVersion
from journeys.reports.counts import Counts, Summed, add_up
from journeys.reports.figures import facts, sums
from journeys.reports.figures.facts import Activity, Steps
from journeys.reports.figures.periods import Period
from journeys.reports.figures.shape import shape_of
from journeys.reports.figures.sums import Scope


class Flow(NamedTuple):
    """``counts``: for the drawing, ``here`` being who came to each activity in the period.

    ``lost``: by activity, for whom the journey ended there though it did not have to: failed, timed out,
    stopped.
    """

    counts: Counts
    activities: dict[str, Activity]
    lost: Counter[str]


def flow_of(version: JourneyVersion, document: Document, period: Period) -> Flow:
    """Three queries."""
    scope, shapes = Scope.of([version]), {version.pk: shape_of(version.document)}
    steps = sums.steps(scope, period)
    found = facts.activities(steps, sums.errors(scope, period), sums.times(scope, period), shapes)
    counts = add_up(
        (Summed(row.activity, row.path, row.status, row.n) for row in steps),
        here={id: one.entered for id, one in found.items()},
        start=document.start,
    )
    return Flow(counts, found, _lost(steps))


def _lost(steps: list[Steps]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in steps:
        if row.is_lost:
            found[row.activity] += row.n
    return found
