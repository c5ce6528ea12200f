"""Custom action: a call to any system that a technical user has connected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from journeyorch.expressions import Compiled
from journeys.activities.base import Activity, FailableConfig, activity, gettext_noop
from journeys.activities.catalog import Catalog
from journeys.activities.room import Room
from journeys.activities.values import check_values, compile_values, evaluate_values
from journeys.definition.document import ActivityDocument
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Do, View, Work


class CustomActionConfig(FailableConfig):
    action: str = Field(title=gettext_noop("Action"), min_length=1, json_schema_extra={"widget": "action"})
    values: dict[str, str] = Field(
        default_factory=dict, title=gettext_noop("Action parameters"), json_schema_extra={"widget": "values"}
    )


class CustomActionStep(Work):
    __slots__ = ("_action_id", "_endpoint", "_name", "_values")
    node_type = "customAction"

    def __init__(
        self, *, action_id: int, endpoint: str, reference: str, values: dict[str, Compiled], **step: Any
    ) -> None:
        super().__init__(**step)
        self._action_id = action_id
        self._endpoint = endpoint
        self._name = reference
        self._values = values

    def expressions(self) -> Iterable[Compiled]:
        return self._values.values()

    def enter(self, view: View) -> Do:
        spec = {"action": self._action_id, "values": evaluate_values(self._values, view)}
        return Do("custom_action", self._endpoint, spec)

    def stores(self) -> str:
        return self._name


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
    def check(
        cls, id: str, document: ActivityDocument, config: CustomActionConfig, room: Room
    ) -> Iterable[Problem]:
        action = room.catalog.actions.get(config.action)
        if action is None:
            message = f"The action “{config.action}” no longer exists; choose another one."
            yield Problem("ERR_JOURNEY_ACTION_MISSING", message, id, "action")
        else:
            yield from check_values(id, "values", config.values, action.variables, room)

    @classmethod
    def compile(
        cls, id: str, document: ActivityDocument, config: CustomActionConfig, room: Room
    ) -> CustomActionStep:
        action = room.catalog.actions[config.action]
        values = compile_values(config.values, action.variables, room)
        return CustomActionStep(
            id=id,
            name=document.label or cls.stores(document, config),
            to=document.targets,
            fetches=room.fetches(*values.values()),
            action_id=action.id,
            endpoint=action.endpoint,
            reference=cls.stores(document, config) if action.response is not None else "",
            values=values,
        )
