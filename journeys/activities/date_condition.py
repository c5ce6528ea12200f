"""Date condition: ordered paths by the date and time at the person's coming."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from pydantic import Field, model_validator

from journeyorch.expressions.times import in_zone
from journeyorch.phrases import phrase
from journeys.activities.base import Misfit, activity, gettext_noop
from journeys.activities.paths import MAX_PATHS, PathConfig, PathsCondition, PathsConfig, PathsStep
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, WallTime
from journeys.engine.decide.step import View


class DatePathConfig(PathConfig):
    """From (included) and/or to (excluded), by the clocks of the journey's time zone."""

    begin: WallTime | None = Field(default=None, alias="from", title=gettext_noop("From"))
    end: WallTime | None = Field(default=None, alias="to", title=gettext_noop("To"))

    @model_validator(mode="after")
    def says_something(self) -> DatePathConfig:
        if self.begin is None and self.end is None:
            raise Misfit(phrase("Choose a date to begin from, one to end at, or both."))
        if self.begin is not None and self.end is not None and self.end <= self.begin:
            raise Misfit(phrase("The end is not after the begin; set a later end."))
        return self


class DateConditionConfig(PathsConfig):
    paths: list[DatePathConfig] = Field(min_length=1, max_length=MAX_PATHS, title=gettext_noop("Paths"))


class Between(NamedTuple):
    begin: datetime | None
    end: datetime | None


class DateConditionStep(PathsStep):
    __slots__ = ()

    def fits(self, condition: Between, view: View) -> bool:
        zone = view.context.zone
        begin, end = condition
        return (begin is None or in_zone(begin, zone) <= view.now) and (
            end is None or view.now < in_zone(end, zone)
        )


@activity("date_condition")
class DateCondition(PathsCondition):
    title = gettext_noop("Date condition")
    icon = "calendar"
    help = gettext_noop("Sends people along the first path whose dates it is.")
    Config = DateConditionConfig

    @classmethod
    def tell_paths(cls, config: DateConditionConfig, words: Words) -> dict[str, str]:
        return {path.id: _told(path, words) for path in config.paths}

    @classmethod
    def compile(
        cls, id: str, document: ActivityDocument, config: DateConditionConfig, room: Room
    ) -> DateConditionStep:
        return DateConditionStep(
            id=id,
            name=document.label or cls.title,
            to=document.targets,
            paths=[(path.id, Between(path.begin, path.end)) for path in config.paths],
            other=config.other,
        )


def _told(path: DatePathConfig, words: Words) -> str:
    parts = []
    if path.begin is not None:
        parts.append(words.say(gettext_noop("from {0}"), words.write(path.begin)))
    if path.end is not None:
        parts.append(words.say(gettext_noop("until {0}"), words.write(path.end)))
    return " ".join(parts)
