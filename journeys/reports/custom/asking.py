"""Asks for the sums of a panel, and adds them up by its dimensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from journeyorch.access.models import Sandbox
from journeyorch.time_zones import zone_of
from journeys.models import JourneyVersion
from journeys.reports.custom.definition import Panel
from journeys.reports.custom.metrics import TRAITS
from journeys.reports.figures import facts, periods, sums
from journeys.reports.figures.facts import Errors, Fetches, Messages, Steps, TraitMessages
from journeys.reports.figures.periods import Period
from journeys.reports.figures.shape import NOTHING, Shape
from journeys.reports.figures.summary import shapes_of
from journeys.reports.figures.sums import Scope

_Row = Steps | Errors | Messages | TraitMessages | Fetches
Key = tuple[Any, ...]


class Asked(NamedTuple):
    """What a panel has to tell: sums by name, by the values of its dimensions.

    A value is the key of a version or a journey, the id of an activity, (activity, path), the kind of a
    channel, a code, or the moment at which a part of time begins; an activity comes with its version.
    """

    period: Period
    versions: Sequence[JourneyVersion]
    rows: Mapping[Key, Counter[str]]


def ask(panel: Panel, sandbox: Sandbox, *, now: datetime) -> Asked:
    """At most five queries. Raises ``sums.TooMuch``."""
    versions = _versions(panel, sandbox)
    shapes = shapes_of(versions)
    period = period_of(panel, sandbox, now=now)
    key = _key_of(panel, {version.pk: version for version in versions}, shapes)
    found: dict[Key, Counter[str]] = {}
    for row, told in _told(panel, Scope.of(versions), period, shapes):
        if told:
            found.setdefault(key(row), Counter()).update(told)
    return Asked(period, versions, found)


def period_of(panel: Panel, sandbox: Sandbox, *, now: datetime) -> Period:
    zone = zone_of(sandbox.time_zone)
    if panel.first and panel.last:
        return periods.between(panel.first, panel.last, zone)
    return periods.of_days(panel.period, now=now, zone=zone)


def _versions(panel: Panel, sandbox: Sandbox) -> list[JourneyVersion]:
    versions = JourneyVersion.objects.filter(sandbox=sandbox)
    if panel.journeys:
        versions = versions.filter(journey__uid__in=panel.journeys)
    return list(versions.reported())


def _told(
    panel: Panel, scope: Scope, period: Period, shapes: Mapping[int, Shape]
) -> Iterable[tuple[_Row, Mapping[str, int]]]:
    """Rows with what they say."""
    if "fetches" in panel.sources:
        yield from _of_fetches(panel, scope, period)
    if "steps" in panel.sources and "errorType" in panel.dimensions:
        for error in sums.errors(scope, period, unit=panel.time):
            yield error, {"errors": error.n}
    elif "steps" in panel.sources:
        for step in _steps(panel, scope, period, shapes):
            yield step, facts.told_of_people(step, shapes.get(step.version, NOTHING))
    if "messages" in panel.sources:
        for message in _messages(panel, scope, period):
            yield message, facts.told_of_message(message)


def _of_fetches(panel: Panel, scope: Scope, period: Period) -> Iterator[tuple[_Row, Mapping[str, int]]]:
    """By error type only those that have one."""
    for fetch in sums.fetches(scope, period, unit=panel.time):
        if fetch.code or "errorType" not in panel.dimensions:
            yield fetch, facts.told_of_fetch(fetch)


def _messages(panel: Panel, scope: Scope, period: Period) -> Sequence[Messages | TraitMessages]:
    if panel.trait:
        return sums.traits(panel.trait, scope, period, unit=panel.time)
    return sums.messages(scope, period, unit=panel.time)


def _steps(panel: Panel, scope: Scope, period: Period, shapes: Mapping[int, Shape]) -> list[Steps]:
    """All of them only where it must be: most say that somebody went on."""
    if "left" in panel.metrics:
        return sums.steps(scope, period, unit=panel.time)
    starts = {id for shape in shapes.values() for id in shape.start}
    return sums.ends(scope, period, starts=starts, unit=panel.time)


def _key_of(
    panel: Panel, versions: Mapping[int, JourneyVersion], shapes: Mapping[int, Shape]
) -> Callable[[_Row], Key]:
    parts: dict[str, Callable[[_Row], Any]] = {
        "journey": lambda row: versions[row.version].journey_id,
        "version": lambda row: row.version,
        "activity": lambda row: (row.version, row.activity),
        "path": lambda row: (row.version, row.activity, getattr(row, "path", "")),
        "channel": lambda row: _channel(shapes[row.version].kinds.get(row.activity, "")),
        "errorType": lambda row: getattr(row, "code", ""),
        "dataSource": lambda row: getattr(row, "field_group", "").partition(".")[0],
        "fieldGroup": lambda row: getattr(row, "field_group", ""),
        **dict.fromkeys(TRAITS, lambda row: getattr(row, "value", "")),
    }
    chosen = [parts.get(name, lambda row: row.at) for name in panel.dimensions]
    return lambda row: tuple(part(row) for part in chosen)


def _channel(kind: str) -> str:
    return kind if kind in facts.CHANNELS else ""
