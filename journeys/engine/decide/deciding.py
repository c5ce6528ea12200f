"""Begins an instance, takes it on by what comes to it, or ends it where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from journeys.engine.decide.context import Surroundings
from journeys.engine.decide.machine import Walk
from journeys.engine.decide.step import Plan
from journeys.engine.decide.values import (
    Arrival,
    Decision,
    Discard,
    Position,
    Returned,
    State,
    Status,
    StepRecord,
    StepStatus,
    Stimulus,
    Woke,
)


def enter(
    plan: Plan, instance_id: UUID, arrival: Arrival, around: Surroundings, *, ends_at: datetime
) -> Decision:
    """Begin an instance with its entry event, and walk to the first pause."""
    state = State(
        instance_id=instance_id,
        position=Position.WAITING,
        status=Status.RUNNING,
        activity=plan.start[0],
        visit=0,
        sequence=0,
        entered_at=arrival.received_at,
        ends_at=ends_at,
        race=plan.start,
    )
    walk = Walk(plan, state, around)
    walk.arrive(arrival)
    return walk.decision()


def decide(plan: Plan, state: State, stimulus: Stimulus, around: Surroundings) -> Decision:
    """Take an instance on by one stimulus; one not meant for it, or after its end, changes nothing."""
    walk = Walk(plan, state, around)
    if state.position is not Position.ENDED:
        match stimulus:
            case Arrival():
                walk.fire_timers(before=stimulus)
                walk.time_out(at=stimulus.received_at)
                walk.arrive(stimulus)
            case Returned():
                walk.take_result(stimulus)
            case Woke():
                walk.wake()
    elif isinstance(stimulus, Arrival) and not stimulus.is_feedback:
        walk.discards.append((stimulus, Discard.NOT_LISTENING))
    return walk.decision()


def listens(plan: Plan, state: State) -> bool:
    """Does an event race with the instance's timers? (Then a timer must let older events come first.)"""
    if state.position is not Position.WAITING:
        return False
    return any(plan.steps[activity].keys for activity in state.race)  # type: ignore[attr-defined]


_ABORTED = {Status.STOPPED: StepStatus.STOPPED, Status.TIMED_OUT: StepStatus.INSTANCE_TIMED_OUT}


def abort(
    state: State, status: Status, *, now: datetime, detail: Mapping[str, Any] | None = None
) -> Decision:
    """End an instance where it stands, without its plan: stopped by a user, out of time, or failed by itself.

    What it waited for stays in the state of one that failed: an operator may have it tried again. The data of
    one that is out of time go (engine.md, Entrances).
    """
    told = _ABORTED.get(status, StepStatus.ERROR)
    record = StepRecord(state.sequence, state.activity, told, "", state.entered_at, now, None, detail)
    ended = state._replace(
        position=Position.ENDED, status=status, sequence=state.sequence + 1,
        pending=(), call_by=None, held=(),
    )  # fmt: skip
    if status is not Status.ERROR:
        ended = ended._replace(race=(), timers=())
    if status is Status.TIMED_OUT:
        ended = ended._replace(events={}, data={}, asked={}, properties={})
    return Decision(ended, (record,), (), tuple((arrival, Discard.NOT_LISTENING) for arrival in state.held))
