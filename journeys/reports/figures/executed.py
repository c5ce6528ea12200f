"""What was executed: events, orchestration, actions and fetches, whichever journeys they stand in. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from journeys.engine.decide import StepStatus
from journeys.reports.figures.facts import Fetches, Steps
from journeys.reports.figures.shape import NOTHING, UNKNOWN, Shape, Thing

#: Beside those of the palette: what steps ask data sources for.
FETCHES = "fetches"
#: In the order in which they are shown.
CATEGORIES = ("events", "orchestration", "actions", FETCHES)
_NOT_EXECUTED = (StepStatus.DISCARDED, StepStatus.OPERATED)


class Executed(NamedTuple):
    """How often, with how many errors, and in how many versions."""

    thing: Thing
    n: int
    errors: int
    versions: frozenset[int]


def executed(
    steps: Iterable[Steps], fetches: Iterable[Fetches], shapes: Mapping[int, Shape]
) -> list[Executed]:
    """By what it was, most often first: the same event in two journeys is one thing."""
    counts, errors = Counter[Thing](), Counter[Thing]()
    versions: defaultdict[Thing, set[int]] = defaultdict(set)

    def add(thing: Thing, version: int, n: int, failed: int) -> None:
        counts[thing] += n
        errors[thing] += failed
        versions[thing].add(version)

    for step in steps:
        if step.status not in _NOT_EXECUTED:
            thing = shapes.get(step.version, NOTHING).things.get(step.activity, UNKNOWN)
            add(thing, step.version, step.n, step.n if step.failed else 0)
    for fetch in fetches:
        thing = Thing(FETCHES, "", fetch.field_group)
        add(thing, fetch.version, *((0, fetch.n) if fetch.code else (fetch.n, 0)))
    found = [Executed(thing, n, errors[thing], frozenset(versions[thing])) for thing, n in counts.items()]
    return sorted(found, key=lambda one: (-one.n, one.thing))
