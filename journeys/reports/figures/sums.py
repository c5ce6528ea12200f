"""Asks for hourly sums of some versions in a period, in few queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import DateTimeField, Q, Sum, Value
from django.db.models.functions import TruncDay, TruncHour, TruncMonth, TruncWeek

from journeys.engine.decide import StepStatus
from journeys.models import JourneyVersion, MessageCount, StepCount, StepErrorCount, StepTimeCount
from journeys.reports.figures.facts import Errors, Messages, Steps
from journeys.reports.figures.periods import Period

_TRUNC: dict[str, Any] = {"hour": TruncHour, "day": TruncDay, "week": TruncWeek, "month": TruncMonth}


_STEPS = ("version", "activity", "path", "status")


#: Sums that are read at once.
MOST_ROWS = 100_000


class TooMuch(Exception):
    """There are more sums than anybody would read: a shorter period, or fewer dimensions, would do."""


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


def steps(scope: Scope, period: Period, *, unit: str = "") -> list[Steps]:
    """Sums of step events by version, activity, path and status; with ``unit`` also by the part of time."""
    return [Steps._make((*row[1:], row[0])) for row in _rows(StepCount, scope, period, unit, *_STEPS)]


def ends(scope: Scope, period: Period, *, starts: Iterable[str], unit: str = "") -> list[Steps]:
    """Only what says who came in, and how journeys ended: a small part of all sums.

    ``starts``: the activities that people come in by. With ``unit`` also by the part of time.
    """
    telling = ~Q(status=StepStatus.TRANSITIONS) | Q(activity__in=sorted(starts))
    rows = _rows(StepCount, scope, period, unit, *_STEPS, condition=telling)
    return [Steps._make((*row[1:], row[0])) for row in rows]


def errors(scope: Scope, period: Period, *, unit: str = "") -> list[Errors]:
    rows = _rows(StepErrorCount, scope, period, unit, "version", "activity", "path", "code")
    return [Errors._make((*row[1:], row[0])) for row in rows]


def messages(scope: Scope, period: Period, *, unit: str = "") -> list[Messages]:
    found = _rows(MessageCount, scope, period, unit, "version", "activity", "status", "code")
    return [
        Messages(version, activity, status, code, n, at) for at, version, activity, status, code, n in found
    ]


def times(scope: Scope, period: Period) -> dict[tuple[int, str], Counter[int]]:
    """Histograms of how long people were there, by (version, activity); without those who went through."""
    found: dict[tuple[int, str], Counter[int]] = {}
    for _, version, activity, bucket, n in _rows(
        StepTimeCount, scope, period, "", "version", "activity", "bucket"
    ):
        found.setdefault((version, activity), Counter())[bucket] += n
    return found


def _rows(
    model: Any, scope: Scope, period: Period, unit: str, *by: str, condition: Q | None = None
) -> list[Any]:
    """(moment or None, *by, sum of n). Raises ``TooMuch``."""
    found = model.objects.filter(
        scope.condition,
        *([condition] if condition else []),
        hour__gte=period.since,
        hour__lt=period.until,
    )
    moment = _TRUNC[unit]("hour", tzinfo=period.zone) if unit else Value(None, DateTimeField())
    grouped = found.annotate(moment=moment).values_list("moment", *by).annotate(sum=Sum("n"))
    rows = list(grouped.order_by()[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        raise TooMuch
    return rows
