"""What a walk carries along: the instance's state as it changes, and what is to be written and done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from journeys.engine.decide.context import JourneyContext, Surroundings
from journeys.engine.decide.step import Plan, Step, View
from journeys.engine.decide.values import (
    Arrival,
    CallRequest,
    Decision,
    Discard,
    JumpRequest,
    State,
    StepRecord,
    StepStatus,
)


class Trail:
    """Where a walk has come to, and what it leaves behind.

    Mutable while it lasts, so that ``decide`` stays pure and quick.
    """

    __slots__ = (
        "activity", "around", "asked", "call_by", "calls", "data", "discards", "entered_at", "events",
        "fetched", "firing", "held", "jumps", "measured", "messages", "pending", "plan", "position",
        "profile", "properties", "race", "sequence", "state", "status", "steps", "timers", "updates", "visit",
    )  # fmt: skip

    def __init__(self, plan: Plan, state: State, around: Surroundings) -> None:
        self.plan = plan
        self.state = state
        self.around = around
        self.position = state.position
        self.status = state.status
        self.activity = state.activity
        self.visit = state.visit
        self.sequence = state.sequence
        self.entered_at = state.entered_at
        self.race = state.race
        self.timers = state.timers
        self.pending = state.pending
        self.fetched = state.fetched
        self.asked = state.asked
        self.call_by = state.call_by
        self.held = state.held
        self.events = state.events
        self.data = state.data
        self.properties = state.properties
        self.messages = state.messages
        self.measured = state.measured
        self.profile = around.profile
        self.firing = False  # timers are being fired, one after the other
        self.steps: list[StepRecord] = []
        self.calls: list[CallRequest] = []
        self.jumps: list[JumpRequest] = []
        self.discards: list[tuple[Arrival, Discard]] = []
        self.updates: list[Mapping[tuple[str, ...], Any]] = []

    @property
    def instance_id(self) -> UUID:
        return self.state.instance_id

    def decision(self) -> Decision:
        """The walk as a frozen value."""
        state = State(
            self.state.instance_id, self.position, self.status, self.activity, self.visit, self.sequence,
            self.entered_at, self.state.ends_at, self.race, self.timers, self.pending, self.fetched,
            self.asked, self.call_by, self.held, self.events, self.data, self.properties, self.messages,
            self.measured,
        )  # fmt: skip
        return Decision(
            state, tuple(self.steps), tuple(self.calls), tuple(self.discards), tuple(self.updates),
            tuple(self.jumps),
        )  # fmt: skip

    def note_sending(self, step: Step, how: str) -> None:
        """For reactions: what they see of a message at once is how the journey itself sent it."""
        if how in step.told_at_once:
            self.messages = {**self.messages, step.id: how}

    def view(self, activity: str) -> View:
        """What an activity may look at now."""
        return View(
            instance_id=self.instance_id,
            now=self.entered_at,
            look=lambda: JourneyContext(
                self.plan, self, self.around, activity=activity, profile=self.profile
            ),
            in_test=self.plan.in_test,
            messages=self.messages,
            feedback=self.around.feedback,
            taken=self.around.taken,
        )

    def record(
        self, step: Step, status: StepStatus, path: str, *, received_id: int | None = None, detail: Any = None
    ) -> None:
        """A step is over: its step event, with the fetches that it took."""
        if self.measured:
            detail = {"fetches": self.measured, **(detail or {})}
        self.steps.append(
            StepRecord(
                self.sequence, step.id, status, path, self.entered_at, self.around.now, received_id, detail
            )
        )
        self.sequence += 1
