"""Why a step failed, in the machine's words."""

from __future__ import annotations

from journeyorch.expressions import RunTimeError
from journeys.engine.decide.remembered import seen_code
from journeys.engine.decide.step import Failed, Step
from journeys.engine.decide.values import Returned, StepStatus

_FAILURES = {
    "timedOut": StepStatus.TIMED_OUT,
    "capped": StepStatus.CAPPED,
    "http": StepStatus.ERROR,
    "error": StepStatus.ERROR,
}


def failed_by(error: RunTimeError) -> Failed:
    return Failed(StepStatus.ERROR, "error", str(error))


def failure_of(returned: Returned, step: Step | None = None) -> Failed:
    """``step``: the one whose own call it was, None for a fetch."""
    code = returned.code or returned.status
    return Failed(_FAILURES[returned.status], code, returned.message, seen_code(returned, step))
