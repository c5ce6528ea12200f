"""Jump: the person enters another journey, too, by its first event, and goes on in this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import Field

from journeyorch.expressions import Compiled, types
from journeyorch.phrases import phrase
from journeys.activities.base import Activity, FailableConfig, activity, gettext_noop
from journeys.activities.catalog import Catalog, EventInfo, JourneyInfo, VariableInfo
from journeys.activities.room import Room
from journeys.activities.values import check_values, compile_values, evaluate_values
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Leap, View, Work

# What says who somebody is, what an event is, and when: it passes by itself.
_BY_ITSELF = ("_id", "timestamp", "identityMap", "_experience.campaign.orchestration.eventID")


class JumpConfig(FailableConfig):
    """Where to, and what to bring; ``event`` is the target's first one as it was when this was configured."""

    journey: str = Field(
        title=gettext_noop("Target journey"),
        min_length=1,
        description="The journey's id.",
        json_schema_extra={"widget": "journey"},
    )
    event: str = Field(
        title=gettext_noop("First event of the target"), min_length=1, json_schema_extra={"widget": "hidden"}
    )
    values: dict[str, str] = Field(
        default_factory=dict,
        title=gettext_noop("Fields of the event"),
        json_schema_extra={"widget": "values"},
    )


class JumpStep(Work):
    __slots__ = ("_event_id", "_journey_id", "_values")
    node_type = "jump"

    def __init__(
        self, *, journey_id: int | None, event_id: int, values: dict[str, Compiled], **step: Any
    ) -> None:
        super().__init__(**step)
        self._journey_id = journey_id
        self._event_id = event_id
        self._values = values

    def expressions(self) -> Iterable[Compiled]:
        return self._values.values()

    def enter(self, view: View) -> Leap:
        return Leap(self._journey_id, self._event_id, _nested(evaluate_values(self._values, view)))


@activity("jump")
class Jump(Activity):
    title = gettext_noop("Jump")
    category = "actions"
    icon = "forward"
    help = gettext_noop("Lets the person enter another journey, too.")
    node_type = "jump"
    Config = JumpConfig

    @classmethod
    def tell(cls, config: JumpConfig, words: Words) -> list[str]:
        target = words.journeys.get(config.journey, config.journey)
        phrase = gettext_noop("The person enters the journey “{0}”, too, and goes on in this one.")
        return [words.say(phrase, target), *words.meanings(config.values)]

    @classmethod
    def check(cls, id: str, document: ActivityDocument, config: JumpConfig, room: Room) -> Iterable[Problem]:
        yield from _check_target(id, config, room)
        if "segment_qualification" in room.kinds:
            message = phrase(
                "There is no jump in a journey with a segment qualification; delete one of them."
            )
            yield Problem("ERR_JOURNEY_JUMP_SEGMENT", message, id)
        if event := room.catalog.events.get(config.event):
            if room.namespaces != {event.namespace} or not event.namespace:
                message = phrase(
                    "The target knows people by another namespace; jump within the same namespace."
                )
                yield Problem("ERR_JOURNEY_JUMP_NAMESPACE", message, id, "journey")
            yield from check_values(id, "values", config.values, fields_of(event), room)

    @classmethod
    def compile(cls, id: str, document: ActivityDocument, config: JumpConfig, room: Room) -> JumpStep:
        """A target that is gone makes the jump fail when it is decided, not the whole journey now."""
        target = room.catalog.journeys.get(config.journey)
        event = room.catalog.events[config.event]
        values = compile_values(config.values, fields_of(event), room)
        return JumpStep(
            id=id,
            name=document.label or (target.name if target else cls.title),
            to=document.targets,
            fetches=room.fetches(*values.values()),
            journey_id=target.id if target else None,
            event_id=event.id,
            values=values,
        )


def fields_of(event: EventInfo) -> tuple[VariableInfo, ...]:
    """What a jump must bring: every field with a type; what the schema leaves open it may leave out.

    Records are looked up when the event arrives: who jumps brings the field that refers to them.
    """
    linked = tuple(".".join(place) + "." for place in event.linked)
    leaves = [
        (path, type)
        for path, type in _leaves(event.type, "")
        if path not in _BY_ITSELF and not f"{path}.".startswith(linked)
    ]
    return tuple(VariableInfo(path, path, type, required=_is_definite(type)) for path, type in leaves)


def _is_definite(type: Any) -> bool:
    return isinstance(type, types.Scalar | types.ListType) and not types.is_open(type)


def _leaves(type: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(type, types.ObjectType) and type.fields:
        for name, inner in type.fields.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    else:
        yield path, type


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = {}
    for path, value in values.items():
        *names, last = path.split(".")
        inner = payload
        for name in names:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return payload


def _check_target(id: str, config: JumpConfig, room: Room) -> Iterator[Problem]:
    target = room.catalog.journeys.get(config.journey)
    if target is None:
        yield _unusable(id, phrase("The target journey no longer exists; choose another one."))
    elif room.catalog.own in jumped_to(config.journey, room.catalog):
        message = phrase("The jump leads back to this journey, perhaps by others; remove it.")
        yield Problem("ERR_JOURNEY_JUMP_LOOP", message, id, "journey")
    elif not (target.is_live or (room.catalog.testing and target.in_test)):
        yield _unusable(id, phrase("The target “{name}” is not live; publish it first.", name=target.name))
    elif not target.event:
        yield _unusable(
            id,
            phrase("The target “{name}” does not start with an event; choose another one.", name=target.name),
        )
    elif target.event != config.event:
        yield _changed(id, target)


def _unusable(id: str, message: str) -> Problem:
    return Problem("ERR_JOURNEY_JUMP_TARGET", message, id, "journey")


def _changed(id: str, target: JourneyInfo) -> Problem:
    message = phrase(
        "The first event of “{name}” is now “{event}”; give the fields of that one.",
        name=target.name,
        event=target.event,
    )
    return Problem("ERR_JOURNEY_JUMP_EVENT", message, id, "event")


def jumped_to(journey: str, catalog: Catalog) -> set[str]:
    """A journey, and all to which people may get from it by jumps."""
    found: set[str] = set()
    waiting = [journey]
    while waiting:
        uid = waiting.pop()
        if uid not in found:
            found.add(uid)
            info = catalog.journeys.get(uid)
            waiting.extend(info.jumps if info else ())
    return found
