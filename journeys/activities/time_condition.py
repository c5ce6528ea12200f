"""Time condition: ordered paths by the day of the week and the hour of the day at the person's coming."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from journeyorch.phrases import phrase
from journeys.activities.base import Misfit, activity, gettext_noop
from journeys.activities.paths import MAX_PATHS, PathConfig, PathsCondition, PathsConfig, PathsStep
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, Strict
from journeys.engine.decide.step import View

#: In the order of ``datetime.weekday``.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_HOUR = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _only_once(days: list[Day]) -> list[Day]:
    if len(set(days)) != len(days):
        raise Misfit(phrase("A day is named twice; name it once."))
    return days


class HoursConfig(Strict):
    """From (included) to (excluded), as ``22:00``; an end that is not after the begin is on the next day."""

    begin: str = Field(alias="from", pattern=_HOUR)
    end: str = Field(alias="to", pattern=_HOUR)


class TimePathConfig(PathConfig):
    """No days: every day; no hours: all day. Hours that pass midnight belong to the day they begin on."""

    days: Annotated[list[Day], AfterValidator(_only_once)] = Field(
        default_factory=list, title=gettext_noop("Days")
    )
    hours: list[HoursConfig] = Field(default_factory=list, max_length=24, title=gettext_noop("Hours"))

    @model_validator(mode="after")
    def says_something(self) -> TimePathConfig:
        if not self.days and not self.hours:
            raise Misfit(phrase("Choose days of the week, hours of the day, or both."))
        return self


class TimeConditionConfig(PathsConfig):
    paths: list[TimePathConfig] = Field(min_length=1, max_length=MAX_PATHS, title=gettext_noop("Paths"))


class Hours(NamedTuple):
    begin: time
    end: time

    @property
    def passes_midnight(self) -> bool:
        return self.end <= self.begin


class When(NamedTuple):
    """``days`` as ``datetime.weekday`` counts them."""

    days: frozenset[int]
    hours: tuple[Hours, ...]

    def fits(self, wall: datetime) -> bool:
        """Whether a wall clock is within."""
        today, yesterday = wall.weekday(), (wall - timedelta(days=1)).weekday()
        if not self.hours:
            return today in self.days
        return any(
            (today in self.days and _has_begun(hours, wall.time()))
            or (yesterday in self.days and hours.passes_midnight and wall.time() < hours.end)
            for hours in self.hours
        )


def _has_begun(hours: Hours, now: time) -> bool:
    return hours.begin <= now and (hours.passes_midnight or now < hours.end)


class TimeConditionStep(PathsStep):
    __slots__ = ()

    def fits(self, condition: When, view: View) -> bool:
        return condition.fits(view.now.astimezone(view.context.zone).replace(tzinfo=None))


@activity("time_condition")
class TimeCondition(PathsCondition):
    title = gettext_noop("Time condition")
    icon = "clock"
    help = gettext_noop("Sends people along the first path whose days and hours it is.")
    Config = TimeConditionConfig

    @classmethod
    def tell_paths(cls, config: TimeConditionConfig, words: Words) -> dict[str, str]:
        return {path.id: _told(path, words) for path in config.paths}

    @classmethod
    def compile(
        cls, id: str, document: ActivityDocument, config: TimeConditionConfig, room: Room
    ) -> TimeConditionStep:
        return TimeConditionStep(
            id=id,
            name=document.label or cls.title,
            to=document.targets,
            paths=[(path.id, _when(path)) for path in config.paths],
            other=config.other,
        )


_DAY_NAMES = {
    "mon": gettext_noop("Monday"),
    "tue": gettext_noop("Tuesday"),
    "wed": gettext_noop("Wednesday"),
    "thu": gettext_noop("Thursday"),
    "fri": gettext_noop("Friday"),
    "sat": gettext_noop("Saturday"),
    "sun": gettext_noop("Sunday"),
}


def _told(path: TimePathConfig, words: Words) -> str:
    """``Saturday, Sunday, 22:00–02:00``."""
    days = [words.say(_DAY_NAMES[day]) for day in path.days]
    return ", ".join([*days, *(f"{hours.begin}–{hours.end}" for hours in path.hours)])


def _when(path: TimePathConfig) -> When:
    days = frozenset(DAYS.index(day) for day in path.days or DAYS)
    hours = (Hours(time.fromisoformat(one.begin), time.fromisoformat(one.end)) for one in path.hours)
    return When(days, tuple(hours))
