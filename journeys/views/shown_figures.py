"""Figures as the templates of reports show them: names instead of ids, numbers as texts, charts, tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from journeys.activities.base import kinds
from journeys.definition.document import Document, read_document
from journeys.definition.layout import layout
from journeys.models import JourneyVersion
from journeys.reports.figures.charts import Chart, Series, chart
from journeys.reports.figures.executed import FETCHES
from journeys.reports.figures.facts import Activity, Figures, share
from journeys.reports.figures.flow import Flow
from journeys.reports.figures.kpis import Kpi, kpis
from journeys.reports.figures.shape import Thing
from journeys.reports.figures.splits import MEASURES, Measured, Split
from journeys.reports.figures.summary import Details, Summary
from journeys.views import shown_tables as tables
from journeys.views.drawing import Step, path_labels, step_named, steps_of
from journeys.views.shown_tables import Cell, Table, number

_DAY = pgettext_lazy("format of a day on charts", "j M")
_FORMATS = {
    "hour": pgettext_lazy("format of an hour on charts", "j M H:i"),
    "day": _DAY,
    "week": _DAY,
    "month": "M Y",
}
_CHANNELS = {"email": "Email", "sms": "SMS", "push": "Push"}


class ShownChart(NamedTuple):
    title: str
    chart: Chart
    table: Table


class ActivityRow(NamedTuple):
    step: Step
    activity: Activity
    codes: str
    lost: int = 0
    lost_share: str = ""


class CategoryRow(NamedTuple):
    """Everything executed of one part of the palette, or all fetches."""

    title: str
    executed: int
    errors: int
    most_often: str


class ExecutedRow(NamedTuple):
    """One event, action or field group, in however many journeys it stands."""

    category: str
    name: str
    kind: str
    executed: int
    errors: int
    journeys: int


class PathRow(NamedTuple):
    step: Step
    label: str
    n: int
    share: str


class NamedFigures(NamedTuple):
    name: str
    version: JourneyVersion
    figures: Figures


def summary(
    found: Summary, versions: Sequence[JourneyVersion], *, by: str, query: str = "", download: str = ""
) -> dict[str, Any]:
    """What the templates of all summaries have in common; ``by``: journey, version or "" (of one version).

    ``query``: of the address, which the reports that are linked keep. ``download``: where what was executed
    is to be had as CSV.
    """
    document = _document(versions) if found.details else Document.empty()
    steps, details = steps_of(document), found.details or Details({}, {}, [])
    activities = _activities(details.activities, document, steps)
    parts, rows = _parts(found, versions, by), executed(found, versions)
    return {
        "kpis": [_kpi(kpi) for kpi in kpis(found.figures, found.before)],
        "inside": found.inside,
        "charts": _charts(found),
        "parts": parts,
        "sections": [
            *tables.of_parts(parts, by=by, url=lambda part: _url(part, by, query)),
            *tables.of_categories(_categories(rows), download=download),
            *(tables.of_most_executed(rows) if by == "journey" else ()),
            *tables.of_activities(activities),
            *tables.of_paths(_paths(details.paths, document, steps)),
        ],
        "splits": [_split(split, document, steps) for split in details.splits],
        "more_sections": [
            *tables.of_channels([(_CHANNELS[kind], told) for kind, told in found.channels.items()]),
            *tables.of_discards(found.discards),
        ],
        "is_empty": not (found.figures.people.entered or found.figures.people.discarded or found.inside),
    }


def _url(part: NamedFigures, by: str, query: str) -> str:
    """The report of a version, or of a journey, in the same period."""
    version = part.version
    if by == "version":
        return f"{reverse('version-report', args=[version.uid])}?{query}"
    return f"{reverse('journey-report', args=[version.journey.uid])}?{query}"


def flow(found: Flow, document: Document, steps: Mapping[str, Step]) -> list[ActivityRow]:
    """The activities in the order of the drawing, with who was lost at each."""
    return [
        row._replace(
            lost=found.lost[row.step.id],
            lost_share=percent(share(found.lost[row.step.id], row.activity.left)),
        )
        for row in _activities(found.activities, document, steps)
    ]


def percent(value: float | None) -> str:
    return "–" if value is None else f"{_points(value)} %"


def _points(value: float) -> str:
    """A share in hundredths, rounded: Django cuts decimals off."""
    return number_format(round(value * 100, 1), 1)


def when(at: datetime, unit: str) -> str:
    """A point of a time axis."""
    return date_format(at, str(_FORMATS[unit]))


def _document(versions: Sequence[JourneyVersion]) -> Document:
    """The newest drawing, which names the activities."""
    newest = max(versions, key=lambda version: version.number, default=None)
    return (read_document(newest.document)[0] if newest else None) or Document.empty()


def _kpi(kpi: Kpi) -> dict[str, Any]:
    shown = percent if kpi.rate else number
    return {
        "label": _(kpi.label),
        "value": shown(kpi.value),
        "before": shown(kpi.before),
        "change": _change(kpi),
        "verdict": kpi.verdict,
    }


def _change(kpi: Kpi) -> str:
    if kpi.change is None:
        return ""
    sign = "+" if kpi.change > 0 else ""
    points = _points(kpi.change)
    return _("%(n)s points") % {"n": f"{sign}{points}"} if kpi.rate else f"{sign}{points} %"


def _charts(found: Summary) -> list[ShownChart]:
    people = [
        (_("Entered"), lambda figures: figures.people.entered),
        (_("Completed"), lambda figures: figures.people.completed),
        (_("Failed"), lambda figures: figures.people.failed),
    ]
    messages = [
        (_("Sent"), lambda figures: figures.messages.sent),
        (_("Opened"), lambda figures: figures.messages.opened),
        (_("Clicked"), lambda figures: figures.messages.clicked),
        (_("Bounced"), lambda figures: figures.messages.bounced),
    ]
    shown = [_chart(_("People over time"), found, people)]
    if found.channels:
        shown.append(_chart(_("Messages over time"), found, messages))
    return shown


def _chart(title: str, found: Summary, lines: Sequence[Any]) -> ShownChart:
    labels = [when(point.at, found.period.unit) for point in found.points]
    series = [Series(name, [get(point.figures) for point in found.points]) for name, get in lines]
    rows = [
        [Cell(label), *(Cell(number(one.values[at]), is_number=True) for one in series)]
        for at, label in enumerate(labels)
    ]
    table = Table([(_("Time"), False), *((name, True) for name, _get in lines)], rows)
    return ShownChart(title, chart("line", labels, series), table)


def _activities(
    found: Mapping[str, Activity], document: Document, steps: Mapping[str, Step]
) -> list[ActivityRow]:
    """In the order of the drawing; what only older versions had comes last."""
    order = _in_order(document)
    order += [id for id in found if id not in order]
    return [
        ActivityRow(step_named(dict(steps), id), found[id], _counted(found[id].codes, most=5))
        for id in order
        if id in found
    ]


def executed(found: Summary, versions: Sequence[JourneyVersion]) -> list[ExecutedRow]:
    """Everything that was executed, by what it was, most often first."""
    journeys = {version.pk: version.journey_id for version in versions}
    return [
        ExecutedRow(
            one.thing.category,
            _called(one.thing),
            _kind(one.thing.kind),
            one.n,
            one.errors,
            len({journeys[version] for version in one.versions}),
        )
        for one in found.executed
    ]


def _called(thing: Thing) -> str:
    kind = kinds().get(thing.kind)
    return (kind.shown(thing.name, _) if kind else thing.name) or _kind(thing.kind)


def _kind(name: str) -> str:
    kind = kinds().get(name)
    return _(kind.title) if kind else ""


def category_titles() -> dict[str, str]:
    """In the order of the palette."""
    return {
        "events": _("Events"),
        "orchestration": _("Orchestration"),
        "actions": _("Actions"),
        FETCHES: _("Fetches"),
    }


def _categories(rows: Sequence[ExecutedRow]) -> list[CategoryRow]:
    parts = [
        (title, [row for row in rows if row.category == name]) for name, title in category_titles().items()
    ]
    return [_category(title, part) for title, part in parts if part]


def _category(title: str, rows: Sequence[ExecutedRow]) -> CategoryRow:
    often = Counter[str]()
    for row in rows:
        often[row.name] += row.executed
    return CategoryRow(title, often.total(), sum(row.errors for row in rows), _counted(often, most=3))


def _in_order(document: Document) -> list[str]:
    """The activities as people come to them; JSON does not keep the order in which they were drawn."""
    cards = layout(document, _).cards
    return [card.id for card in sorted(cards, key=lambda card: (card.depth, card.row))]


def _counted(counts: Mapping[str, int], *, most: int) -> str:
    """The largest counts in one line."""
    told = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{name} × {number(n)}" for name, n in told[:most])


def _paths(
    found: Mapping[tuple[str, str], int], document: Document, steps: Mapping[str, Step]
) -> list[PathRow]:
    """Of activities with a choice of paths."""
    labels = path_labels(document)
    of: dict[str, int] = {}
    for (activity, _path), n in found.items():
        of[activity] = of.get(activity, 0) + n
    order = {id: number for number, id in enumerate(_in_order(document))}
    rows = sorted(found.items(), key=lambda one: (order.get(one[0][0], len(order)), -one[1], one[0]))
    several = {id for id, n in of.items() if sum(activity == id for activity, _ in found) > 1}
    return [
        PathRow(
            step_named(dict(steps), activity),
            labels.get((activity, path)) or _plain(path), n, percent(share(n, of[activity])),
        )
        for (activity, path), n in rows
        if activity in several
    ]  # fmt: skip


def _plain(path: str) -> str:
    names = {
        "next": _("Goes on"),
        "timeout": _("Timeout"),
        "error": _("Error or timeout"),
        "other": _("Other cases"),
    }
    return names.get(path, path)


def _split(split: Split, document: Document, steps: Mapping[str, Step]) -> dict[str, Any]:
    labels = path_labels(document)
    return {
        "step": step_named(dict(steps), split.activity),
        "measures": [_(MEASURES[name]) for name in split.measures],
        "branches": [
            {
                "label": labels.get((split.activity, branch.path)) or branch.path,
                "people": branch.people,
                "cells": [_measured(branch.measures[name]) for name in split.measures],
            }
            for branch in split.branches
        ],
    }


def _measured(measured: Measured) -> dict[str, Any]:
    against = measured.against_first
    told = ""
    if against:
        told = _("p = %(p)s; difference %(low)s to %(high)s points") % {
            "p": number_format(round(against.p, 4), 4),
            "low": _points(against.low),
            "high": _points(against.high),
        }
    return {
        "share": percent(measured.sample.share),
        "of": measured.sample.of,
        "significant": measured.significant,
        "better": bool(against and against.z > 0),
        "told": told,
    }


def _parts(found: Summary, versions: Sequence[JourneyVersion], by: str) -> list[NamedFigures]:
    """The versions beside each other, or the journeys."""
    if by == "version":
        return [
            NamedFigures(_("Version %(n)s") % {"n": one.number}, one, found.versions[one.pk])
            for one in versions
        ]
    if by != "journey":
        return []
    return [
        NamedFigures(one.journey.name, one, figures)
        for one, figures in _by_journey(found, versions)
        if any(figures.people) or any(figures.messages)
    ]


def _by_journey(found: Summary, versions: Sequence[JourneyVersion]) -> list[tuple[JourneyVersion, Figures]]:
    newest: dict[int, JourneyVersion] = {}
    added: dict[int, Figures] = {}
    for one in versions:
        newest.setdefault(one.journey_id, one)
        figures = found.versions[one.pk]
        before = added.get(one.journey_id)
        added[one.journey_id] = figures.plus(before) if before else figures
    rows = [(newest[id], figures) for id, figures in added.items()]
    return sorted(rows, key=lambda row: -row[1].people.entered)
