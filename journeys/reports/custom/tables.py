"""What was asked, as rows of names and numbers: sorted, with totals, and as series of a chart. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from journeys.reports.custom.definition import Panel
from journeys.reports.custom.metrics import METRICS, TIMES
from journeys.reports.figures.charts import MOST_SERIES, Series

Names = tuple[str, ...]
Numbers = tuple[int | float | None, ...]


class Line(NamedTuple):
    """A row: what it is about, by dimension, and its numbers, by metric."""

    names: Names
    numbers: Numbers


class Told(NamedTuple):
    """``order``: the texts of the dimension of time, oldest first, also of parts without figures."""

    lines: list[Line]
    totals: Numbers
    order: list[str]


def tell(panel: Panel, rows: Mapping[Names, Counter[str]], order: Sequence[str]) -> Told:
    """``rows``: sums by the texts of the dimensions."""
    lines = [Line(names, _numbers(panel, told)) for names, told in rows.items()]
    everything: Counter[str] = Counter()
    for told in rows.values():
        everything.update(told)
    return Told(_sorted(panel, lines, order), _numbers(panel, everything), list(order))


def _numbers(panel: Panel, told: Counter[str]) -> Numbers:
    return tuple(METRICS[name].value(told) for name in panel.metrics)


def _sorted(panel: Panel, lines: list[Line], order: Sequence[str]) -> list[Line]:
    place = {name: at for at, name in enumerate(order)}
    time = next((at for at, name in enumerate(panel.dimensions) if name in TIMES), None)

    def by_names(line: Line) -> tuple[object, ...]:
        return tuple(
            (place.get(name, -1), "") if at == time else (0, name.casefold())
            for at, name in enumerate(line.names)
        )

    lines = sorted(lines, key=by_names)
    if panel.sort:
        column = panel.metrics.index(panel.sort)
        # What has no value comes last, either way.
        known = [line for line in lines if line.numbers[column] is not None]
        known.sort(key=lambda line: line.numbers[column] or 0, reverse=panel.descending)
        lines = known + [line for line in lines if line.numbers[column] is None]
    return lines


def series_of(panel: Panel, told: Told, labels: Sequence[str]) -> tuple[list[str], list[Series]]:
    """The points of a chart and its series.

    With a dimension of time that is the axis, and the other dimensions make a series each of the first
    metric, the largest first; else the axis is what the rows are about. Without others each metric is one.
    """
    if not panel.time:
        shown = told.lines[:40]
        axis = [" · ".join(line.names) for line in shown]
        return axis, _by_metric(panel, shown, labels)
    at = panel.dimensions.index(panel.time)  # type: ignore[arg-type]
    if len(panel.dimensions) == 1:
        by_time = {line.names[at]: line for line in told.lines}
        nothing = tuple(0 for _ in panel.metrics)
        lines = [by_time.get(name, Line((name,), nothing)) for name in told.order]
        return told.order, _by_metric(panel, lines, labels)
    return told.order, _by_others(told, at)


def _by_metric(panel: Panel, lines: Sequence[Line], labels: Sequence[str]) -> list[Series]:
    """Counts and shares have nothing to do with each other's axis: those of the first metric's sort."""
    rate = METRICS[panel.metrics[0]].rate
    return [
        Series(label, [(line.numbers[column] or 0) * (100 if rate else 1) for line in lines])
        for column, (name, label) in enumerate(zip(panel.metrics, labels, strict=True))
        if METRICS[name].rate == rate
    ]


def _by_others(told: Told, at: int) -> list[Series]:
    values: dict[str, dict[str, float]] = {}
    for line in told.lines:
        others = " · ".join(name for place, name in enumerate(line.names) if place != at)
        values.setdefault(others, {})[line.names[at]] = line.numbers[0] or 0
    largest = sorted(values, key=lambda name: -sum(values[name].values()))[:MOST_SERIES]
    return [Series(name, [values[name].get(part, 0) for part in told.order]) for name in largest]
