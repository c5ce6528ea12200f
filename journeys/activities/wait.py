"""Wait: holds the person for a duration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from journeys.activities.base import NEXT, Activity, Config, activity
from journeys.activities.room import Room
from journeys.definition.document import ActivityDocument, Duration
from journeys.engine.decide.step import Armed, Pause, View
from journeys.engine.decide.values import StepStatus


class WaitConfig(Config):
    """How long to wait."""

    duration: Duration = Field(title="Duration", ge=timedelta(0), le=timedelta(days=90))


class WaitStep(Pause):
    __slots__ = ("_duration",)
    node_type = "wait"

    def __init__(self, *, duration: timedelta, **step: Any) -> None:
        super().__init__(**step)
        self._duration = duration

    def arm(self, view: View) -> Armed:
        return Armed(view.now + self._duration, NEXT, StepStatus.TRANSITIONS)


@activity("wait")
class Wait(Activity):
    title = "Wait"
    category = "orchestration"
    icon = "clock"
    help = "Holds the person for a while, then goes on."
    node_type = "wait"
    waits = True
    Config = WaitConfig

    @classmethod
    def compile(cls, id: str, document: ActivityDocument, config: WaitConfig, room: Room) -> WaitStep:
        return WaitStep(
            id=id,
            name=document.label or cls.title,
            to=document.targets,
            duration=config.duration,
        )
