"""Decides a loaded wave: each input and each due timer, in order, with values only."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from datasources.platform.profiles.feed import Received
from journeys.engine.decide import (
    Arrival,
    Decision,
    Discard,
    Operated,
    Plan,
    Refusal,
    Returned,
    State,
    Status,
    Stimulus,
    Surroundings,
    Woke,
    abort,
    decide,
    enter,
    listens,
    operate,
    refused,
)
from journeys.engine.decide.ids import instance_id_of
from journeys.engine.entrance import Entered, refusal
from journeys.engine.operations import Asked
from journeys.engine.plans import Broken, Place
from journeys.engine.wave.apply import Applier
from journeys.engine.wave.handled import Forgotten, Handled, Kept
from journeys.engine.wave.load import SWEEP, EntranceKey, Row
from journeys.engine.wave.news import Input, kept_detail
from journeys.models import LaneInput

logger = logging.getLogger(__name__)

#: A wave stops deciding after so many seconds and commits what it has.
DECIDE_SECONDS = 1.0
#: One that holds locks meanwhile keeps all others of its sandbox waiting.
DECIDE_SECONDS_LOCKED = 0.1
#: So many people enter one test (users.md, Who enters).
TEST_PEOPLE = 100


class Handler(Applier):
    """Walks through a loaded wave, in order."""

    def handle(self, *, seconds: float = DECIDE_SECONDS) -> Handled:
        """Decide everything, or as much as fits into the time of a wave; at least the first."""
        until = time.monotonic() + seconds
        self.handled.is_part = self._loaded.is_part
        waiting: list[tuple[Callable[[Any], object], Any]] = [
            *((self._handle_input, one) for one in self._loaded.inputs),
            *((self._wake, instance_id) for instance_id in self._loaded.due),
        ]
        for ordinal, (handle_one, what) in enumerate(waiting):
            if ordinal and time.monotonic() > until:
                self.handled.is_part = True
                break
            handle_one(what)
        return self.handled

    # --- Inputs -----------------------------------------------------------------------------------

    def _handle_input(self, one: Input) -> None:
        if one.kind == LaneInput.Kind.EVENT:
            self._event(one)
        elif one.kind == LaneInput.Kind.CALL_RESULT:
            self._result(one)
        elif one.kind == LaneInput.Kind.FEEDBACK:
            self._feedback(one)
        elif one.kind == LaneInput.Kind.OPERATION:
            self._operate(one)
        elif one.kind == LaneInput.Kind.JUMP:
            self._jump(one)
        elif one.kind == LaneInput.Kind.SEGMENT:
            self._event(one)
        elif not self._sweep(one):
            return
        if self._waited_for:
            self._keep(one)
        else:
            self.handled.inputs.append(one.id)

    def _keep(self, one: Input) -> None:
        """Leave an input for the versions that cannot be compiled now; the others have taken it."""
        waited_for, self._waited_for = self._waited_for, {}
        detail = one.detail
        if one.kind in (LaneInput.Kind.EVENT, LaneInput.Kind.SEGMENT):
            detail = kept_detail(self._loaded.arrived[one.id], waited_for.values())
        self.handled.kept.append(Kept(one.id, frozenset(waited_for), detail))

    def _plan_of(self, row: Row) -> Plan | None:
        """The plan of a person's version; without one, the input at hand is kept."""
        if (plan := self._plans.versions.get(row.version_id)) is None:
            self._wait_for(self._plans.broken.get(row.version_id))
        return plan

    def _wait_for(self, broken: Broken | None) -> None:
        if broken is not None:
            self._waited_for[broken.version_id] = broken.place

    def _event(self, one: Input) -> None:
        arrived = self._loaded.arrived.get(one.id)
        if arrived is None:
            return
        if arrived.feeds is not None:
            self._apply_to_profile(arrived.feeds)
        for place in arrived.places(self._plans):
            entered = self._plans.entered(place)
            if entered is None or entered.listens_to(arrived.test_of):
                self._arrive(one, place, arrived.arrival, starts=arrived.starts)

    def _apply_to_profile(self, received: Received) -> None:
        """Before the journeys it starts, which may look at what it changed (engine.md, Route)."""
        try:
            self._loaded.feed.apply(received)
        except ValueError:
            logger.exception(
                "Received event %s could not join its person's history",
                received.id,
                extra={"event_id": received.id},
            )
        self._follow_segments()

    def _arrive(self, one: Input, place: Place, arrival: Arrival, *, starts: bool = True) -> None:
        """An event for a person, in one journey: it takes on who is inside, or lets the person enter."""
        key = (*place, one.namespace, one.person_id)
        entered = self._plans.entered(place)
        known = self._known(key, entered)
        row = self._rows.get(known.active_instance) if known and known.active_instance else None
        if row is not None and self._end_if_over(row):
            row, known = None, self._known(key, entered)
        if row is not None:
            if (plan := self._plan_of(row)) is not None:
                self._decide(row, plan, arrival)
        elif starts and (broken := self._plans.broken_entrance(place, arrival.keys)):
            self._wait_for(broken)
        elif entered is not None and starts and self._lets_in(place, arrival):
            self._enter(one, key, entered, known, arrival)
        elif entered is not None and starts and _is_other_direction(entered, arrival):
            self._discard(one, entered, arrival, Discard.WRONG_SEGMENT_STATUS)
        elif starts and (closed := self._plans.closed_entrance(place, arrival.keys)):
            self._discard(one, closed, arrival, Discard.JOURNEY_CLOSED)

    def _known(self, key: EntranceKey, plan: Plan | None) -> Entered | None:
        """What is remembered of the person; nothing of an earlier test run."""
        known = self._entrances.get(key)
        return known if known is None or plan is None or known.run == plan.run else None

    def _enter(
        self, one: Input, key: EntranceKey, plan: Plan, known: Entered | None, arrival: Arrival
    ) -> None:
        reason = refusal(plan, known, received_at=arrival.received_at)
        if reason is None and plan.namespace and plan.namespace != one.namespace:
            reason = Discard.WRONG_NAMESPACE
        if reason is None and plan.in_test:
            reason = self._no_tester(one, plan, known)
        if reason is not None:
            self._discard(one, plan, arrival, reason)
            return
        instance_id = instance_id_of(arrival, journey_id=plan.journey_id, person=one.person, run=plan.run)
        ends_at = self._loaded.now + self._global_timeout
        around = self._around(plan, one.person)
        try:
            decision = enter(plan, instance_id, arrival, around, ends_at=ends_at)
            self._update_profile(one.person, decision)
        except Exception:
            logger.exception(
                "An entrance into version %s failed",
                plan.version_id,
                extra={"version_id": plan.version_id, "event_id": arrival.received_id},
            )
            self._discard(one, plan, arrival, Discard.INTERNAL)
            return
        row = Row(
            decision.state, 0, plan.version_id, plan.journey_id, plan.run, one.lane_id, one.namespace,
            one.person_id, arrival.received_at,
        )  # fmt: skip
        self.handled.created.add(instance_id)
        if plan.in_test and known is None:
            self.handled.tested[plan.version_id, plan.run] += 1
        last_ended_at = known.last_ended_at if known else None
        if key not in self._entrances:
            self.handled.newcomers.add(key)
        self._set_entrance(key, Entered(instance_id, arrival.received_at, last_ended_at, plan.run))
        self._apply(row, decision, entrance=1 if known is None else 2)

    def _no_tester(self, one: Input, plan: Plan, known: Entered | None) -> Discard | None:
        """Only test profiles enter a test, and only so many of them (users.md, Who enters)."""
        person = self._loaded.feed.person(one.person)
        if person is None or not person.test_profile:
            return Discard.NOT_A_TEST_PROFILE
        inside = self._loaded.test_people.get(plan.version_id, 0)
        inside += self.handled.tested[plan.version_id, plan.run]
        return Discard.TEST_LIMIT if known is None and inside >= TEST_PEOPLE else None

    def _result(self, one: Input) -> None:
        instance_id, returned = self._loaded.results.get(one.id, (None, None))
        row = self._rows.get(instance_id) if instance_id else None
        if row is None or returned is None or self._end_if_over(row):
            return
        if (plan := self._plan_of(row)) is not None:
            self._decide(row, plan, returned)

    def _feedback(self, one: Input) -> None:
        """What became of a message: for the instance that sent it, if it waits for that.

        Else nothing: it is recorded, and a reaction that comes later looks there.
        """
        arrived = self._loaded.arrived[one.id]
        row = self._rows.get(arrived.instance_id) if arrived.instance_id else None
        if row is None or self._end_if_over(row):
            return
        plan = self._plan_of(row)
        if plan is not None and listens(plan, row.state):
            self._decide(row, plan, arrived.arrival)

    def _jump(self, one: Input) -> None:
        """Somebody jumps to a journey; told where the person came from if it was closed meanwhile."""
        arrived = self._loaded.arrived[one.id]
        (place,) = arrived.places(self._plans)
        origin = self._plans.versions.get(arrived.origin or 0)
        if self._lets_in(place, arrived.arrival) or self._plans.broken_entrance(place, arrived.arrival.keys):
            self._arrive(one, place, arrived.arrival)
        elif origin is not None:
            self._discard(one, origin, arrived.arrival, Discard.JOURNEY_CLOSED)

    def _sweep(self, one: Input) -> bool:
        """End the people of a stopped version, or forget those of a test; False if more are left."""
        swept = self._loaded.swept.get(one.id, [])
        last = len(swept) < SWEEP
        if one.run:
            rows = [self._rows[instance_id] for instance_id in swept]
            keys = [(row.journey_id, True, *row.person) for row in rows]
            self.handled.forgotten.append(
                Forgotten(one.reference or 0, one.run, one.lane_id, swept, keys, all=last)
            )
        else:
            for instance_id in swept:
                self._end_if_over(self._rows[instance_id])
        return last

    def _operate(self, one: Input) -> None:
        """What an operator, or a call worker, wants done with an instance."""
        asked = self._loaded.operations[one.id]
        row = self._rows.get(asked.instance_id)
        if row is None:
            return
        over = self._end_if_over(row)
        row = self._rows[asked.instance_id]
        if over and row.state.status is Status.RUNNING:
            return  # of a test that is over: its sweep deletes it
        known = self._entrances.get(asked.place) if asked.place else None
        done = self._operated(row, asked, known)
        if done.refusal is not None and row.state.status is not Status.RUNNING:
            self._only_tell(row, done.decision)
            return
        if done.drops_calls:
            self.handled.dropped.add(asked.instance_id)
        if done.resend is not None:
            self.handled.resent.add(done.resend)
        if done.reopened and asked.place:
            started, ended = known[1:3] if known else (row.started_at, None)
            self._set_entrance(asked.place, Entered(asked.instance_id, started, ended, row.run))
        self._apply(row, done.decision, entrance=0)

    def _operated(self, row: Row, asked: Asked, known: Entered | None) -> Operated:
        plan = self._plans.versions.get(row.version_id)
        if plan is not None and plan.run != row.run:
            plan = None  # it is that of another run
        if plan is not None:
            around = self._around(plan, row.person, row.state.instance_id)
        else:
            around = Surroundings(now=self._loaded.now, namespace=row.namespace, person_id=row.person_id)
        moved = asked.revision not in (None, row.revision) or asked.instance_id in self.handled.rows
        inside = known is not None and known.active_instance is not None
        try:
            done = operate(plan, row.state, asked.operation, around, moved=moved, inside_again=inside)
            self._update_profile(row.person, done.decision)
            return done
        except Exception:
            logger.exception(
                "An operation on instance %s failed",
                asked.instance_id,
                extra={"instance_id": asked.instance_id},
            )
            refusal = Refusal.INTERNAL
            return Operated(refused(row.state, asked.operation, refusal, around), refusal)

    def _only_tell(self, row: Row, decision: Decision) -> None:
        """A step event of an instance that stays ended as it is."""
        self._rows[row.state.instance_id] = row._replace(state=decision.state)
        self.handled.steps.extend(self._step(row, record, 0) for record in decision.steps)

    # --- Timers -----------------------------------------------------------------------------------

    def _wake(self, instance_id: UUID) -> None:
        row = self._rows.get(instance_id)
        if row is None or self._end_if_over(row):
            return
        plan = self._plans.versions.get(row.version_id)
        if plan is None and row.state.ends_at <= self._loaded.now:
            # That everybody is out by then needs no plan.
            self._apply(row, abort(row.state, Status.TIMED_OUT, now=self._loaded.now), entrance=0)
        elif plan is None:
            # As the earliest in its lane it would keep the others from being read, again and again.
            self.handled.postponed.append(row)
        elif not self._must_wait(row, plan):
            self._decide(row, plan, Woke())

    def _must_wait(self, row: Row, plan: Plan) -> bool:
        """An older event that is still on its way must win against the timer it races with."""
        horizon = self._loaded.horizons.get(row.lane_id)
        wake_at = row.state.wake_at
        return horizon is not None and wake_at is not None and wake_at > horizon and listens(plan, row.state)

    # --- What is decided --------------------------------------------------------------------------

    def _decide(self, row: Row, plan: Plan, stimulus: Stimulus) -> None:
        around = self._around(plan, row.person, row.state.instance_id)
        try:
            decision = decide(plan, row.state, stimulus, around)
            self._update_profile(row.person, decision)
        except Exception:
            # One bad instance never fails the wave: it ends in error, alone.
            logger.exception(
                "Instance %s failed",
                row.state.instance_id,
                extra={"instance_id": row.state.instance_id, "version_id": plan.version_id},
            )
            decision = abort(row.state, Status.ERROR, now=self._loaded.now, detail={"code": "internal"})
        if row.state.pending and _gives_up(row.state, stimulus, decision.state):
            self.handled.dropped.add(row.state.instance_id)
        self._apply(row, decision, entrance=0)


def _gives_up(before: State, stimulus: Stimulus, after: State) -> bool:
    """Whether the person goes on without a call that has not come back: it need not be made any more."""
    returned = stimulus.key if isinstance(stimulus, Returned) else None
    return any(one.key != returned and one not in after.pending for one in before.pending)


def _is_other_direction(plan: Plan, arrival: Arrival) -> bool:
    """Whether people enter the journey when they leave that segment, or the other way round."""
    arrived = {key[1] for key in arrival.keys if isinstance(key, tuple)}
    return any(isinstance(key, tuple) and key[1] in arrived for key in plan.entry_keys)
