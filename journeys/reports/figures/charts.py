"""Charts as plain geometry, for a template that draws them as SVG beside a table of the numbers. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 28
#: More lines than that nobody can tell apart.
MOST_SERIES = 6
_MOST_LABELS = 8
#: Labels below bars are cut to the room that they have, in letters of so many pixels; a day stays whole.
_LETTER, _SHORTEST_LABEL = 6.5, 10


class Series(NamedTuple):
    """Numbers in order, one for each point of the axis."""

    name: str
    values: Sequence[float]


class Tick(NamedTuple):
    at: float
    label: str


class Bar(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    title: str


class Drawn(NamedTuple):
    """One series: ``number`` from 1 tells its colour; a line, the area below it, or bars."""

    number: int
    name: str
    line: str
    area: str
    bars: list[Bar]
    dots: list[tuple[float, float]]


class Chart(NamedTuple):
    kind: str
    width: int
    height: int
    left: float
    right: float
    bottom: float
    rows: list[Tick]  # lines across, with what they stand for
    columns: list[Tick]
    series: list[Drawn]


def chart(kind: str, labels: Sequence[str], series: Iterable[Series]) -> Chart:
    """``kind``: line, area or bar. Series are of as many values as there are labels."""
    shown = list(series)[:MOST_SERIES]
    top = nice_top(max((value for one in shown for value in one.values), default=0))
    columns = _columns(labels, bars=kind == "bar")
    return Chart(
        kind, WIDTH, HEIGHT, _LEFT, WIDTH - _RIGHT, HEIGHT - _BOTTOM,
        rows=[Tick(_y(top * part / 4, top), _short(top * part / 4)) for part in range(5)],
        columns=columns,
        series=[_drawn(kind, number, one, labels, top, len(shown)) for number, one in enumerate(shown, 1)],
    )  # fmt: skip


def nice_top(most: float) -> float:
    """The top of the axis: 4 times a number that people like to read."""
    if most <= 0:
        return 4
    step = most / 4
    if step <= 1:
        return 4
    power = 10.0 ** math.floor(math.log10(step))
    return 4 * next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= step)


def _drawn(kind: str, number: int, series: Series, labels: Sequence[str], top: float, of: int) -> Drawn:
    if kind == "bar":
        return Drawn(number, series.name, "", "", _bars(series, labels, top, number - 1, of), [])
    points = [(_x(at, len(labels)), _y(value, top)) for at, value in enumerate(series.values)]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""
    floor = HEIGHT - _BOTTOM
    area = f"{line}L{points[-1][0]:.1f} {floor}L{points[0][0]:.1f} {floor}Z" if points else ""
    dots = points if len(points) <= 45 else []
    return Drawn(number, series.name, line, area if kind == "area" else "", [], dots)


def _bars(series: Series, labels: Sequence[str], top: float, place: int, of: int) -> list[Bar]:
    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    width = slot * 0.8 / of
    floor = HEIGHT - _BOTTOM
    return [
        Bar(
            round(_LEFT + slot * at + slot * 0.1 + width * place, 1), round(_y(value, top), 1),
            round(max(1, width - 1), 1), round(floor - _y(value, top), 1), f"{label}: {value:g}",
        )
        for at, (label, value) in enumerate(zip(labels, series.values, strict=True))
    ]  # fmt: skip


def _columns(labels: Sequence[str], *, bars: bool) -> list[Tick]:
    every = max(1, math.ceil(len(labels) / _MOST_LABELS))
    slot = (WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    most = max(_SHORTEST_LABEL, int(slot * every / _LETTER))
    return [
        Tick(
            round(_LEFT + slot * (at + 0.5), 1) if bars else round(_x(at, len(labels)), 1),
            label if len(label) <= most else f"{label[: most - 1].rstrip()}…",
        )
        for at, label in enumerate(labels)
        if at % every == 0
    ]


def _x(at: int, of: int) -> float:
    room = WIDTH - _LEFT - _RIGHT
    return _LEFT + (room * at / (of - 1) if of > 1 else room / 2)


def _y(value: float, top: float) -> float:
    room = HEIGHT - _TOP - _BOTTOM
    return HEIGHT - _BOTTOM - room * min(1.0, max(0.0, value / top))


def _short(value: float) -> str:
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g} {letter}"
    return f"{value:g}"
