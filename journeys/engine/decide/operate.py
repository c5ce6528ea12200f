"""What operators do with a person: try a step again, skip it, end it, settle a parked call. Pure.

Every operation leaves a step event that says what was done and by whom; one that came too late leaves one
that says why nothing was done. Those that no step ends by have the status OPERATED, and a path of
``reopened``, ``retried``, ``parked``, ``again`` or ``refused``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from journeyorch.phrases import phrase
from journeys.engine.decide.context import Surroundings
from journeys.engine.decide.deciding import abort
from journeys.engine.decide.machine import Walk
from journeys.engine.decide.step import Failed, Pause, Plan
from journeys.engine.decide.values import (
    Decision,
    Operation,
    Position,
    Refusal,
    State,
    Status,
    StepRecord,
    StepStatus,
    Verb,
)

REOPENED, RETRIED, PARKED, AGAIN, REFUSED = "reopened", "retried", "parked", "again", "refused"
_UNKNOWN = phrase("Nobody knows whether the call was made; an operator took it as failed.")


class Operated(NamedTuple):
    """What an operation changed. Calls that are open belong to a visit that is over, unless one is resent."""

    decision: Decision
    refusal: Refusal | None = None
    resend: UUID | None = None
    drops_calls: bool = False

    @property
    def reopened(self) -> bool:
        """Whether somebody who had left is inside again."""
        return any(
            step.path == REOPENED for step in self.decision.steps if step.status == StepStatus.OPERATED
        )


def operate(
    plan: Plan | None,
    state: State,
    operation: Operation,
    around: Surroundings,
    *,
    moved: bool = False,
    inside_again: bool = False,
) -> Operated:
    """Carry out an operation, or say why not.

    ``plan``: None if nobody is in the version any more; ``moved``: the instance was written since the
    operator saw it; ``inside_again``: another instance of the person is in the journey.
    """
    refusal = _refusal(plan, state, operation, around, moved=moved, inside_again=inside_again)
    if refusal is not None:
        return Operated(refused(state, operation, refusal, around), refusal)
    if operation.verb is Verb.END:
        ended = abort(state, Status.STOPPED, now=around.now, detail=_told(operation))
        return Operated(ended, drops_calls=True)
    assert plan is not None  # or it had been refused
    walk = Walk(plan, state, around)
    if state.status is Status.ERROR:
        _reopen(walk, operation)
    _OPERATIONS[operation.verb](walk, operation)
    resend = state.pending[0].key if operation.verb is Verb.AGAIN else None
    drops = operation.verb not in (Verb.PARK, Verb.AGAIN)
    return Operated(walk.decision(), resend=resend, drops_calls=drops)


def _refusal(
    plan: Plan | None,
    state: State,
    operation: Operation,
    around: Surroundings,
    *,
    moved: bool,
    inside_again: bool,
) -> Refusal | None:
    if moved or operation.activity not in ("", state.activity, *state.race):
        return Refusal.MOVED_ON
    if state.status is Status.RUNNING:
        wrong = _refusal_inside(state, operation)
    else:
        wrong = _refusal_outside(state, operation, around, inside_again=inside_again)
    if wrong is None and plan is None and operation.verb is not Verb.END:
        return Refusal.VERSION_OVER
    return wrong


def _refusal_inside(state: State, operation: Operation) -> Refusal | None:
    match operation.verb:
        case Verb.RETRY if state.position is not Position.CALLING:
            return Refusal.NOT_FAILED
        case Verb.PARK if operation.call not in {one.key for one in state.pending}:
            return Refusal.MOVED_ON
        case Verb.DONE | Verb.AGAIN | Verb.FAIL if state.position is not Position.PARKED:
            return Refusal.NOT_PARKED
    return None


def _refusal_outside(
    state: State, operation: Operation, around: Surroundings, *, inside_again: bool
) -> Refusal | None:
    """Only who failed may come back: whoever finished, timed out or was stopped has left for good."""
    if operation.verb not in (Verb.RETRY, Verb.SKIP) or state.status is not Status.ERROR:
        return Refusal.ENDED
    if state.ends_at <= around.now:
        return Refusal.TIME_OVER
    return Refusal.INSIDE_AGAIN if inside_again else None


def refused(state: State, operation: Operation, refusal: Refusal, around: Surroundings) -> Decision:
    """Nothing happens, and the story says so."""
    record = _refused_step(operation, refusal, activity=state.activity, now=around.now)
    record = record._replace(sequence=state.sequence)
    return Decision(state._replace(sequence=state.sequence + 1), (record,))


def condemned(operation: Operation, *, activity: str, now: datetime) -> StepRecord:
    """What the story says of an operation that killed its workers; the first of its sequence.

    ``activity``: where the person is.
    """
    return _refused_step(operation, Refusal.CRASHED, activity=activity, now=now)


def _refused_step(operation: Operation, refusal: Refusal, *, activity: str, now: datetime) -> StepRecord:
    detail, where = {**_told(operation), "refusal": refusal.value}, operation.activity or activity
    return StepRecord(0, where, StepStatus.OPERATED, REFUSED, now, now, None, detail)


# --- What is done ---------------------------------------------------------------------------------


def _reopen(walk: Walk, operation: Operation) -> None:
    walk.status = Status.RUNNING
    walk.position = Position.WAITING
    _note(walk, operation, REOPENED)


def _retry(walk: Walk, operation: Operation) -> None:
    """The step as a new visit; a pause that was going on when its person failed goes on."""
    if _was_waiting(walk):
        walk.fire_timers()
        return
    if walk.state.status is Status.RUNNING:
        _note(walk, operation, RETRIED)
    walk.race = _race_at(walk)
    walk.pending, walk.call_by, walk.timers = (), None, ()
    walk.position = Position.WAITING
    walk.begin_visit()
    walk.offer_held()


def _was_waiting(walk: Walk) -> bool:
    """Whether the person failed while waiting, by what came in, and not by the step itself."""
    if walk.state.status is Status.RUNNING or walk.pending or not walk.race:
        return False
    return isinstance(walk.plan.steps[walk.race[0]], Pause)


def _race_at(walk: Walk) -> tuple[str, ...]:
    """What stood in parallel with the activity, as the path that led to it says."""
    before = walk.plan.steps.get(walk.properties.get("previousNodeId", ""))
    paths = before.to.values() if before else ()
    return next((targets for targets in paths if targets[:1] == (walk.activity,)), (walk.activity,))


def _skip(walk: Walk, operation: Operation) -> None:
    walk.pending, walk.call_by = (), None
    step = walk.plan.steps[operation.activity]
    walk.leave(step, operation.path, StepStatus.TRANSITIONS, detail=_told(operation))
    walk.offer_held()


def _park(walk: Walk, operation: Operation) -> None:
    walk.position, walk.call_by = Position.PARKED, None
    _note(walk, operation, PARKED)


def _done(walk: Walk, operation: Operation) -> None:
    walk.note_sending(walk.plan.steps[walk.activity], "sent")
    _skip(walk, operation._replace(path="next"))


def _again(walk: Walk, operation: Operation) -> None:
    walk.await_calls(put_off=walk.plan.steps[walk.activity].most_put_off)
    _note(walk, operation, AGAIN)


def _fail(walk: Walk, operation: Operation) -> None:
    walk.fail(walk.activity, Failed(StepStatus.ERROR, "unknown", _UNKNOWN), _told(operation))
    walk.offer_held()


_OPERATIONS = {
    Verb.RETRY: _retry,
    Verb.SKIP: _skip,
    Verb.PARK: _park,
    Verb.DONE: _done,
    Verb.AGAIN: _again,
    Verb.FAIL: _fail,
}


def _note(walk: Walk, operation: Operation, path: str) -> None:
    """A step event of its own, for what does not end a step."""
    activity = operation.activity or walk.activity
    walk.steps.append(
        StepRecord(
            walk.sequence, activity, StepStatus.OPERATED, path, walk.around.now, walk.around.now,
            None, _told(operation),
        )
    )  # fmt: skip
    walk.sequence += 1


def _told(operation: Operation) -> Mapping[str, Any]:
    told = {"operation": operation.verb.value, "by": operation.by}
    return {**told, "requestId": str(operation.call)} if operation.call else told
