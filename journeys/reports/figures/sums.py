"""Asks for sums of some versions in a period, in few queries: those of whole days where they are kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Any, NamedTuple

from django.db.models import Case, DateTimeField, F, Q, QuerySet, Sum, Value, When
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
_ALL = Q()


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


class StepsCompared(NamedTuple):
    """Steps of a period beside those of the period before.

    ``ends``: who came in and how journeys ended, by the part of the period; ``before``: the same, of all the
    time before; ``passed``: what else happened in the period.
    """

    ends: list[Steps]
    before: list[Steps]
    passed: list[Steps]


class MessagesCompared(NamedTuple):
    """Messages by the part of a period, beside those of all the period before."""

    over_time: list[Messages]
    before: list[Messages]


def steps(scope: Scope, period: Period, *, unit: str = "") -> list[Steps]:
    """Sums of step events by version, activity, path and status; with ``unit`` also by the part of time."""
    return [Steps._make((*row[1:], row[0])) for row in _rows(kinds.STEPS, scope, period, unit, *_STEPS)]


def ends(scope: Scope, period: Period, *, starts: Iterable[str], unit: str = "") -> list[Steps]:
    """Only what says who came in, and how journeys ended: a small part of all sums.

    ``starts``: the activities that people come in by. With ``unit`` also by the part of time.
    """
    rows = _rows(kinds.STEPS, scope, period, unit, *_STEPS, condition=_telling(starts))
    return [Steps._make((*row[1:], row[0])) for row in rows]


def steps_compared(scope: Scope, period: Period, *, starts: Set[str]) -> StepsCompared:
    """All steps of the period and, of the one before, what ``ends`` tells: one statement."""
    telling, now = _telling(starts), Q(begins__gte=period.since)
    rows = _rows(
        kinds.STEPS, scope, period.with_previous(), period.unit, *_STEPS,
        condition=telling | now, timed=telling & now,
    )  # fmt: skip
    found = StepsCompared([], [], [])
    for at, *row, n in rows:
        step = Steps._make((*row, n, at))
        if at is not None:
            found.ends.append(step)
        elif step.status == StepStatus.TRANSITIONS and step.activity not in starts:
            found.passed.append(step)
        else:
            found.before.append(step)
    return found


def errors(scope: Scope, period: Period, *, unit: str = "") -> list[Errors]:
    rows = _rows(kinds.ERRORS, scope, period, unit, "version", "activity", "path", "code")
    return [Errors._make((*row[1:], row[0])) for row in rows]


def messages(scope: Scope, period: Period, *, unit: str = "") -> list[Messages]:
    rows = _rows(kinds.MESSAGES, scope, period, unit, "version", "activity", "status", "code")
    return [Messages._make((*row[1:], row[0])) for row in rows]


def messages_compared(scope: Scope, period: Period) -> MessagesCompared:
    """All versions and activities in one: what a line of a chart needs. One statement."""
    now = Q(begins__gte=period.since)
    rows = _rows(kinds.MESSAGES, scope, period.with_previous(), period.unit, "status", "code", timed=now)
    found = MessagesCompared([], [])
    for at, status, code, n in rows:
        (found.before if at is None else found.over_time).append(Messages(0, "", status, code, n, at))
    return found


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


def _telling(starts: Iterable[str]) -> Q:
    return ~Q(status=StepStatus.TRANSITIONS) | Q(activity__in=sorted(starts))


def _rows(
    sums: Sums, scope: Scope, period: Period, unit: str, *by: str, condition: Q = _ALL, timed: Q = _ALL
) -> list[Any]:
    """(moment or None, *by, sum of n), from one statement. Raises ``TooMuch``.

    With ``unit`` the moment is told of what is ``timed``. Conditions may ask when a sum ``begins``.
    """
    parts = [
        _grouped(rows.filter(condition), _moment(period, unit, timed), by)
        for rows in _parts(sums, scope, period, unit)
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


def _parts(sums: Sums, scope: Scope, period: Period, unit: str) -> Iterator[QuerySet[Any]]:
    """What to add up: hours; or days, with those hours that are not in them."""
    hours = _within(period, sums.hours.objects.alias(begins=F("hour")))
    if unit == "hour" or not scope.kept:
        yield hours.filter(scope.condition)
        return
    if scope.not_kept.runs:
        yield hours.filter(scope.not_kept.condition)
    kept = sorted(scope.kept)
    yield hours.filter(version__in=kept, run=0, lane_id__gt=FOLDED)
    yield _within(period, sums.days.objects.alias(begins=F("day"))).filter(version__in=kept)


def _within(period: Period, sums: QuerySet[Any]) -> QuerySet[Any]:
    return sums.filter(begins__gte=period.since, begins__lt=period.until)


def _moment(period: Period, unit: str, timed: Q) -> Any:
    if not unit:
        return Value(None, DateTimeField())
    return _TRUNC[unit](Case(When(timed, then=F("begins"))) if timed else F("begins"), tzinfo=period.zone)


def _grouped(rows: QuerySet[Any], moment: Any, by: Sequence[str]) -> QuerySet[Any, Any]:
    grouped = rows.annotate(moment=moment).values_list("moment", *by)
    return grouped.annotate(sum=Sum("n")).order_by()
