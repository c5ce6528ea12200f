"""The machine that walks one instance through its plan, up to its next pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from journeyorch.expressions import RunTimeError
from journeyorch.phrases import phrase
from journeys.engine.decide.details import call_detail, failed_fetch_detail, measure
from journeys.engine.decide.failing import failed_by, failure_of
from journeys.engine.decide.fetching import Wanted, ready, values_of, wanted_by
from journeys.engine.decide.ids import call_key
from journeys.engine.decide.person import with_fields
from journeys.engine.decide.remembered import with_action, with_error, with_fetch, with_previous
from journeys.engine.decide.step import (
    Armed,
    Do,
    End,
    Failed,
    Go,
    Leap,
    Pause,
    Step,
    Update,
    Work,
    data_key,
)
from journeys.engine.decide.trail import Trail
from journeys.engine.decide.values import (
    Arrival,
    CallRequest,
    Discard,
    JumpRequest,
    Pending,
    Position,
    Returned,
    Status,
    StepStatus,
    Timer,
)

# Events kept for a person who is calling; more than that is a flood, not a visit (engine.md, Waves).
MAX_HELD = 20
# After this a call that nobody answered is given up: throttling ends after six hours (engine.md, Calls).
CALL_PATIENCE = timedelta(hours=6, minutes=10)


class Walk(Trail):
    """One walk, from what comes to an instance to its next pause."""

    __slots__ = ()

    # --- Stimuli ----------------------------------------------------------------------------------

    def arrive(self, arrival: Arrival) -> None:
        """An event: it ends the pause that listens to it, is held while calling, or is discarded.

        What became of a message is none of the latter two: a reaction looks at what there is when it begins.
        """
        calling = self.position in (Position.CALLING, Position.PARKED)
        if calling and len(self.held) < MAX_HELD and not arrival.is_feedback:
            self.held = (*self.held, arrival)
        elif not self._take_event(arrival) and not arrival.is_feedback:
            self.discards.append((arrival, Discard.NOT_LISTENING))

    def wake(self) -> None:
        """Some moment has come: a racing timer, the end of patience with a call, or the global timeout.

        Of several that have come, because nobody looked for a while, the first one.
        """
        self.fire_timers()
        if self.call_by is not None and self.call_by <= min(self.around.now, self.state.ends_at):
            failed = Failed(StepStatus.TIMED_OUT, "timedOut", phrase("No worker made the call in time."))
            self.fail(self._waited_for_by(), failed)
            self.offer_held()
        self.time_out(at=self.around.now)

    def _waited_for_by(self) -> str:
        """Whose call it is that has not come back: of pauses in parallel, that of the first one's data."""
        fetches = [one.fetch for one in self.pending if one.fetch >= 0]
        return wanted_by(self.plan, self.race)[min(fetches)].activity if fetches else self.activity

    def time_out(self, *, at: datetime) -> None:
        """End whoever is still inside at the global timeout; what happened before it has been taken first.

        The data go: of who timed out, only figures and steps are kept (engine.md, Entrances).
        """
        if self.position is not Position.ENDED and self.state.ends_at <= min(at, self.around.now):
            self.record(self.plan.steps[self.activity], StepStatus.INSTANCE_TIMED_OUT, "")
            self.end(Status.TIMED_OUT)
            self.events, self.data, self.asked, self.properties = {}, {}, {}, {}

    def fire_timers(self, before: Arrival | None = None) -> None:
        """Fire what is due, in order of time; with ``before`` only what came first of it and the event."""
        self.firing = True
        while self.position is Position.WAITING and self.timers:
            timer = min(self.timers)
            if timer.due > min(self.around.now, self.state.ends_at) or (
                before is not None and not self._precedes(timer, before)
            ):
                break
            step = self.plan.steps[timer.activity]
            self.leave(step, timer.path, timer.status)
        self.firing = False

    def take_result(self, returned: Returned) -> None:
        """A call's result; one that nobody waits for any more is dropped."""
        waited_for = next((one for one in self.pending if one.key == returned.key), None)
        if waited_for is None:
            return
        self.pending = tuple(one for one in self.pending if one is not waited_for)
        if waited_for.fetch >= 0:
            self._take_fetched(wanted_by(self.plan, self.race)[waited_for.fetch], waited_for.fetch, returned)
        else:
            self._take_response(self.plan.steps[self.activity], returned)
        self.offer_held()

    def end(self, status: Status) -> None:
        """End the instance; whatever it waited for is forgotten."""
        self.position, self.status = Position.ENDED, status
        self.race, self.timers, self.pending, self.call_by = (), (), (), None
        self.discards.extend((arrival, Discard.NOT_LISTENING) for arrival in self.held)
        self.held = ()

    # --- Pauses -----------------------------------------------------------------------------------

    def _take_event(self, arrival: Arrival) -> bool:
        if self.position is not Position.WAITING:
            return False
        for activity in self.race:
            pause = self.plan.steps[activity]
            assert isinstance(pause, Pause)
            if not pause.keys.isdisjoint(arrival.keys):
                if name := pause.stores():
                    self.events = {**self.events, name: arrival.payload}
                self.leave(pause, "next", StepStatus.TRANSITIONS, received_id=arrival.received_id)
                return True
        return False

    def _precedes(self, timer: Timer, arrival: Arrival) -> bool:
        if timer.due != arrival.received_at:
            return timer.due < arrival.received_at
        listeners = [
            order
            for order, activity in enumerate(self.race)
            if not self.plan.steps[activity].keys.isdisjoint(arrival.keys)  # type: ignore[attr-defined]
        ]
        return not listeners or timer.order < min(listeners)

    def _pause(self, targets: tuple[str, ...]) -> None:
        """Arm the pauses of a race; a moment in the past is due at once."""
        timers = []
        for order, activity in enumerate(targets):
            armed = self._arm(activity)
            if isinstance(armed, Failed):
                self.fail(activity, armed)
                return
            if armed.due is not None:
                timers.append(Timer(self._due(armed.due), order, activity, armed.path, armed.status))
        self.position, self.race, self.timers = Position.WAITING, targets, tuple(timers)
        # What was held came first, and is offered when the walk has come to its pause. Whoever fires timers
        # goes on with these, as far as they came first of them and an event.
        if not self.held and not self.firing:
            self.fire_timers()

    def _due(self, due: datetime) -> datetime:
        """In test, a wait of its own replaces every one that lies ahead."""
        if self.plan.test is None or due <= self.around.now:
            return due
        return self.around.now + self.plan.test.wait

    def _arm(self, activity: str) -> Armed | Failed:
        pause = self.plan.steps[activity]
        assert isinstance(pause, Pause)
        try:
            return pause.arm(self.view(activity))
        except RunTimeError as error:
            return failed_by(error)

    def offer_held(self) -> None:
        """Offer what came while calling, oldest first, to the pause that was reached, or discard it."""
        while self.held and self._waits():
            self.fire_timers(before=self.held[0])
            if self._waits():  # else calling again, with what is held; or at the end, without it
                arrival, self.held = self.held[0], self.held[1:]
                if not self._take_event(arrival):
                    self.discards.append((arrival, Discard.NOT_LISTENING))
        self.fire_timers()

    def _waits(self) -> bool:
        return self.position is Position.WAITING

    # --- Steps ------------------------------------------------------------------------------------

    def leave(
        self, step: Step, path: str, status: StepStatus, *, received_id: int | None = None, detail: Any = None
    ) -> None:
        """Take a path out of a step and walk on."""
        targets = step.to.get(path, ())
        if not targets and status is StepStatus.TRANSITIONS:
            status = StepStatus.ENDED
        self.record(step, status, path, received_id=received_id, detail=detail)
        self.properties = with_previous(self.properties, step)
        self.race, self.timers = (), ()
        self._walk_to(targets)

    def _walk_to(self, targets: tuple[str, ...]) -> None:
        if not targets:
            self.end(Status.FINISHED)
            return
        self.activity = targets[0]
        self.race = targets
        self.begin_visit()

    def begin_visit(self) -> None:
        """Enter the current activity, perhaps once more: a visit of its own, whose calls have new keys."""
        self.visit += 1
        self.entered_at = self.around.now
        self.fetched, self.asked, self.measured = (), {}, ()
        self._proceed()

    def _proceed(self) -> None:
        """Enter the current step as soon as its data are there."""
        wanted = wanted_by(self.plan, self.race)
        step = self.plan.steps[self.activity]
        if len(self.fetched) < len(wanted):
            self._fetch(wanted)
        elif isinstance(step, Pause):
            self._pause(self.race)
        else:
            assert isinstance(step, Work)
            self._apply(step, self._enter(step))

    def _enter(self, step: Work) -> Go | End | Do | Leap | Update | Failed:
        try:
            return step.enter(self.view(step.id))
        except RunTimeError as error:
            return failed_by(error)

    def _apply(self, step: Work, result: Go | End | Do | Leap | Update | Failed) -> None:
        match result:
            case Go(path):
                self.leave(step, path, StepStatus.TRANSITIONS)
            case End():
                self.record(step, StepStatus.ENDED, "")
                self.end(Status.FINISHED)
            case Do(kind, endpoint, spec):
                self._call([self._request(step.id, -1, kind, endpoint, spec)], put_off=step.most_put_off)
            case Update(values):
                self.profile = with_fields(self.profile, values)
                self.updates.append(values)
                self.leave(step, "next", StepStatus.TRANSITIONS)
            case Leap():
                self._jump(step, result)
            case Failed():
                self.fail(step.id, result)

    def _jump(self, step: Work, leap: Leap) -> None:
        """To a journey that people may enter now by the event that the jump was made for."""
        if leap.journey_id is None or self.around.targets.get(leap.journey_id) != leap.event_id:
            message = phrase("The target journey is not live, or begins with another event now.")
            self.fail(step.id, Failed(StepStatus.ERROR, "error", message))
            return
        key = call_key(self.instance_id, step.id, self.visit, "jump")
        self.jumps.append(JumpRequest(key, leap.journey_id, leap.event_id, leap.payload))
        self.leave(step, "next", StepStatus.TRANSITIONS)

    def fail(self, activity: str, failed: Failed, detail: Mapping[str, Any] | None = None) -> None:
        """By the alternative path if there is one; else the person's journey ends in error."""
        step = self.plan.steps[activity]
        self.pending, self.call_by = (), None
        self.note_sending(step, "failed")
        self.properties = with_error(self.properties, step, failed)
        detail = {"error": failed.message, "code": failed.code, **(detail or {})}
        if "error" in step.to:
            self.leave(step, "error", failed.status, detail=detail)
        else:
            self.record(step, failed.status, "", detail=detail)
            self.end(Status.ERROR)

    # --- Calls ------------------------------------------------------------------------------------

    def _fetch(self, wanted: Sequence[Wanted]) -> None:
        """Ask for the data that can be asked for now."""
        under_way = {one.fetch for one in self.pending}
        requests = []
        for index, one in ready(wanted, self.fetched):
            if index in under_way:
                continue
            try:
                requests.append(self._fetch_request(index, one))
            except RunTimeError as error:
                self.fail(one.activity, failed_by(error))
                return
        self._call(requests)

    def _fetch_request(self, index: int, wanted: Wanted) -> CallRequest:
        fetch = wanted.fetch
        params = values_of(fetch, self.view(wanted.activity))
        if params:
            self.asked = {**self.asked, wanted.key: data_key(fetch.source, fetch.group, params)}
        spec = {"group": fetch.group_id, "params": params}
        return self._request(wanted.activity, index, "fetch", fetch.endpoint, spec)

    def _request(
        self, activity: str, fetch: int, kind: str, endpoint: str, spec: Mapping[str, Any]
    ) -> CallRequest:
        purpose = f"fetch{fetch}" if fetch >= 0 else "do"
        key = call_key(self.instance_id, activity, self.visit, purpose)
        self.pending = (*self.pending, Pending(key, fetch))
        return CallRequest(key, activity, kind, endpoint, spec)

    def _call(self, requests: list[CallRequest], *, put_off: timedelta = timedelta(0)) -> None:
        self.calls.extend(requests)
        self.timers = ()
        self.await_calls(put_off=put_off)

    def await_calls(self, *, put_off: timedelta) -> None:
        """Wait for results, with patience; it begins after what others may keep the calls from being made."""
        self.position = Position.CALLING
        self.call_by = self.around.now + put_off + CALL_PATIENCE

    def _take_fetched(self, wanted: Wanted, index: int, returned: Returned) -> None:
        self.properties = with_fetch(self.properties, returned)
        self.measured = (*self.measured, measure(wanted.fetch, returned))
        if returned.status != "ok":
            self.fail(wanted.activity, failure_of(returned), failed_fetch_detail(wanted.fetch, returned))
            return
        self.data = {**self.data, self._data_key(wanted): returned.data}
        self.fetched = (*self.fetched, index)
        if not self.pending:
            self.call_by = None
        self._proceed()

    def _data_key(self, wanted: Wanted) -> str:
        fetch = wanted.fetch
        if fetch.params and wanted.key not in self.asked:  # a state of the first release
            return data_key(fetch.source, fetch.group, values_of(fetch, self.view(wanted.activity)))
        return self.asked.get(wanted.key) or data_key(fetch.source, fetch.group, None)

    def _take_response(self, step: Step, returned: Returned) -> None:
        assert isinstance(step, Work)
        self.properties = with_action(self.properties, step, returned)
        if returned.status != "ok":
            self.fail(step.id, failure_of(returned, step), call_detail(returned))
            return
        self.call_by = None
        self.note_sending(step, "sent")
        if (name := step.stores()) and returned.data is not None:
            self.events = {**self.events, name: returned.data}
        self.leave(step, "next", StepStatus.TRANSITIONS, detail=call_detail(returned))
