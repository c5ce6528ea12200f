"""Figures of the floor: who works, which systems are left alone, what goes on for long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count

from journeyorch.background.models import BackgroundTask
from journeyorch.models import Kind, Resident, Supervisor
from journeyorch.observing.figures import Figure, Sample
from journeyorch.outbound.models import Breaker, CallTally
from journeyorch.supervisor import residents

#: Residents report once a second; whoever is silent for so long is replaced.
SILENT_AFTER = timedelta(seconds=residents.SILENT_AFTER)


def figures(now: datetime) -> Iterator[Figure]:
    yield Figure(
        "supervisors",
        "Running runworkers that reported lately.",
        [Sample(Supervisor.objects.alive().count())],
    )
    yield _residents(now)
    yield _breakers()
    yield _calls()
    yield _tasks()


def _residents(now: datetime) -> Figure:
    at_work = Resident.objects.filter(reported_at__gte=now - SILENT_AFTER)
    counts = dict(at_work.values_list("kind").annotate(Count("pk")))
    samples = [Sample(counts.get(kind, 0), {"kind": kind}) for kind in Kind.values]
    return Figure("residents", "Residents that reported lately, by what they do.", samples, labels=("kind",))


def _breakers() -> Figure:
    failing = Breaker.objects.filter(failures__gt=0).select_related("sandbox")
    samples = [
        Sample(one.opened_at is not None, {"sandbox": one.sandbox.name, "endpoint": one.endpoint})
        for one in failing
    ]
    help = "1: the endpoint is left alone for now; 0: it has failed lately."
    return Figure("breaker_open", help, samples, labels=("sandbox", "endpoint"))


def _calls() -> Figure:
    rows = CallTally.objects.values_list("endpoint", "result", "n")
    samples = [Sample(n, {"endpoint": endpoint, "result": result}) for endpoint, result, n in rows]
    help = "Attempts to call another system, by how they ended."
    return Figure("calls", help, samples, "counter", ("endpoint", "result"))


def _tasks() -> Figure:
    open = BackgroundTask.objects.filter(state=BackgroundTask.State.OPEN).count()
    return Figure("background_tasks", "Imports, exports and other long work under way.", [Sample(open)])
