"""How the installation is, over the API: what the page of operations shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.views import ApiView
from journeys.reports.condition import Condition, Host, System, condition_of
from journeys.views.operations import OPERATE
from journeys.views.running import SEE_INLETS


class HostAnswer(Answer):
    """``residents``: processes by kind that have reported lately; ``wanted``: how many there should be."""

    host: str
    startedAt: datetime  # noqa: N815 - the name in the answer
    reportedAt: datetime  # noqa: N815
    residents: dict[str, int]
    wanted: dict[str, int]
    isWhole: bool  # noqa: N815


class LagAnswer(Answer):
    """Seconds, but for ``unrouted``, a number of events."""

    unrouted: int
    unroutedSeconds: float  # noqa: N815
    inputSeconds: float  # noqa: N815
    timerSeconds: float  # noqa: N815
    isLate: bool  # noqa: N815


class SystemAnswer(Answer):
    """``due``: calls that wait; ``openedAt``: since when it is left alone."""

    label: str
    due: int
    failures: int
    openedAt: datetime | None  # noqa: N815
    lastError: str  # noqa: N815


class CountAnswer(Answer):
    code: str
    events: int


class FailureAnswer(Answer):
    """People whose journey ended at a step in the last 24 hours, for one reason."""

    version: str
    activity: str
    code: str
    people: int


class ParkedAnswer(Answer):
    version: str
    people: int


class OperationsAnswer(Answer):
    """``openTasks``: ids of background tasks."""

    hosts: list[HostAnswer]
    lag: LagAnswer
    systems: list[SystemAnswer]
    quarantined: list[CountAnswer]
    failures: list[FailureAnswer]
    parked: list[ParkedAnswer]
    openTasks: list[int]  # noqa: N815


class Operations(ApiView):
    permissions = (SEE_INLETS, OPERATE)

    @operation("read_operations", tag="Operations", answer=OperationsAnswer)
    def get(self, request: Request) -> Response:
        """Who works, how late it is, what fails: as it is now."""
        return Response(_shown(condition_of(sandbox_of(request).pk, bulk.database_now())))


def _shown(condition: Condition) -> dict[str, Any]:
    lag = condition.lag
    return {
        "hosts": [_host(one) for one in condition.hosts],
        "lag": {
            "unrouted": lag.unrouted,
            "unroutedSeconds": lag.unrouted_age,
            "inputSeconds": lag.inputs,
            "timerSeconds": lag.timers,
            "isLate": lag.is_late,
        },
        "systems": [_system(one) for one in condition.systems],
        "quarantined": [{"code": code, "events": n} for code, n in condition.quarantined],
        "failures": [{**one._asdict(), "version": str(one.version.uid)} for one in condition.failures],
        "parked": [{"version": str(one.version.uid), "people": one.people} for one in condition.parked],
        "openTasks": [task.pk for task in condition.tasks],
    }


def _host(one: Host) -> dict[str, Any]:
    return {
        "host": one.name,
        "startedAt": one.started_at,
        "reportedAt": one.reported_at,
        "residents": one.residents,
        "wanted": one.wanted,
        "isWhole": one.is_whole,
    }


def _system(one: System) -> dict[str, Any]:
    breaker = one.breaker
    return {
        "label": one.label,
        "due": one.due,
        "failures": breaker.failures if breaker else 0,
        "openedAt": breaker.opened_at if breaker else None,
        "lastError": breaker.last_error if breaker else "",
    }
