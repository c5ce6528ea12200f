"""Keeps what is decided in a wave, so that later inputs of a person see it, and to be written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from journeys.engine.decide import (
    Arrival,
    Decision,
    Discard,
    Key,
    Plan,
    Status,
    StepRecord,
    StepStatus,
    Surroundings,
    abort,
)
from journeys.engine.entrance import Entered
from journeys.engine.plans import Place, SandboxPlans
from journeys.engine.wave.handled import Handled, Step
from journeys.engine.wave.load import EntranceKey, Loaded, Row
from journeys.engine.wave.news import Input

_NOTHING: Mapping[Key, datetime] = {}
_NO_SEGMENTS: frozenset[str] = frozenset()


class Applier:
    """A loaded wave as it is after what has been decided so far."""

    def __init__(self, loaded: Loaded, plans: SandboxPlans, *, global_timeout: timedelta) -> None:
        self._loaded = loaded
        self._plans = plans
        self._global_timeout = global_timeout
        self._rows = dict(loaded.rows)
        self._entrances = dict(loaded.entrances)
        self.handled = Handled(loaded.now)
        #: By version that cannot be compiled: where the input at hand waits for it.
        self._waited_for: dict[int, Place] = {}

    def _lets_in(self, place: Place, arrival: Arrival) -> bool:
        """Whether people enter the journey by this event now."""
        plan = self._plans.entered(place)
        return plan is not None and not plan.entry_keys.isdisjoint(arrival.keys)

    def _end_if_over(self, row: Row) -> bool:
        """End an instance whose version was stopped meanwhile; whether it has ended, then or before."""
        if row.state.status is not Status.RUNNING:
            return True
        if (row.version_id, row.run) not in self._loaded.over:
            return False
        if row.in_test:  # its sweep deletes it; the entrance may be that of the next run already
            return True
        self._apply(row, abort(row.state, Status.STOPPED, now=self._loaded.now), entrance=0)
        return True

    def _apply(self, row: Row, decision: Decision, *, entrance: int) -> None:
        row = Row(decision.state, *row[1:])
        instance_id = decision.state.instance_id
        self._rows[instance_id] = self.handled.rows[instance_id] = row
        if plan := self._plans.versions.get(row.version_id):
            self._loaded.caps.count(plan, decision.steps)
        self.handled.steps += [
            self._step(row, record, 0 if record.sequence else entrance) for record in decision.steps
        ]
        self.handled.calls += [(row, call) for call in decision.calls]
        self.handled.jumps += [(row, jump) for jump in decision.jumps]
        for arrival, reason in decision.discards:
            # Somebody who would enter by it is inside already: that says more than "not listening".
            lets_in = self._lets_in(Place(row.journey_id, row.in_test), arrival)
            told = Discard.ALREADY_INSIDE if lets_in else reason
            self.handled.steps.append(self._step(row, self._discarded(arrival, told), 0))
        if decision.state.status is not Status.RUNNING:
            self._end(row)

    def _end(self, row: Row) -> None:
        now = self._loaded.now
        self.handled.ended[row.state.instance_id] = now
        key = (row.journey_id, row.in_test, row.namespace, row.person_id)
        self._set_entrance(key, Entered(None, row.started_at, now, row.run))

    def _set_entrance(self, key: EntranceKey, entered: Entered) -> None:
        self._entrances[key] = self.handled.entrances[key] = entered

    def _discard(self, one: Input, plan: Plan, arrival: Arrival, reason: Discard) -> None:
        step = Step(
            plan.version_id, None, one.lane_id, plan.run, one.namespace, one.person_id, 0,
            self._discarded(arrival, reason),
        )  # fmt: skip
        self.handled.steps.append(step)

    def _discarded(self, arrival: Arrival, reason: Discard) -> StepRecord:
        now = self._loaded.now
        return StepRecord(
            0, "", StepStatus.DISCARDED, reason.value, arrival.received_at, now, arrival.received_id
        )

    @staticmethod
    def _step(row: Row, record: StepRecord, entrance: int) -> Step:
        return Step(
            row.version_id, row.state.instance_id, row.lane_id, row.run, row.namespace, row.person_id,
            entrance, record,
        )  # fmt: skip

    def _follow_segments(self) -> None:
        """Let people who have changed come into segments and leave them, before anything looks at that."""
        feed = self._loaded.feed
        for person, touched in feed.take_touched():
            merged = feed.merged_into(person.profile_id)
            if self._loaded.memberships.follow(person, touched, merged=merged):
                feed.guard(person.profile_id)

    def _update_profile(self, person: tuple[str, str], decision: Decision) -> None:
        """So that what is decided after it sees it; written with the rest of the wave.

        Whoever has no profile yet gets one: the next step must see what was set.
        """
        feed, now = self._loaded.feed, self._loaded.now
        for values in decision.updates:
            if not feed.set_attributes(person, values, now):
                feed.enroll(person, now)
                feed.set_attributes(person, values, now)
        if decision.updates:
            self._follow_segments()

    def _around(self, plan: Plan, identity: tuple[str, str], instance_id: UUID | None = None) -> Surroundings:
        person = self._loaded.feed.person(identity)
        return Surroundings(
            now=self._loaded.now,
            namespace=identity[0],
            person_id=identity[1],
            profile=person.fields if person else None,
            segments=self._loaded.memberships.names(person.profile_id) if person else _NO_SEGMENTS,
            targets=self._plans.targets(in_test=plan.in_test),
            feedback=self._loaded.feedback.get(instance_id, _NOTHING) if instance_id else _NOTHING,
            taken=self._loaded.caps.of(plan),
        )
