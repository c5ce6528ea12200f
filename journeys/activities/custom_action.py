"""Custom action: a call to any system that a technical user has connected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field

from actions.payload import source_key
from journeyorch.expressions import Compiled
from journeyorch.phrases import phrase
from journeys.activities.base import Activity, FailableConfig, activity, expression_of, gettext_noop
from journeys.activities.catalog import ActionInfo, Catalog
from journeys.activities.dynamic_path import Piece, check_path, compile_path, evaluate_path
from journeys.activities.object_lists import Fields, check_fields
from journeys.activities.room import Room
from journeys.activities.values import check_values, compile_values, evaluate_values
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Do, View, Work


class CustomActionConfig(FailableConfig):
    action: str = Field(title=gettext_noop("Action"), min_length=1, json_schema_extra={"widget": "action"})
    values: dict[str, str] = Field(
        default_factory=dict, title=gettext_noop("Action parameters"), json_schema_extra={"widget": "values"}
    )
    # Of each list of objects: the names that the action's fields have in the journey's objects.
    fields: dict[str, dict[str, str]] = Field(
        default_factory=dict, title=gettext_noop("Fields of lists"), json_schema_extra={"widget": "names"}
    )
    path: str = Field(default="", title=gettext_noop("Dynamic path"), json_schema_extra=expression_of())


class CustomActionStep(Work):
    __slots__ = ("_action_id", "_endpoint", "_name", "_names", "_path", "_values", "told_at_once")
    node_type = "customAction"

    def __init__(
        self,
        *,
        action_id: int,
        endpoint: str,
        reference: str,
        values: dict[str, Compiled],
        names: dict[str, str],
        path: tuple[Piece, ...],
        told_at_once: frozenset[str],
        **step: Any,
    ) -> None:
        """``names``: of fields in the journey's objects, as ``actions.payload.source_key`` calls them."""
        super().__init__(**step)
        self._action_id = action_id
        self._endpoint = endpoint
        self._name = reference
        self._values = values
        self._names = names
        self._path = path
        self.told_at_once = told_at_once

    def expressions(self) -> Iterable[Compiled]:
        return [*self._values.values(), *_expressions_of(self._path)]

    def enter(self, view: View) -> Do:
        values = {**evaluate_values(self._values, view), **self._names}
        spec = {"action": self._action_id, "values": values}
        if self._path:
            spec["path"] = evaluate_path(self._path, view)
        return Do("custom_action", self._endpoint, spec)

    def stores(self) -> str:
        return self._name


def _expressions_of(path: tuple[Piece, ...]) -> list[Compiled]:
    return [piece for piece in path if not isinstance(piece, str)]


def _names_of(fields: Fields) -> dict[str, str]:
    return {
        source_key(variable, field): name.strip()
        for variable, names in fields.items()
        for field, name in names.items()
        if name.strip()
    }


def _check_sent(id: str, config: CustomActionConfig, action: ActionInfo, room: Room) -> Iterator[Problem]:
    """What policies keep from the system that is called."""
    for variable in action.variables:
        yield from room.check_sent(
            id, f"values.{variable.name}", config.values.get(variable.name, ""), variable.type
        )
    yield from room.check_sent(id, "path", config.path)


def _check_campaign(id: str, action: ActionInfo, room: Room) -> Iterator[Problem]:
    if action.is_campaign and "segment_qualification" in room.kinds:
        message = phrase(
            "Adobe Campaign is not for journeys with a segment qualification; delete one of them."
        )
        yield Problem("ERR_JOURNEY_CAMPAIGN_SEGMENT", message, id, "action")


@activity("custom_action")
class CustomAction(Activity):
    title = gettext_noop("Custom action")
    category = "actions"
    icon = "webhook"
    help = gettext_noop("Calls a system that a technical user has connected.")
    node_type = "customAction"
    named_by = "action"
    Config = CustomActionConfig

    @classmethod
    def stores(cls, document: ActivityDocument, config: CustomActionConfig) -> str:
        return document.name or config.action

    @classmethod
    def leaves(cls, config: CustomActionConfig, catalog: Catalog) -> Any:
        action = catalog.actions.get(config.action)
        return action.response if action else None

    @classmethod
    def reactions_of(cls, config: CustomActionConfig, catalog: Catalog) -> tuple[str, ...]:
        action = catalog.actions.get(config.action)
        return action.reactions if action else ()

    @classmethod
    def tell(cls, config: CustomActionConfig, words: Words) -> list[str]:
        calls = words.say(gettext_noop("Calls another system by the action {0}."), config.action)
        return [calls, *words.meanings(config.values)]

    @classmethod
    def check(
        cls, id: str, document: ActivityDocument, config: CustomActionConfig, room: Room
    ) -> Iterable[Problem]:
        action = room.catalog.actions.get(config.action)
        if action is None:
            message = phrase(
                "The action “{action}” no longer exists; choose another one.", action=config.action
            )
            yield Problem("ERR_JOURNEY_ACTION_MISSING", message, id, "action")
        else:
            yield from check_values(id, "values", config.values, action.variables, room)
            yield from check_fields(id, config.values, config.fields, action.variables, room)
            yield from check_path(id, "path", config.path, room)
            yield from _check_sent(id, config, action, room)
            yield from _check_campaign(id, action, room)

    @classmethod
    def compile(
        cls, id: str, document: ActivityDocument, config: CustomActionConfig, room: Room
    ) -> CustomActionStep:
        action = room.catalog.actions[config.action]
        values = compile_values(config.values, action.variables, room)
        path = compile_path(config.path, room)
        return CustomActionStep(
            id=id,
            name=document.label or cls.stores(document, config),
            to=document.targets,
            fetches=room.fetches(*values.values(), *_expressions_of(path)),
            action_id=action.id,
            endpoint=action.endpoint,
            reference=cls.stores(document, config) if action.response is not None else "",
            values=values,
            names=_names_of(config.fields),
            path=path,
            told_at_once=action.told_at_once,
        )
