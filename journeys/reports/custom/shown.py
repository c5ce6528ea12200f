"""A panel with names instead of ids, and numbers as texts, as pages, CSV and the API show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from journeyorch.access.models import Sandbox
from journeys.definition.document import Document, read_document
from journeys.models import JourneyVersion
from journeys.reports.custom.asking import Asked, ask
from journeys.reports.custom.definition import Panel
from journeys.reports.custom.metrics import DIMENSIONS, METRICS, TIMES, TRAITS
from journeys.reports.custom.tables import Names, Numbers, Told, series_of, tell
from journeys.reports.figures.charts import Chart, chart
from journeys.reports.figures.periods import Period
from journeys.reports.figures.sums import TooMuch
from journeys.reports.reasons import reason_in_words
from journeys.reports.steps.drawn import Drawn, drawn

#: Rows of a page; the CSV has all of them.
MOST_ROWS = 500
# Moments sort by them, and programs read them; people read what is usual in their language.
_FORMATS = {"hour": "%Y-%m-%d %H:%M", "day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m"}
_SHOWN = {
    "hour": "SHORT_DATETIME_FORMAT",
    "day": "SHORT_DATE_FORMAT",
    "week": "SHORT_DATE_FORMAT",
    "month": "YEAR_MONTH_FORMAT",
}
_CHANNELS = {"email": "Email", "sms": "SMS", "push": "Push"}


class Cell(NamedTuple):
    text: str
    is_number: bool


class ShownPanel(NamedTuple):
    """``plain``: all rows as names and numbers; ``rows`` and ``totals`` the same as texts, for a page."""

    title: str
    period: Period | None
    columns: list[tuple[str, bool]]
    plain: list[tuple[Names, Numbers]]
    rows: list[list[Cell]]
    totals: list[Cell]
    chart: Chart | None
    problem: str = ""

    @property
    def left_out(self) -> int:
        """Rows that the page does not show."""
        return max(0, len(self.plain) - MOST_ROWS)


def show(panel: Panel, sandbox: Sandbox, *, now: datetime) -> ShownPanel:
    labels = [_(METRICS[name].label) for name in panel.metrics]
    columns = [
        *((_(DIMENSIONS[name]), False) for name in panel.dimensions),
        *((_(METRICS[name].label), True) for name in panel.shown),
    ]
    title = panel.title or ", ".join(labels[:3])
    try:
        asked = ask(panel, sandbox, now=now)
    except TooMuch:
        problem = _("That is too much for one panel: choose a shorter period, fewer journeys or dimensions.")
        return ShownPanel(title, None, columns, [], [], [], None, problem)
    told = tell(panel, _named(panel, asked), _order(panel, asked.period))
    return ShownPanel(
        title,
        asked.period,
        columns,
        plain=[(line.names, _seen(panel, line.numbers)) for line in told.lines],
        rows=[_cells(panel, line.names, line.numbers) for line in told.lines[:MOST_ROWS]],
        totals=_totals(panel, told),
        chart=_chart(panel, told, labels),
    )


def _seen(panel: Panel, numbers: Numbers) -> Numbers:
    """Those of columns that are not hidden."""
    return tuple(
        number for name, number in zip(panel.metrics, numbers, strict=True) if name not in panel.hidden
    )


def _totals(panel: Panel, told: Told) -> list[Cell]:
    if not panel.totals or not panel.dimensions:
        return []
    return _cells(panel, (_("Total"), *("" for _name in panel.dimensions[1:])), told.totals)


def _cells(panel: Panel, names: Names, numbers: Numbers) -> list[Cell]:
    seen = zip(panel.shown, _seen(panel, numbers), strict=True)
    texts = (_number(value, METRICS[name].rate) for name, value in seen)
    named = (
        _shown_moment(text, name) if name in TIMES else text
        for name, text in zip(panel.dimensions, names, strict=True)
    )
    return [*(Cell(name, False) for name in named), *(Cell(text, True) for text in texts)]


def _number(value: float | None, rate: bool) -> str:
    if value is None:
        return "–"
    if rate:
        return f"{number_format(round(value * 100, 1), 1)} %"
    return number_format(value, 0, force_grouping=True)


def _chart(panel: Panel, told: Told, labels: list[str]) -> Chart | None:
    if panel.chart == "none" or not told.lines or not panel.dimensions:
        return None
    axis, series = series_of(panel, told, labels)
    return chart(panel.chart, [_shown_moment(at, panel.time) for at in axis] if panel.time else axis, series)


def _order(panel: Panel, period: Period) -> list[str]:
    return [_moment(at, panel.time) for at in period.parts(panel.time)] if panel.time else []


def _moment(at: datetime, unit: str) -> str:
    return at.strftime(_FORMATS[unit])


def _shown_moment(text: str, unit: str) -> str:
    """A moment as the reader is used to it; the line of totals has none."""
    try:
        at = datetime.strptime(text, _FORMATS[unit])  # noqa: DTZ007 - only to be written again
    except ValueError:
        return text
    return date_format(at, _SHOWN[unit])


def _named(panel: Panel, asked: Asked) -> dict[Names, Counter[str]]:
    """Texts may be the same for several ids, as of an activity in two versions: those are one row."""
    # Each once: the same activity, day or journey is part of many keys.
    name = {dimension: cache(namer) for dimension, namer in _namers(panel, asked).items()}
    found: dict[Names, Counter[str]] = {}
    for key, told in asked.rows.items():
        names = tuple(name[dimension](value) for dimension, value in zip(panel.dimensions, key, strict=True))
        found.setdefault(names, Counter()).update(told)
    return found


def _namers(panel: Panel, asked: Asked) -> Mapping[str, Callable[[Any], str]]:
    versions = {version.pk: version for version in asked.versions}
    journeys = {version.journey_id: version.journey.name for version in asked.versions}
    names = _Names(versions)
    times = {name: lambda at, name=name: _moment(at, name) for name in TIMES}
    return {
        "journey": lambda id: journeys[id],
        "version": lambda id: (
            _("%(journey)s, version %(n)s") % {"journey": versions[id].journey.name, "n": versions[id].number}
        ),
        "activity": names.activity,
        "path": names.path,
        "channel": lambda kind: _CHANNELS.get(kind, "–"),
        "errorType": str,
        "dataSource": str,
        "fieldGroup": str,
        **dict.fromkeys(TRAITS, _trait),
        **times,
    }


def _trait(value: str) -> str:
    named = {
        "default": _("The template’s own words"),
        "phone": _("Phone"),
        "tablet": _("Tablet"),
        "computer": _("Computer"),
    }
    return named.get(value, value)


class _Names:
    """Names of activities and paths; a drawing is read when it is asked for."""

    def __init__(self, versions: Mapping[int, JourneyVersion]) -> None:
        self._versions = versions
        self._drawn: dict[int, Mapping[str, Drawn]] = {}

    def _find(self, version: int, activity: str) -> Drawn | None:
        if version not in self._drawn:
            document, _problems = read_document(self._versions[version].document)
            self._drawn[version] = drawn(document or Document.empty())
        return self._drawn[version].get(activity)

    def activity(self, key: tuple[int, str]) -> str:
        found = self._find(*key)
        return found.name if found else key[1] or "–"

    def path(self, key: tuple[int, str, str]) -> str:
        version, activity, path = key
        found = self._find(version, activity)
        if found is None:  # a discard belongs to no activity
            return str(reason_in_words(path)) if path else "–"
        return found.labels.get(path) or path or "–"
