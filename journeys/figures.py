"""Figures about the engine: how late it is, what it has done today, what waits to be called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Count, Sum

from events.figures import MOST
from journeyorch import bulk
from journeyorch.access.models import Sandbox
from journeyorch.observing.figures import Figure, Sample
from journeys.engine.lanes import lateness
from journeys.models import Call, Instance, JourneyVersion, StepCount, StepEvent


def figures(now: datetime) -> Iterator[Figure]:
    yield from _lateness(now)
    yield _steps(now)
    yield _calls(now)
    yield _versions()
    yield _people()


def _lateness(now: datetime) -> Iterator[Figure]:
    inputs, timers = [], []
    for id, name in Sandbox.objects.order_by("name").values_list("pk", "name"):
        late = lateness(id, now)
        inputs.append(Sample(late.inputs, {"sandbox": name}))
        timers.append(Sample(late.timers, {"sandbox": name}))
    help = "How long the oldest event, answer or other input has been waiting for its person's turn."
    yield Figure("input_lag_seconds", help, inputs, labels=("sandbox",))
    help = "How late the timer is that should have fired first."
    yield Figure("timer_lag_seconds", help, timers, labels=("sandbox",))


def _steps(now: datetime) -> Figure:
    """A counter may begin anew: this one does each day, so that it costs the same after years."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    # Named, because the index begins with the version.
    published = list(JourneyVersion.objects.published().values_list("pk", flat=True))
    of_today = StepCount.objects.filter(version__in=published, hour__gte=today, run=0)
    sums = dict(of_today.values_list("status").annotate(Sum("n")))
    samples = [Sample(sums.get(one.value, 0), {"status": one.name.lower()}) for one in StepEvent.Status]
    help = "Steps of people since midnight (UTC), by what became of them; tests are left out."
    return Figure("steps", help, samples, "counter", ("status",))


def _calls(now: datetime) -> Figure:
    due = Call.objects.due(now).order_by("endpoint", "not_before").values_list("endpoint")[:MOST]
    rows = Call.objects.filter(pk__in=due.values("pk")).values_list("endpoint").annotate(Count("pk"))
    samples = [Sample(n, {"endpoint": endpoint}) for endpoint, n in rows]
    help = f"Calls to other systems that are due and not begun, {MOST} at most."
    return Figure("calls_due", help, samples, labels=("endpoint",))


def _versions() -> Figure:
    counts = dict(JourneyVersion.objects.values_list("status").annotate(Count("pk")))
    samples = [Sample(counts.get(status, 0), {"status": status}) for status in JourneyVersion.Status.values]
    return Figure("journey_versions", "Versions of journeys, by status.", samples, labels=("status",))


def _people() -> Figure:
    help = "People inside journeys, as the database's statistics have it; on SQLite counted."
    if connection.vendor != "postgresql":
        return Figure("people_inside", help, [Sample(Instance.objects.filter(ended_at=None).count())])
    # Counting millions takes seconds; the index of those inside is measured whenever it is cleaned.
    ((estimate,),) = bulk.run("SELECT reltuples FROM pg_class WHERE relname = %s", ["instance_inside"])
    return Figure("people_inside", help, [Sample(max(0, estimate))])
