"""What a version's drawing adds to its step events: names, types, what an action is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from journeyorch.expressions.scope import PROFILE_SOURCE
from journeys.activities.base import Activity, kinds, read_config, shown_name
from journeys.definition.document import ActivityDocument, Document
from journeys.definition.layout import ways_of

# The solution behind an action (XDM's actionBusinessType): whose system it is.
_BUSINESS_TYPES = {"custom_action": "custom", "update_profile": "profile", "jump": "journey"}
_MESSAGE = "message"


class Drawn(NamedTuple):
    """One activity, as its step events tell of it."""

    name: str
    node_type: str
    step_type: str  # Condition, Action, Scheduler, Timer
    labels: Mapping[str, str]  # of the ways out
    ends: frozenset[str]  # ways out that lead nowhere
    event: str = ""  # the configured event that it listens to
    action: str = ""  # the kind of an action, else ""
    action_name: str = ""
    business_type: str = ""
    is_parameterized: bool = False  # values of the journey go into the action
    asks_profile: bool = False  # some expression looks at the profile


UNKNOWN = Drawn("", "", "Action", {}, frozenset())


def drawn(document: Document) -> dict[str, Drawn]:
    """Every activity of a drawing by its id."""
    return {id: _activity(id, activity) for id, activity in document.activities.items()}


def _activity(id: str, activity: ActivityDocument) -> Drawn:
    kind = kinds().get(activity.kind)
    if kind is None:
        return UNKNOWN._replace(name=activity.label or id, node_type=activity.kind)
    config, _problem = read_config(activity)
    ways = ways_of(activity)
    found = Drawn(
        name=shown_name(activity, config),
        node_type=kind.node_type,
        step_type=_step_type(kind),
        labels={way.id: way.label for way in ways},
        ends=frozenset(way.id for way in ways if not activity.to.get(way.id)),
        event=str(activity.config.get("event", "")) if kind.category == "events" else "",
        asks_profile=any(f"#{{{PROFILE_SOURCE}." in text for text in _texts(activity.config)),
    )
    return _action(found, activity, kind, config) if kind.category == "actions" else found


def _step_type(kind: type[Activity]) -> str:
    """A wait is the scheduler's, an activity that listens runs against its timer."""
    if kind.node_type in ("condition", "wait"):
        return "Condition" if kind.node_type == "condition" else "Scheduler"
    return "Timer" if kind.category == "events" else "Action"


def _action(found: Drawn, activity: ActivityDocument, kind: type[Activity], config: Any) -> Drawn:
    values = any(activity.config.get(name) for name in ("values", "parameters", "fields"))
    return found._replace(
        action=kind.kind,
        action_name=kind.name_of(config) if config is not None else "",
        business_type=_MESSAGE if kind.node_type == "message" else _BUSINESS_TYPES.get(kind.kind, ""),
        is_parameterized=values,
    )


def _texts(value: Any) -> Iterator[str]:
    """Every text in a configuration; expressions are among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
