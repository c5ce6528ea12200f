"""The summary of a version, of all versions of a journey, or of several journeys, beside the time before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count

from journeys.models import Instance, JourneyVersion
from journeys.reports.figures import facts, sums
from journeys.reports.figures.executed import Executed, executed
from journeys.reports.figures.facts import (
    Activity,
    Delivered,
    Figures,
    Messages,
    People,
    Steps,
    figures_of,
)
from journeys.reports.figures.periods import Period
from journeys.reports.figures.shape import Shape, shape_of
from journeys.reports.figures.splits import Split, compare_splits
from journeys.reports.figures.sums import Scope


class Point(NamedTuple):
    """What happened in a part of the period."""

    at: datetime
    figures: Figures


class Details(NamedTuple):
    """What is told by activity; splits are those of the newest version."""

    activities: Mapping[str, Activity]
    paths: Mapping[tuple[str, str], int]
    splits: list[Split]


class Summary(NamedTuple):
    """``details`` is None for several journeys."""

    period: Period
    inside: int  # now
    figures: Figures
    before: Figures  # in the previous period
    points: list[Point]
    discards: Mapping[str, int]
    channels: Mapping[str, Delivered]
    versions: Mapping[int, Figures]  # by version
    executed: list[Executed]
    details: Details | None


def summarize(versions: Sequence[JourneyVersion], period: Period) -> Summary:
    """At most nine queries, however many versions there are. Raises ``sums.TooMuch``.

    What is told by activity and path is told of one journey only: ids are the same in its versions.
    """
    shapes, scope = shapes_of(versions), Scope.of(versions)
    starts = {id for shape in shapes.values() for id in shape.start}
    steps = sums.steps_compared(scope, period, starts=starts)
    compared, messages = sums.messages_compared(scope, period), sums.messages(scope, period)
    ends = _added_up(steps.ends)
    found = Summary(
        period,
        inside=inside(scope),
        figures=figures_of(ends, messages, shapes),
        before=figures_of(steps.before, compared.before, shapes),
        points=_points(period, steps.ends, compared.over_time, shapes),
        discards=facts.discards(ends),
        channels=_channels(messages, shapes),
        versions=_by_version(versions, ends, messages, shapes),
        executed=executed([*ends, *steps.passed], sums.fetches(scope, period), shapes),
        details=None,
    )
    one_journey = len({version.journey_id for version in versions}) == 1
    details = _details(versions, scope, period, messages, shapes) if one_journey else None
    return found._replace(details=details)


def _details(
    versions: Sequence[JourneyVersion],
    scope: Scope,
    period: Period,
    messages: Sequence[Messages],
    shapes: Mapping[int, Shape],
) -> Details:
    steps = sums.steps(scope, period)
    newest = max(versions, key=lambda version: version.number).pk
    return Details(
        activities=facts.activities(steps, sums.errors(scope, period), sums.times(scope, period), shapes),
        paths=facts.paths(steps),
        # Paths of different versions may be different: only those of the newest one are compared.
        splits=compare_splits(
            shapes[newest],
            [row for row in steps if row.version == newest],
            [row for row in messages if row.version == newest],
        ),
    )


def shapes_of(versions: Sequence[JourneyVersion]) -> dict[int, Shape]:
    return {version.pk: shape_of(version.document) for version in versions}


def inside(scope: Scope) -> int:
    """How many people are inside now: one query, over the index of those who are."""
    found = Instance.objects.filter(scope.condition, ended_at=None)
    return found.aggregate(n=Count("*"))["n"] or 0


def _added_up(rows: Sequence[Steps]) -> list[Steps]:
    """Without the time."""
    added: defaultdict[tuple[int, str, str, int], int] = defaultdict(int)
    for row in rows:
        added[row.version, row.activity, row.path, row.status] += row.n
    return [Steps(*key, n) for key, n in added.items()]


def _by_version(
    versions: Sequence[JourneyVersion],
    ends: Sequence[Steps],
    messages: Sequence[Messages],
    shapes: Mapping[int, Shape],
) -> dict[int, Figures]:
    ends_of: defaultdict[int, list[Steps]] = defaultdict(list)
    messages_of: defaultdict[int, list[Messages]] = defaultdict(list)
    for end in ends:
        ends_of[end.version].append(end)
    for message in messages:
        messages_of[message.version].append(message)
    return {
        version.pk: figures_of(ends_of[version.pk], messages_of[version.pk], shapes) for version in versions
    }


def _points(
    period: Period,
    steps: Sequence[Steps],
    messages: Sequence[Messages],
    shapes: Mapping[int, Shape],
) -> list[Point]:
    people = facts.people_over_time(steps, shapes)
    messages_at: defaultdict[datetime | None, list[Messages]] = defaultdict(list)
    for message in messages:
        messages_at[message.at].append(message)
    return [
        Point(at, Figures(people.get(at, People()), facts.delivered(messages_at[at])))
        for at in period.parts(period.unit)
    ]


def _channels(rows: Sequence[Messages], shapes: Mapping[int, Shape]) -> dict[str, Delivered]:
    by_channel: defaultdict[str, list[Messages]] = defaultdict(list)
    for row in rows:
        by_channel[shapes[row.version].kinds.get(row.activity, "")].append(row)
    return {kind: facts.delivered(by_channel[kind]) for kind in facts.CHANNELS if kind in by_channel}
