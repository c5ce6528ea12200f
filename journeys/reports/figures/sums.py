"""Asks for sums of some versions in a period, in few queries: those of whole days where they are kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import DateTimeField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncDay, TruncHour, TruncMonth, TruncWeek

from journeys.engine import sums as kinds
from journeys.engine.decide import StepStatus
from journeys.engine.sums import Sums
from journeys.models import DaysKept, JourneyVersion
from journeys.models.hourly import FOLDED
from journeys.reports.figures.facts import Errors, Fetches, Messages, Steps, TraitMessages
from journeys.reports.figures.periods import Period


class _EachOnce:
    """The same few moments stand in thousands of rows: each is brought into its time zone once."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._known: dict[Any, Any] = {}  # shared with the copies that Django makes

    def convert_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value not in self._known:
            convert = super().convert_value  # type: ignore[misc]
            self._known[value] = convert(value, expression, connection)
        return self._known[value]


class _Hour(_EachOnce, TruncHour):
    pass


class _Day(_EachOnce, TruncDay):
    pass


class _Week(_EachOnce, TruncWeek):
    pass


class _Month(_EachOnce, TruncMonth):
    pass


_TRUNC: dict[str, Any] = {"hour": _Hour, "day": _Day, "week": _Week, "month": _Month}


_STEPS = ("version", "activity", "path", "status")


#: Sums that are read at once.
MOST_ROWS = 100_000


class TooMuch(Exception):
    """There are more sums than anybody would read: a shorter period, or fewer dimensions, would do."""


class Scope(NamedTuple):
    """Whose figures: of each version those of its test, if it is in test, else the real ones.

    ``kept``: the versions of which the sums of whole days are kept, in the time zone of their sandbox.
    """

    runs: tuple[tuple[int, int], ...]
    kept: frozenset[int] = frozenset()

    @classmethod
    def of(cls, versions: Iterable[JourneyVersion]) -> Scope:
        """One query."""
        runs = tuple(sorted((version.pk, version.run) for version in versions))
        real = [version for version, run in runs if not run]
        days = DaysKept.objects.filter(version__in=real, zone=F("version__sandbox__time_zone"))
        return cls(runs, frozenset(days.values_list("version", flat=True)))

    @property
    def condition(self) -> Q:
        real = Q(version__in=[version for version, run in self.runs if not run], run=0)
        for version, run in self.runs:
            if run:
                real |= Q(version=version, run=run)
        return real

    @property
    def not_kept(self) -> Scope:
        return Scope(tuple(one for one in self.runs if one[0] not in self.kept))


def steps(scope: Scope, period: Period, *, unit: str = "") -> list[Steps]:
    """Sums of step events by version, activity, path and status; with ``unit`` also by the part of time."""
    return [Steps._make((*row[1:], row[0])) for row in _rows(kinds.STEPS, scope, period, unit, *_STEPS)]


def ends(scope: Scope, period: Period, *, starts: Iterable[str], unit: str = "") -> list[Steps]:
    """Only what says who came in, and how journeys ended: a small part of all sums.

    ``starts``: the activities that people come in by. With ``unit`` also by the part of time.
    """
    telling = ~Q(status=StepStatus.TRANSITIONS) | Q(activity__in=sorted(starts))
    rows = _rows(kinds.STEPS, scope, period, unit, *_STEPS, condition=telling)
    return [Steps._make((*row[1:], row[0])) for row in rows]


def passed(scope: Scope, period: Period) -> list[Steps]:
    """What ``ends`` leaves out, without the paths."""
    rows = _rows(
        kinds.STEPS, scope, period, "", "version", "activity", condition=Q(status=StepStatus.TRANSITIONS)
    )
    return [Steps(version, activity, "", StepStatus.TRANSITIONS, n) for _, version, activity, n in rows]


def errors(scope: Scope, period: Period, *, unit: str = "") -> list[Errors]:
    rows = _rows(kinds.ERRORS, scope, period, unit, "version", "activity", "path", "code")
    return [Errors._make((*row[1:], row[0])) for row in rows]


def messages(scope: Scope, period: Period, *, unit: str = "") -> list[Messages]:
    rows = _rows(kinds.MESSAGES, scope, period, unit, "version", "activity", "status", "code")
    return [Messages._make((*row[1:], row[0])) for row in rows]


def messages_over_time(scope: Scope, period: Period) -> list[Messages]:
    """By the part of time, all versions and activities in one: what a line of a chart needs."""
    rows = _rows(kinds.MESSAGES, scope, period, period.unit, "status", "code")
    return [Messages(0, "", status, code, n, at) for at, status, code, n in rows]


def traits(trait: str, scope: Scope, period: Period, *, unit: str = "") -> list[TraitMessages]:
    """Sums of messages by a trait of theirs, where it is known."""
    by = ("version", "activity", "status", "code", "value")
    rows = _rows(kinds.TRAITS, scope, period, unit, *by, condition=Q(trait=trait))
    return [TraitMessages._make((*row[1:], row[0])) for row in rows]


def fetches(scope: Scope, period: Period, *, unit: str = "") -> list[Fetches]:
    rows = _rows(kinds.FETCHES, scope, period, unit, "version", "activity", "field_group", "code")
    return [Fetches._make((*row[1:], row[0])) for row in rows]


def times(scope: Scope, period: Period) -> dict[tuple[int, str], Counter[int]]:
    """Histograms of how long people were there, by (version, activity); without those who went through."""
    found: dict[tuple[int, str], Counter[int]] = {}
    rows = _rows(kinds.TIMES, scope, period, "", "version", "activity", "bucket")
    for _, version, activity, bucket, n in rows:
        found.setdefault((version, activity), Counter())[bucket] += n
    return found


def _rows(
    sums: Sums, scope: Scope, period: Period, unit: str, *by: str, condition: Q | None = None
) -> list[Any]:
    """(moment or None, *by, sum of n), from one statement. Raises ``TooMuch``."""
    parts = [
        _grouped(rows.filter(condition) if condition else rows, field, period, unit, by)
        for rows, field in _parts(sums, scope, period, unit)
    ]
    # A statement sees one moment: an hour that is being folded is either apart or in its day.
    together = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    rows = list(together[: MOST_ROWS + 1])
    if len(rows) > MOST_ROWS:
        raise TooMuch
    return _added_up(rows) if parts[1:] else rows


def _added_up(rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """One row for what stands in several parts."""
    found: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for row in rows:
        found[row[:-1]] += row[-1]
    return [(*key, n) for key, n in found.items()]


def _parts(sums: Sums, scope: Scope, period: Period, unit: str) -> Iterator[tuple[QuerySet[Any], str]]:
    """What to add up, with the column of its time: hours; or days, with those hours that are not in them."""
    hours = sums.hours.objects.filter(hour__gte=period.since, hour__lt=period.until)
    if unit == "hour" or not scope.kept:
        yield hours.filter(scope.condition), "hour"
        return
    if scope.not_kept.runs:
        yield hours.filter(scope.not_kept.condition), "hour"
    kept = sorted(scope.kept)
    yield hours.filter(version__in=kept, run=0, lane_id__gt=FOLDED), "hour"
    yield sums.days.objects.filter(version__in=kept, day__gte=period.since, day__lt=period.until), "day"


def _grouped(
    rows: QuerySet[Any], field: str, period: Period, unit: str, by: Sequence[str]
) -> QuerySet[Any, Any]:
    moment = _TRUNC[unit](field, tzinfo=period.zone) if unit else Value(None, DateTimeField())
    grouped = rows.annotate(moment=moment).values_list("moment", *by)
    return grouped.annotate(sum=Sum("n")).order_by()
