"""Percentage split: sends people along paths at random, in given parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import accumulate
from string import ascii_uppercase
from typing import Any
from uuid import UUID

from pydantic import Field

from journeyorch.phrases import phrase
from journeys.activities.base import Activity, FailableConfig, Way, activity, gettext_noop, with_alternative
from journeys.activities.paths import check_ids
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, ActivityId, Strict
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Go, View, Work


class PartConfig(Strict):
    id: ActivityId
    label: str = Field(default="", max_length=120)
    percent: float = Field(ge=0, le=100)


class SplitConfig(FailableConfig):
    parts: list[PartConfig] = Field(min_length=2, max_length=20, title=gettext_noop("Parts"))


def draw(instance_id: UUID, activity: str) -> float:
    """A number in [0, 100), uniform over instances, and always the same for an instance and an activity.

    So a retry, or a second worker after a crash, takes the same path (users.md, Which way).
    """
    digest = hashlib.blake2b(instance_id.bytes + activity.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64 * 100


def _unlabelled(part: PartConfig, index: int) -> str:
    """What a part without a label is called: equal parts are told from each other by their letters."""
    return f"{ascii_uppercase[index]} · {part.percent:g} %"


class SplitStep(Work):
    __slots__ = ("_bounds",)
    node_type = "condition"

    def __init__(self, *, parts: tuple[tuple[str, float], ...], **step: Any) -> None:
        super().__init__(**step)
        self._bounds = tuple(
            zip((path for path, _ in parts), accumulate(part for _, part in parts), strict=True)
        )

    def enter(self, view: View) -> Go:
        if view.in_test:  # the top path is taken, so that a tester knows what will happen
            return Go(self._bounds[0][0])
        drawn = draw(view.instance_id, self.id)
        # The last bound may be 99.999…; it must still take everybody.
        return Go(next((path for path, bound in self._bounds if drawn < bound), self._bounds[-1][0]))


@activity("split")
class Split(Activity):
    title = gettext_noop("Percentage split")
    category = "orchestration"
    icon = "percent"
    help = gettext_noop("Sends given parts of the people along each path, at random.")
    node_type = "condition"
    labelled = "parts"
    Config = SplitConfig

    @classmethod
    def ways(cls, config: SplitConfig) -> list[Way]:
        ways = [Way(part.id, part.label or _unlabelled(part, n)) for n, part in enumerate(config.parts)]
        return with_alternative(ways, config)

    @classmethod
    def tell(cls, config: SplitConfig, words: Words) -> list[str]:
        return [words.say(gettext_noop("Chance decides which path is taken."))]

    @classmethod
    def tell_paths(cls, config: SplitConfig, words: Words) -> dict[str, str]:
        phrase = gettext_noop("{0} % of the people")
        labelled = (part for part in config.parts if part.label)
        return {part.id: words.say(phrase, f"{part.percent:g}") for part in labelled}

    @classmethod
    def check(cls, id: str, document: ActivityDocument, config: SplitConfig, room: Room) -> Iterable[Problem]:
        yield from check_ids(id, cls.ways(config), "parts")
        total = sum(part.percent for part in config.parts)
        if abs(total - 100) > 1e-6:
            message = phrase("The parts add up to {total:g} %; make them 100 %.", total=total)
            yield Problem("ERR_JOURNEY_SPLIT", message, id, "parts")

    @classmethod
    def compile(cls, id: str, document: ActivityDocument, config: SplitConfig, room: Room) -> SplitStep:
        return SplitStep(
            id=id,
            name=document.label or cls.title,
            to=document.targets,
            parts=tuple((part.id, part.percent) for part in config.parts),
        )
