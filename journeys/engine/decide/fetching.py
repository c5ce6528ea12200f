"""Which data a step asks for, and when: a fetch whose parameters need other data waits for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from journeyorch.expressions import to_json
from journeys.engine.decide.step import Fetch, Plan, View, asked_key


class Wanted(NamedTuple):
    """A fetch, and the activity whose expressions need it."""

    activity: str
    fetch: Fetch

    @property
    def key(self) -> str:
        return asked_key(self.fetch.source, self.fetch.group, self.fetch.params)


def wanted_by(plan: Plan, activities: Sequence[str]) -> Sequence[Wanted]:
    """What a step needs, or all pauses that begin together; the same data once, for the upper one."""
    for activity in activities:
        if plan.steps[activity].fetches:
            return _wanted_by(plan, activities)
    return ()  # nearly always


def _wanted_by(plan: Plan, activities: Sequence[str]) -> list[Wanted]:
    found: list[Wanted] = []
    places: dict[str, int] = {}
    for activity in activities:
        own: list[int] = []  # where the activity's fetches have got to
        for fetch in plan.steps[activity].fetches:
            wanted = Wanted(activity, fetch._replace(after=tuple(own[index] for index in fetch.after)))
            if wanted.key not in places:
                places[wanted.key] = len(found)
                found.append(wanted)
            own.append(places[wanted.key])
    return found


def ready(wanted: Sequence[Wanted], done: tuple[int, ...]) -> Iterator[tuple[int, Wanted]]:
    """Those that are not done and whose parameters can be evaluated, with their indices."""
    for index, one in enumerate(wanted):
        if index not in done and all(needed in done for needed in one.fetch.after):
            yield index, one


def values_of(fetch: Fetch, view: View) -> dict[str, Any]:
    """The values of its parameters, as plain JSON. May raise the language's ``RunTimeError``."""
    return {name: to_json(compiled.evaluate(view.context)) for name, compiled in fetch.params.items()}
