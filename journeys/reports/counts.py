"""How many people entered, are where, took which path, failed: the live figures of one version."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Sum

from journeys.definition.document import Document
from journeys.engine.decide.operate import REOPENED
from journeys.models import Instance, JourneyVersion, StepCount, StepEvent

Status = StepEvent.Status
FAILURES = {Status.ERROR, Status.TIMED_OUT, Status.CAPPED}


class Summed(NamedTuple):
    """So many step events of one activity went one way (a row of ``StepCount`` without hour and lane)."""

    activity: str
    path: str
    status: int
    n: int


class Counts(NamedTuple):
    """Figures by activity, by (activity, path), by discard reason, and of the whole version.

    ``failed`` counts people for whom the journey ended in error; ``errors`` also those who went on along an
    alternative path.
    """

    entered: int
    inside: int
    finished: int
    failed: int
    timed_out: int
    stopped: int
    discarded: int
    here: dict[str, int]
    left: dict[str, int]
    errors: dict[str, int]
    paths: dict[tuple[str, str], int]
    discards: dict[str, int]

    def flat(self) -> dict[str, int]:
        """Every figure under the name by which pages mark where it is shown."""
        totals = {f"total:{name}": getattr(self, name) for name in TOTALS}
        here = {f"here:{activity}": n for activity, n in self.here.items()}
        errors = {f"errors:{activity}": n for activity, n in self.errors.items()}
        left = {f"left:{activity}": n for activity, n in self.left.items()}
        paths = {f"path:{activity}:{path}": n for (activity, path), n in self.paths.items()}
        return totals | here | errors | left | paths


TOTALS = ("entered", "inside", "finished", "failed", "timed_out", "stopped", "discarded")


def counts_of(version: JourneyVersion, document: Document, *, since: datetime | None = None) -> Counts:
    """The figures of a version, as of now: two queries.

    ``since``: only of what happened in this hour and later. Who is where is always as of now, so the figures
    that are worked out from both (``finished``) are not told then.
    """
    rows = StepCount.objects.filter(version=version, run=version.run)
    summed = (
        (rows if since is None else rows.filter(hour__gte=since.replace(minute=0, second=0, microsecond=0)))
        .values_list("activity", "path", "status")
        .annotate(n=Sum("n"))
        .order_by()
    )
    here = (
        Instance.objects.of_run(version).filter(ended_at=None).values_list("activity").annotate(n=Count("pk"))
    )
    counts = add_up(map(Summed._make, summed), here=dict(here.order_by()), start=document.start)
    return counts if since is None else counts._replace(finished=0)


def add_up(rows: Iterable[Summed], *, here: dict[str, int], start: Iterable[str]) -> Counts:
    """Figures from sums; who left a start event has entered. Whom an operator brought back has not failed."""
    by_status: Counter[int] = Counter()
    left, errors, discards, ends = Counter[str](), Counter[str](), Counter[str](), Counter[int]()
    paths: defaultdict[tuple[str, str], int] = defaultdict(int)
    reopened = 0
    for row in rows:
        by_status[row.status] += row.n
        if row.status == Status.DISCARDED:
            discards[row.path] += row.n
            continue
        if row.status == Status.OPERATED:
            reopened += row.n if row.path == REOPENED else 0
            continue
        left[row.activity] += row.n
        if row.status in FAILURES and row.path != "timeout":
            errors[row.activity] += row.n
        if row.path:
            paths[row.activity, row.path] += row.n
        else:
            ends[row.status] += row.n
    entered = sum(left[activity] for activity in start)
    failed = sum(ends[status] for status in FAILURES) - reopened
    lost = (failed, ends[Status.INSTANCE_TIMED_OUT], ends[Status.STOPPED])
    inside = sum(here.values())
    return Counts(
        entered=entered,
        inside=inside,
        # The two queries are not of the same instant: never show less than nobody.
        finished=max(0, entered - inside - sum(lost)),
        failed=lost[0],
        timed_out=lost[1],
        stopped=lost[2],
        discarded=by_status[Status.DISCARDED],
        here=here,
        left=dict(left),
        errors=dict(errors),
        paths=dict(paths),
        discards=dict(discards),
    )
