"""Figures about the running installation; each room registers its own, the floor asks for them.

A figure is asked for while everything runs, by several monitoring systems, so it must cost next to nothing:
an index probe, a small table, or a count that stops at a limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

Kind = Literal["gauge", "counter"]


class Sample(NamedTuple):
    """One value, and what it is the value of, such as ``{"sandbox": "prod"}``; never anything of a person."""

    value: float
    labels: Mapping[str, str] = {}


class Figure(NamedTuple):
    """A figure as Prometheus names it, without the common beginning ``journeyorch_``.

    ``name``: with the unit at its end, seconds for durations; ``labels``: those that all samples have.
    """

    name: str
    help: str
    samples: list[Sample]
    kind: Kind = "gauge"
    labels: tuple[str, ...] = ()


Collector = Callable[[datetime], Iterable[Figure]]

_collectors: list[Collector] = []


def register(collector: Collector) -> None:
    """Have ``collector`` asked, with the database's time; from an app's ``ready()``."""
    _collectors.append(collector)


def collect(now: datetime) -> list[Figure]:
    return [figure for collector in _collectors for figure in collector(now)]
