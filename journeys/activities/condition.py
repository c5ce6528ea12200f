"""Data source condition: ordered paths with an expression each; the first true one wins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from journeyorch.expressions import Compiled, types
from journeys.activities.base import ERROR, OTHER, Activity, FailableConfig, Way, activity
from journeys.activities.room import Room
from journeys.definition.document import ActivityDocument, ActivityId, Strict
from journeys.definition.problems import Problem
from journeys.engine.decide.step import End, Go, View, Work


class PathConfig(Strict):
    """One path: taken when its expression is true and none above it is."""

    id: ActivityId
    label: str = Field(default="", max_length=120)
    expression: str


class ConditionConfig(FailableConfig):
    paths: list[PathConfig] = Field(min_length=1, max_length=50, title="Paths")
    other: bool = Field(default=True, title="Show a path for other cases than the ones above")


class ConditionStep(Work):
    """Nobody matches and there is no path for other cases: the journey ends, successfully."""

    __slots__ = ("_other", "_paths")
    node_type = "condition"

    def __init__(self, *, paths: tuple[tuple[str, Compiled], ...], other: bool, **step: Any) -> None:
        super().__init__(**step)
        self._paths = paths
        self._other = other

    def expressions(self) -> Iterable[Compiled]:
        return [expression for _, expression in self._paths]

    def enter(self, view: View) -> Go | End:
        for path, expression in self._paths:
            if expression.evaluate(view.context):
                return Go(path)
        return Go(OTHER) if self._other else End()


@activity("condition")
class Condition(Activity):
    title = "Condition"
    category = "orchestration"
    icon = "split"
    help = "Sends people along the first path whose condition is true."
    node_type = "condition"
    Config = ConditionConfig

    @classmethod
    def ways(cls, config: ConditionConfig) -> list[Way]:
        ways = [Way(path.id, path.label or f"Path {number}") for number, path in enumerate(config.paths, 1)]
        if config.other:
            ways.append(Way(OTHER, "Other cases"))
        if config.error_path:
            ways.append(Way(ERROR, "On error or timeout"))
        return ways

    @classmethod
    def check(
        cls, id: str, document: ActivityDocument, config: ConditionConfig, room: Room
    ) -> Iterable[Problem]:
        if len({path.id for path in config.paths}) != len(config.paths):
            yield Problem(
                "ERR_JOURNEY_PATH_TWICE", "Two paths have the same id; delete one of them.", id, "paths"
            )
        for index, path in enumerate(config.paths):
            yield from room.check(id, f"paths.{index}.expression", path.expression, types.BOOLEAN)

    @classmethod
    def compile(
        cls, id: str, document: ActivityDocument, config: ConditionConfig, room: Room
    ) -> ConditionStep:
        paths = tuple((path.id, room.compile(path.expression, types.BOOLEAN)) for path in config.paths)
        return ConditionStep(
            id=id,
            name=document.label or cls.title,
            to=document.targets,
            fetches=room.fetches(*(expression for _, expression in paths)),
            paths=paths,
            other=config.other,
        )
