"""Wait: holds the person for a duration, until a date and time, or until what an expression gives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import Field, model_validator

from journeyorch.expressions import Compiled, types
from journeyorch.expressions.times import in_zone
from journeyorch.phrases import phrase
from journeys.activities.base import (
    NEXT,
    Activity,
    FailableConfig,
    Misfit,
    activity,
    expression_of,
    gettext_noop,
    in_units,
)
from journeys.activities.room import Room
from journeys.activities.words import Words
from journeys.definition.document import ActivityDocument, Duration, WallTime
from journeys.definition.problems import Problem
from journeys.engine.decide.step import Armed, Failed, Pause, View
from journeys.engine.decide.values import StepStatus

_NO_MOMENT = phrase("The expression of the wait gave no date and time.")


class WaitConfig(FailableConfig):
    """How long to wait. ``type`` says which of the fields below it counts; only custom waits can fail."""

    type: Literal["duration", "date_time", "custom"] = Field(
        default="duration",
        title=gettext_noop("Wait for"),
        json_schema_extra={
            "help": "design.wait",
            "titles": [
                gettext_noop("A duration"),
                gettext_noop("A date and time"),
                gettext_noop("A moment that an expression gives"),
            ],
        },
    )
    duration: Duration | None = Field(
        default=None,
        title=gettext_noop("Duration"),
        ge=timedelta(0),
        le=timedelta(days=90),
        json_schema_extra={"when": {"type": "duration"}},
    )
    at: WallTime | None = Field(
        default=None,
        title=gettext_noop("Date and time"),
        json_schema_extra={"when": {"type": "date_time"}},
    )
    expression: str = Field(
        default="",
        title=gettext_noop("Expression"),
        json_schema_extra={**expression_of(), "when": {"type": "custom"}},
    )

    @model_validator(mode="after")
    def is_complete(self) -> WaitConfig:
        if self.type == "duration" and self.duration is None:
            raise Misfit(phrase("Give a duration."), field="duration")
        if self.type == "date_time" and self.at is None:
            raise Misfit(phrase("Give a date and time."), field="at")
        if self.type == "custom" and not self.expression.strip():
            raise Misfit(phrase("Give an expression."), field="expression")
        return self


class WaitStep(Pause):
    """Base of the three: each knows when it is over."""

    __slots__ = ()
    node_type = "wait"

    def arm(self, view: View) -> Armed | Failed:
        due = self.due(view)
        if isinstance(due, Failed):
            return due
        # What is over already is over at once, not before the person came: first is what happened first.
        return Armed(max(due.astimezone(UTC), view.now), NEXT, StepStatus.TRANSITIONS)

    def due(self, view: View) -> datetime | Failed:
        """The moment at which the person goes on."""
        raise NotImplementedError


class DurationStep(WaitStep):
    __slots__ = ("_duration",)

    def __init__(self, *, duration: timedelta, **step: Any) -> None:
        super().__init__(**step)
        self._duration = duration

    def due(self, view: View) -> datetime:
        return view.now + self._duration


class DateTimeStep(WaitStep):
    __slots__ = ("_at",)

    def __init__(self, *, at: datetime, **step: Any) -> None:
        super().__init__(**step)
        self._at = at

    def due(self, view: View) -> datetime:
        return in_zone(self._at, view.context.zone)


class CustomStep(WaitStep):
    __slots__ = ("_expression",)

    def __init__(self, *, expression: Compiled, **step: Any) -> None:
        super().__init__(**step)
        self._expression = expression

    def expressions(self) -> Iterable[Compiled]:
        return [self._expression]

    def due(self, view: View) -> datetime | Failed:
        moment = self._expression.evaluate(view.context)
        if moment is None:
            return Failed(StepStatus.ERROR, "error", _NO_MOMENT)
        try:
            return in_zone(moment, view.context.zone) if moment.tzinfo is None else moment
        except ValueError as error:
            return Failed(StepStatus.ERROR, "error", str(error))


@activity("wait")
class Wait(Activity):
    title = gettext_noop("Wait")
    category = "orchestration"
    icon = "clock"
    help = gettext_noop("Holds the person for a while or until a moment, then goes on.")
    node_type = "wait"
    waits = True
    fails_when = {"type": "custom"}
    Config = WaitConfig

    @classmethod
    def detail_of(cls, config: WaitConfig) -> str:
        if config.type == "date_time" and config.at is not None:
            return f"{config.at:%Y-%m-%d %H:%M}"
        return in_units(config.duration) if config.type == "duration" and config.duration is not None else ""

    @classmethod
    def tell(cls, config: WaitConfig, words: Words) -> list[str]:
        if config.type == "custom":
            return [words.say(gettext_noop("Waits until this moment:")), words.meaning(config.expression)]
        if config.type == "date_time" and config.at is not None:
            return [words.say(gettext_noop("Waits until {0}."), words.write(config.at))]
        return [words.say(gettext_noop("Waits {0}."), cls.detail_of(config))]

    @classmethod
    def check(cls, id: str, document: ActivityDocument, config: WaitConfig, room: Room) -> Iterable[Problem]:
        longest = room.catalog.longest_wait
        if config.type == "duration" and config.duration is not None and config.duration > longest:
            message = phrase("The wait is longer than {days} days; make it shorter.", days=longest.days)
            yield Problem("ERR_JOURNEY_WAIT_TOO_LONG", message, id, "duration")
        if config.type == "custom":
            yield from _check_expression(id, config, room)

    @classmethod
    def compile(cls, id: str, document: ActivityDocument, config: WaitConfig, room: Room) -> WaitStep:
        step: dict[str, Any] = {"id": id, "name": document.label or cls.title, "to": document.targets}
        if config.type == "date_time" and config.at is not None:
            return DateTimeStep(at=config.at, **step)
        if config.type == "custom":
            expression = room.compile(config.expression)
            return CustomStep(expression=expression, fetches=room.fetches(expression), **step)
        return DurationStep(duration=config.duration or timedelta(0), **step)


def _check_expression(id: str, config: WaitConfig, room: Room) -> Iterable[Problem]:
    problems = list(room.check(id, "expression", config.expression))
    yield from problems
    if not problems and room.compile(config.expression).type not in (types.DATE_TIME, types.DATE_TIME_ONLY):
        message = phrase(
            "The expression gives no date and time; convert it with toDateTime or toDateTimeOnly."
        )
        yield Problem("ERR_JOURNEY_WAIT_NO_TIME", message, id, "expression")
