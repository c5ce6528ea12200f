"""Data source condition: ordered paths with an expression each; the first true one wins."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from journeyorch.expressions import Compiled, types
from journeys.activities.base import activity, expression_of, gettext_noop
from journeys.activities.paths import MAX_PATHS, PathConfig, PathsCondition, PathsConfig, PathsStep
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument
from journeys.definition.problems import Problem
from journeys.engine.decide.step import View


class ExpressionPathConfig(PathConfig):
    expression: str = Field(title=gettext_noop("Expression"), json_schema_extra=expression_of("boolean"))


class ConditionConfig(PathsConfig):
    paths: list[ExpressionPathConfig] = Field(
        min_length=1,
        max_length=MAX_PATHS,
        title=gettext_noop("Paths"),
        json_schema_extra={"help": "design.condition"},
    )


class ConditionStep(PathsStep):
    __slots__ = ()

    def expressions(self) -> Iterable[Compiled]:
        return [expression for _, expression in self._paths]

    def fits(self, condition: Compiled, view: View) -> bool:
        return bool(condition.evaluate(view.context))


@activity("condition")
class Condition(PathsCondition):
    title = gettext_noop("Condition")
    icon = "split"
    help = gettext_noop("Sends people along the first path whose condition is true.")
    Config = ConditionConfig

    @classmethod
    def tell_paths(cls, config: ConditionConfig, words: Words) -> dict[str, str]:
        return {path.id: words.meaning(path.expression) for path in config.paths}

    @classmethod
    def check(
        cls, id: str, document: ActivityDocument, config: ConditionConfig, room: Room
    ) -> Iterable[Problem]:
        yield from super().check(id, document, config, room)
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
