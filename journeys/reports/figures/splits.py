"""How the paths of a percentage split compare with its first one, and whether by more than chance. Pure.

What happens after the paths have joined again belongs to none of them; compared is what happens before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext_noop

from journeys.reports.figures.facts import CHANNELS, Delivered, Messages, Steps, delivered
from journeys.reports.figures.shape import Shape
from journeys.reports.figures.significance import Comparison, Sample, compare

#: What is compared: name, and words for it.
MEASURES = {
    "opened": gettext_noop("Opened, of messages that arrived"),
    "clicked": gettext_noop("Clicked, of messages that arrived"),
    "unsubscribed": gettext_noop("Unsubscribed, of messages that arrived"),
    "happened": gettext_noop("The awaited event happened, of people who waited"),
    "failed": gettext_noop("Failed, of people who took the path"),
}
_LISTENING = ("event", "reaction", "segment_qualification")


class Measured(NamedTuple):
    """A measure of a path; ``against_first`` is None for the first path, and where there are too few."""

    name: str
    sample: Sample
    against_first: Comparison | None
    significant: bool


class Branch(NamedTuple):
    """One path of a split: how many took it, and its measures."""

    path: str
    people: int
    measures: dict[str, Measured]


class Split(NamedTuple):
    activity: str
    measures: list[str]  # those of which any path has something to tell
    branches: list[Branch]


def compare_splits(shape: Shape, steps: Sequence[Steps], messages: Sequence[Messages]) -> list[Split]:
    """The percentage splits of a version, each with its paths in their order."""
    return [_split(shape, id, ways, steps, messages) for id, ways in shape.splits.items() if ways]


def _split(
    shape: Shape, id: str, ways: Sequence[str], steps: Sequence[Steps], messages: Sequence[Messages]
) -> Split:
    samples = {
        way: _samples(shape, branch, _taken(steps, id, way), steps, messages)
        for way, branch in branches_of(shape, id, ways).items()
    }
    measures = [name for name in MEASURES if any(samples[way][name].of for way in ways)]
    first = samples[ways[0]]
    branches = [
        Branch(
            way,
            _taken(steps, id, way),
            {name: _measured(name, samples[way][name], first[name], way == ways[0], len(ways) - 1)
             for name in measures},
        )
        for way in ways
    ]  # fmt: skip
    return Split(id, measures, branches)


def _measured(name: str, sample: Sample, first: Sample, is_first: bool, comparisons: int) -> Measured:
    against = None if is_first else compare(sample, first)
    return Measured(name, sample, against, bool(against and against.is_significant(comparisons=comparisons)))


def branches_of(shape: Shape, id: str, ways: Iterable[str]) -> dict[str, set[str]]:
    """The activities that are reached by one path of an activity only, by path."""
    reached = {way: _reachable(shape, shape.targets(id, way)) for way in ways}
    return {
        way: found - set().union(*(others for other, others in reached.items() if other != way))
        for way, found in reached.items()
    }


def _reachable(shape: Shape, start: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        id = waiting.pop()
        if id not in found and id in shape.kinds:
            found.add(id)
            waiting += shape.after(id)
    return found


def _taken(steps: Sequence[Steps], activity: str, path: str) -> int:
    return sum(row.n for row in steps if (row.activity, row.path) == (activity, path))


def _samples(
    shape: Shape, branch: set[str], people: int, steps: Sequence[Steps], messages: Sequence[Messages]
) -> Mapping[str, Sample]:
    kinds = {id: shape.kinds[id] for id in branch}
    told = delivered(row for row in messages if kinds.get(row.activity) in CHANNELS)
    waited = [row for row in steps if kinds.get(row.activity) in _LISTENING]
    failed = sum(row.n for row in steps if row.activity in branch and row.failed and not row.path)
    happened = sum(row.n for row in waited if row.path == "next")
    return {
        **_of_messages(told),
        "happened": Sample(happened, sum(row.n for row in waited)),
        "failed": Sample(min(failed, people), people),
    }


def _of_messages(told: Delivered) -> dict[str, Sample]:
    """Who opens today may have got the message before the period: never more than all of them."""
    return {
        name: Sample(min(getattr(told, name), told.arrived), told.arrived)
        for name in ("opened", "clicked", "unsubscribed")
    }
