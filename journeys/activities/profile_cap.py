"""Profile cap: the first so many people take the first path, everybody after them the second."""

from __future__ import annotations

from pydantic import Field

from journeys.activities.base import (
    Activity,
    FailableConfig,
    Way,
    activity,
    gettext_noop,
    way,
    with_alternative,
)
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument
from journeys.engine.decide.step import CapStep, Go, View

BEYOND = "beyond"


class ProfileCapConfig(FailableConfig):
    count: int = Field(
        default=1000,
        ge=1,
        le=2**31 - 1,
        title=gettext_noop("People on the first path"),
        json_schema_extra={"help": "design.cap"},
    )


class ProfileCapStep(CapStep):
    __slots__ = ()
    node_type = "condition"

    def enter(self, view: View) -> Go:
        return Go(self.within if view.taken.get(self.id, 0) < self.count else BEYOND)


@activity("profile_cap")
class ProfileCap(Activity):
    title = gettext_noop("Profile cap")
    category = "orchestration"
    icon = "users"
    help = gettext_noop("Sends at most so many people along the first path, the rest along the second.")
    node_type = "condition"
    Config = ProfileCapConfig

    @classmethod
    def ways(cls, config: ProfileCapConfig) -> list[Way]:
        first = way(CapStep.within, gettext_noop("First {}"), f"{config.count:,}")
        return with_alternative([first, way(BEYOND, gettext_noop("Everybody else"))], config)

    @classmethod
    def tell(cls, config: ProfileCapConfig, words: Words) -> list[str]:
        phrase = gettext_noop("At most {0} people take the first path, everybody after them the second.")
        return [words.say(phrase, f"{config.count:,}")]

    @classmethod
    def compile(
        cls, id: str, document: ActivityDocument, config: ProfileCapConfig, room: Room
    ) -> ProfileCapStep:
        return ProfileCapStep(
            id=id, name=document.label or cls.title, to=document.targets, count=config.count
        )
