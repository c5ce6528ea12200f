"""Asks for hourly sums of some versions in a period, in few queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, Sum
from django.db.models.functions import TruncDay, TruncHour, TruncMonth, TruncWeek

from journeys.engine.decide import StepStatus
from journeys.models import JourneyVersion, MessageCount, StepCount, StepErrorCount, StepTimeCount
from journeys.reports.figures.facts import Errors, Messages, Steps
from journeys.reports.figures.periods import Period

_TRUNC: dict[str, Any] = {"hour": TruncHour, "day": TruncDay, "week": TruncWeek, "month": TruncMonth}


_STEPS = ("version", "activity", "path", "status")


class Scope(NamedTuple):
    """Whose figures: of each version those of its test, if it is in test, else the real ones."""

    runs: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, versions: Iterable[JourneyVersion]) -> Scope:
        return cls(tuple(sorted((version.pk, version.run) for version in versions)))

    @property
    def condition(self) -> Q:
        real = Q(version__in=[version for version, run in self.runs if not run], run=0)
        for version, run in self.runs:
            if run:
                real |= Q(version=version, run=run)
        return real


def steps(scope: Scope, period: Period | None) -> list[Steps]:
    """Sums of step events by version, activity, path and status."""
    return [Steps._make((*row[1:], row[0])) for row in _rows(StepCount, scope, period, "", *_STEPS)]


def ends(scope: Scope, period: Period, *, starts: Iterable[str], unit: str = "") -> list[Steps]:
    """Only what says who came in, and how journeys ended: a small part of all sums.

    ``starts``: the activities that people come in by. With ``unit`` also by the part of time.
    """
    telling = ~Q(status=StepStatus.TRANSITIONS) | Q(activity__in=sorted(starts))
    rows = _rows(StepCount, scope, period, unit, *_STEPS, condition=telling)
    return [Steps._make((*row[1:], row[0])) for row in rows]


def errors(scope: Scope, period: Period) -> list[Errors]:
    rows = _rows(StepErrorCount, scope, period, "", "version", "activity", "path", "code")
    return [Errors._make((*row[1:], row[0])) for row in rows]


def messages(scope: Scope, period: Period | None, *, unit: str = "") -> list[Messages]:
    found = _rows(MessageCount, scope, period, unit, "version", "activity", "status", "code")
    return [
        Messages(version, activity, status, code, n, at) for at, version, activity, status, code, n in found
    ]


def times(scope: Scope, period: Period | None) -> dict[tuple[int, str], Counter[int]]:
    """Histograms of how long people were there, by (version, activity); without those who went through."""
    found: dict[tuple[int, str], Counter[int]] = {}
    for _, version, activity, bucket, n in _rows(
        StepTimeCount, scope, period, "", "version", "activity", "bucket"
    ):
        found.setdefault((version, activity), Counter())[bucket] += n
    return found


def _rows(
    model: Any, scope: Scope, period: Period | None, unit: str, *by: str, condition: Q | None = None
) -> list[Any]:
    """(moment or None, *by, sum of n)."""
    found = model.objects.filter(scope.condition, *([condition] if condition else []))
    if period:
        found = found.filter(hour__gte=period.since, hour__lt=period.until)
    if not (unit and period):
        return [(None, *row) for row in found.values_list(*by).annotate(sum=Sum("n")).order_by()]
    at = _TRUNC[unit]("hour", tzinfo=period.zone)
    grouped = found.annotate(moment=at).values_list("moment", *by).annotate(sum=Sum("n")).order_by()
    return list(grouped)


def first_hour(scope: Scope) -> datetime | None:
    """Since when there are figures."""
    return StepCount.objects.filter(scope.condition).order_by("hour").values_list("hour", flat=True).first()
