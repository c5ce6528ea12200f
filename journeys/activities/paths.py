"""What the conditions with ordered paths have in common: the paths, "other cases", and what can be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from pydantic import Field

from journeyorch.phrases import phrase
from journeys.activities.base import OTHER, Activity, FailableConfig, Way, gettext_noop, way, with_alternative
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, ActivityId, Strict
from journeys.definition.problems import Problem
from journeys.engine.decide.step import End, Go, View, Work

MAX_PATHS = 50


class PathConfig(Strict):
    """One path: taken when it fits and none above it does."""

    id: ActivityId
    label: str = Field(default="", max_length=120)


class PathsConfig(FailableConfig):
    """``paths``, of the kind's own form, are declared by each kind."""

    other: bool = Field(default=True, title=gettext_noop("Show a path for other cases than the ones above"))


class PathsStep(Work):
    """Nobody matches and there is no path for other cases: the journey ends, successfully."""

    __slots__ = ("_other", "_paths")
    node_type = "condition"

    def __init__(self, *, paths: Sequence[tuple[str, Any]], other: bool, **step: Any) -> None:
        """``paths``: their ids, each with what ``fits`` looks at."""
        super().__init__(**step)
        self._paths = tuple(paths)
        self._other = other

    def enter(self, view: View) -> Go | End:
        for path, condition in self._paths:
            if self.fits(condition, view):
                return Go(path)
        return Go(OTHER) if self._other else End()

    def fits(self, condition: Any, view: View) -> bool:
        """Whether the person takes this path. May raise the expression language's ``RunTimeError``."""
        raise NotImplementedError


class PathsCondition(Activity):
    """Base of these kinds."""

    category = "orchestration"
    node_type = "condition"
    labelled = "paths"

    @classmethod
    def tell(cls, config: PathsConfig, words: Words) -> list[str]:
        told = [words.say(gettext_noop("The first of these paths that fits is taken."))]
        nobody = gettext_noop("If none fits, the journey ends for the person.")
        return told if config.other else [*told, words.say(nobody)]

    Config: ClassVar[Any]

    @classmethod
    def ways(cls, config: Any) -> list[Way]:
        ways = [
            way(path.id, gettext_noop("Path {}"), str(number), label=path.label)
            for number, path in enumerate(config.paths, 1)
        ]
        if config.other:
            ways.append(way(OTHER, gettext_noop("Other cases")))
        return with_alternative(ways, config)

    @classmethod
    def check(cls, id: str, document: ActivityDocument, config: Any, room: Room) -> Iterable[Problem]:
        yield from check_ids(id, cls.ways(config), "paths")


def check_ids(id: str, ways: Sequence[Way], field: str) -> Iterable[Problem]:
    """Paths that are called the same, also as one that the kind itself adds, such as “other”."""
    if len({way.id for way in ways}) != len(ways):
        message = phrase("Two paths have the same id; delete one of them.")
        yield Problem("ERR_JOURNEY_PATH_TWICE", message, id, field)
