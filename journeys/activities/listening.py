"""What kinds that wait for news have in common: a timeout, by a path of its own or along the normal one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from journeys.activities.base import NEXT, TIMEOUT
from journeys.engine.decide.step import Armed, Pause, View
from journeys.engine.decide.values import StepStatus


class ListeningStep(Pause):
    """Waits for one of its keys, and for its timeout if it has one."""

    __slots__ = ("_path", "_timeout")

    def __init__(self, *, timeout: timedelta | None, timeout_path: bool, **step: Any) -> None:
        super().__init__(**step)
        self._timeout = timeout
        self._path = TIMEOUT if timeout_path else NEXT

    def arm(self, view: View) -> Armed:
        due = view.now + self._timeout if self._timeout is not None else None
        return Armed(due, self._path, StepStatus.TIMED_OUT)
