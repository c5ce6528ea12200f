"""How the installation is: who works, how late it is, what fails. Of people it tells only how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Sum

from events.figures import MOST, unrouted
from events.models import Quarantined
from journeyorch.background.models import BackgroundTask
from journeyorch.models import Resident, Supervisor
from journeyorch.observing.workers import SILENT_AFTER
from journeyorch.outbound.endpoints import endpoints_of
from journeyorch.outbound.models import Breaker
from journeys.engine.lanes import lateness
from journeys.models import Call, Instance, JourneyVersion, LaneInput, StepErrorCount
from journeys.reports.counts import FAILURES

#: Failures of the last hours.
HOURS = 24
#: Whoever is later than this, in seconds, is told as late.
LATE = 60.0
_ROWS = 50


class Host(NamedTuple):
    """One running ``runworkers``, with its residents that have reported lately, by kind."""

    name: str
    started_at: datetime
    reported_at: datetime
    residents: dict[str, int]
    wanted: dict[str, int]

    @property
    def is_whole(self) -> bool:
        return all(self.residents.get(kind, 0) >= n for kind, n in self.wanted.items())


class Lag(NamedTuple):
    """What waits in a sandbox, and how long, in seconds."""

    unrouted: int
    unrouted_age: float
    inputs: float
    timers: float

    @property
    def is_late(self) -> bool:
        return max(self.unrouted_age, self.inputs, self.timers) > LATE


class System(NamedTuple):
    """An endpoint that fails, or for which calls wait."""

    label: str
    page: str
    due: int
    breaker: Breaker | None


class Failure(NamedTuple):
    """So many people whose journey ended at one step, for one reason, in the last hours."""

    version: JourneyVersion
    activity: str
    code: str
    people: int


class Parked(NamedTuple):
    version: JourneyVersion
    people: int


class Broken(NamedTuple):
    """A version that cannot be compiled any more: so many people are inside, so much waits for it."""

    version: JourneyVersion
    people: int
    waiting: int


class Condition(NamedTuple):
    hosts: list[Host]
    lag: Lag
    systems: list[System]
    quarantined: list[tuple[str, int]]
    failures: list[Failure]
    parked: list[Parked]
    broken: list[Broken]
    tasks: list[BackgroundTask]


def condition_of(sandbox_id: int, now: datetime) -> Condition:
    """Everything, in about a dozen statements that are bounded whatever is in the database."""
    versions = _versions(sandbox_id)
    return Condition(
        hosts=_hosts(now),
        lag=lag_of(sandbox_id, now),
        systems=_systems(sandbox_id, now),
        quarantined=_quarantined(sandbox_id),
        failures=_failures(versions, now),
        parked=_parked(versions),
        broken=_broken(sandbox_id, versions),
        tasks=list(
            BackgroundTask.objects.filter(sandbox_id=sandbox_id, state=BackgroundTask.State.OPEN)[:_ROWS]
        ),
    )


def _hosts(now: datetime) -> list[Host]:
    at_work = Resident.objects.filter(reported_at__gte=now - SILENT_AFTER)
    residents = Counter(at_work.values_list("supervisor", "kind"))
    return [
        Host(
            one.host,
            one.started_at,
            one.reported_at,
            {kind: n for (id, kind), n in residents.items() if id == one.pk},
            {"drain": one.drain_residents, "call": one.call_residents},
        )
        for one in Supervisor.objects.alive().order_by("host", "pk")
    ]


def lag_of(sandbox_id: int, now: datetime) -> Lag:
    return Lag(*unrouted(sandbox_id, now), *lateness(sandbox_id, now))


def _systems(sandbox_id: int, now: datetime) -> list[System]:
    """Those in trouble first. Endpoints of other sandboxes are left out, as their calls are."""
    failing = {one.endpoint: one for one in Breaker.objects.filter(sandbox=sandbox_id, failures__gt=0)}
    due = Call.objects.due(now).order_by("endpoint", "not_before").values_list("sandbox", "endpoint")[:MOST]
    waiting = Counter(endpoint for sandbox, endpoint in due if sandbox == sandbox_id)
    known = {one.key: one for one in endpoints_of(sandbox_id)}
    found = [
        System(
            known[key].label if key in known else key,
            known[key].page if key in known else "",
            waiting[key],
            failing.get(key),
        )
        for key in {*failing, *waiting}
    ]
    return sorted(found, key=lambda one: (one.breaker is None, -one.due, one.label))


def _quarantined(sandbox_id: int) -> list[tuple[str, int]]:
    newest = Quarantined.objects.filter(sandbox=sandbox_id).order_by("-received_event")
    return Counter(newest.values_list("code", flat=True)[:MOST]).most_common()


def _failures(versions: Mapping[int, JourneyVersion], now: datetime) -> list[Failure]:
    rows = (
        StepErrorCount.objects.filter(
            version__in=versions, hour__gt=now - timedelta(hours=HOURS), run=0, path="", status__in=FAILURES
        )
        .values_list("version", "activity", "code")
        .annotate(people=Sum("n"))
        .order_by("-people")[:_ROWS]
    )
    return [Failure(versions[version], activity, code, n) for version, activity, code, n in rows]


def _parked(versions: Mapping[int, JourneyVersion]) -> list[Parked]:
    parked = Instance.objects.real().filter(position=Instance.Position.PARKED, version__in=versions)
    counts = parked.values_list("version").annotate(n=Count("pk")).order_by("-n")[:_ROWS]
    return [Parked(versions[version], n) for version, n in counts]


def _broken(sandbox_id: int, versions: Mapping[int, JourneyVersion]) -> list[Broken]:
    """Counted as far as ``MOST``: a version may have a million people."""
    return [
        Broken(
            version,
            Instance.objects.real().filter(version=version, ended_at=None)[:MOST].count(),
            LaneInput.objects.kept(sandbox_id).filter(waits_for=version.pk)[:MOST].count(),
        )
        for version in [one for one in versions.values() if one.is_broken][:_ROWS]
    ]


def _versions(sandbox_id: int) -> dict[int, JourneyVersion]:
    published = JourneyVersion.objects.published().filter(sandbox=sandbox_id)
    return {version.pk: version for version in published.select_related("journey").defer("document")}
