"""What figures need of a drawing: where people come in, where paths lead, what each activity is. Pure.

Read straight from the stored JSON: a report may be about a hundred versions, and checking them all takes
longer than adding up. What is not as it should be is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from journeys.activities.base import kinds


class Thing(NamedTuple):
    """What an activity executes: the part of the palette, the kind, and which event, action or template it
    names; "" where it names none."""

    category: str
    kind: str
    name: str


#: Of an activity that the drawing does not have.
UNKNOWN = Thing("orchestration", "", "")


class Shape(NamedTuple):
    """``to``: by (activity, path); ``splits``: the paths of each percentage split, in order."""

    start: frozenset[str]
    to: Mapping[tuple[str, str], tuple[str, ...]]
    kinds: Mapping[str, str]
    splits: Mapping[str, tuple[str, ...]]
    things: Mapping[str, Thing]

    def targets(self, activity: str, path: str) -> tuple[str, ...]:
        return self.to.get((activity, path), ())

    def after(self, activity: str) -> list[str]:
        """Where any of its paths leads."""
        return [target for (id, _), targets in self.to.items() if id == activity for target in targets]


NOTHING = Shape(frozenset(), {}, {}, {}, {})


def shape_of(document: Any) -> Shape:
    """The shape of a version's definition."""
    activities = _mapping(_mapping(document).get("activities"))
    return Shape(
        start=frozenset(_texts(_mapping(document).get("start"))),
        to={
            (id, path): _texts(targets)
            for id, activity in activities.items()
            for path, targets in _mapping(_mapping(activity).get("to")).items()
        },
        kinds={id: str(_mapping(activity).get("kind", "")) for id, activity in activities.items()},
        splits={
            id: _parts(activity)
            for id, activity in activities.items()
            if _mapping(activity).get("kind") == "split"
        },
        things={id: _thing(_mapping(activity)) for id, activity in activities.items()},
    )


def _thing(activity: Mapping[str, Any]) -> Thing:
    kind = kinds().get(str(activity.get("kind", "")))
    if kind is None:
        return UNKNOWN
    name = _mapping(activity.get("config")).get(kind.named_by)
    return Thing(kind.category, kind.kind, name if isinstance(name, str) else "")


def _parts(activity: Any) -> tuple[str, ...]:
    parts = _mapping(_mapping(activity).get("config")).get("parts")
    return _texts([_mapping(part).get("id") for part in parts]) if isinstance(parts, list) else ()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
