"""The machine alone, under everything that may come to it: random journeys, random stimuli, in any order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from journeys.activities.reaction import ReactionStep
from journeys.activities.segment_qualification import SegmentQualificationStep
from journeys.definition.graph import Graph
from journeys.engine.codec import decode, encode
from journeys.engine.decide import (
    Arrival,
    Decision,
    Key,
    Plan,
    Position,
    Returned,
    State,
    Status,
    StepStatus,
    Surroundings,
    Woke,
    decide,
    enter,
)
from journeys.engine.decide.step import Pause
from journeys.engine.decide.values import feedback_key, segment_key
from tests.journeys.drawings import GYM, LOBBY, MEAL, document, plan
from tests.journeys.world import act

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENTS = {"Lobby": LOBBY, "Meal": MEAL, "Gym": GYM}

# --- Random journeys ------------------------------------------------------------------------------

EXPRESSIONS = (
    "@{n0.amount} > 3",
    "toInteger(@{n0.text}) > 1",  # fails for most texts
    '#{Weather.here.city} == "Rome"',
    "#{Rooms.free.count, params: {city: @{n0.text}}} > 3",
    "#{Rooms.free.count, params: {city: #{Weather.here.city}}} > 3",  # fetched one after the other
    '#{Weather.here.city} == "Rome" or #{Rooms.free.count, params: {city: "Oslo"}} > 3',
    "now() > toDateTime(@{n0.text})",
    "#{Rooms.free.count, params: {city: uuid()}} > 3",
    "#{ExperiencePlatform.ProfileFieldGroup.points} > 3",
    '@{JourneyProperties.lastErrorCode} == "error" or @{JourneyProperties.currentNodeId} == "n3"',
)
MOMENTS = (
    "toDateTime(@{n0.text})",  # fails, is over, or comes
    'toDateTimeOnly("2026-03-04T08:30")',
    'nowWithDelta(#{Rooms.free.count, params: {city: @{n0.text}}}, "hours")',
    'nowWithDelta(#{Rooms.free.count, params: {city: #{Weather.here.city}}}, "seconds")',
)
durations = st.sampled_from(["PT0S", "PT1S", "PT1M", "PT1H", "P3D", "P31D"])
PAUSES = ("event", "wait", "reaction", "segment_qualification")
RICH = 1


@st.composite
def drawings(draw: st.DrawFn) -> dict[str, Any]:
    """The activities of a valid journey by id; every path leads from a smaller number to a larger one."""
    kinds = ["event", *draw(st.lists(st.sampled_from([*PAUSES, *OTHERS]), min_size=1, max_size=9))]
    if "jump" in kinds:  # never together with a segment qualification
        kinds = ["event" if kind == "segment_qualification" else kind for kind in kinds]
    drawn = {f"n{number}": draw(_activity(number, kind, kinds)) for number, kind in enumerate(kinds)}
    for id, activity in drawn.items():
        if activity["kind"] == "reaction":
            graph = Graph(document("n0", **drawn))  # what stands before is settled
            before = graph.upstream(id) & graph.reachable()
            sent = sorted(one for one in before if drawn[one]["kind"] == "email")
            drawn[id] = _reacting(activity, draw(st.sampled_from(sent)) if sent else "")
    reachable = Graph(document("n0", **drawn)).reachable()
    return {id: activity for id, activity in drawn.items() if id in reachable}


def _reacting(activity: dict[str, Any], message: str) -> dict[str, Any]:
    """A reaction to that message; where none stands before it, a wait."""
    if not message:
        return act("wait", {"next": activity["to"].get("next", [])}, duration="PT1M")
    return {**activity, "config": {**activity["config"], "message": message}}


@st.composite
def _activity(draw: st.DrawFn, number: int, kind: str, kinds: list[str]) -> dict[str, Any]:
    config = draw(CONFIGS[kind]) if number else {"event": "Lobby"}
    ways = {way: draw(_targets(number, kinds)) for way in _ways(kind, config)}
    name = f"n{number}" if kind in ("event", "custom_action") else ""
    return act(kind, {way: targets for way, targets in ways.items() if targets}, name=name, **config)


def _ways(kind: str, config: dict[str, Any]) -> list[str]:
    ways = [path["id"] for path in (*config.get("paths", ()), *config.get("parts", ()))] or ["next"]
    if kind == "profile_cap":
        ways = ["within", "beyond"]
    if kind == "end":
        ways = []
    if config.get("other"):
        ways.append("other")
    return ways + [
        way for way, on in (("error", "error_path"), ("timeout", "timeout_path")) if config.get(on)
    ]


@st.composite
def _targets(draw: st.DrawFn, number: int, kinds: list[str]) -> list[str]:
    """Nothing, anything that comes later, or several pauses that come later, in any order."""
    later = range(number + 1, len(kinds))
    pauses = [one for one in later if kinds[one] in PAUSES]
    if not later or draw(st.integers(0, 9)) == 0:
        return []
    if len(pauses) > 1 and draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(pauses), min_size=2, max_size=4, unique=True))
    else:
        chosen = [draw(st.sampled_from(later))]
    return [f"n{one}" for one in chosen]


def _reaction(reaction: str, timeout: str | None, timeout_path: bool) -> dict[str, Any]:
    return {"reaction": reaction, **({"timeout": timeout, "timeout_path": timeout_path} if timeout else {})}


def _event(event: str, timeout: str | None, timeout_path: bool) -> dict[str, Any]:
    return {"event": event, **({"timeout": timeout, "timeout_path": timeout_path} if timeout else {})}


def _qualification(on: str, timeout: str | None, timeout_path: bool) -> dict[str, Any]:
    timed = {"timeout": timeout, "timeout_path": timeout_path} if timeout else {}
    return {"segment": "Rich", "on": on, **timed}


CONFIGS = {
    "event": st.builds(
        _event,
        st.sampled_from(["Lobby", "Meal", "Gym"]),
        st.sampled_from([None, "PT1S", "PT1M", "P3D"]),
        st.booleans(),
    ),
    "wait": st.one_of(
        st.fixed_dictionaries({"duration": durations}),
        st.fixed_dictionaries(
            {"type": st.just("date_time"), "at": st.sampled_from(["2026-03-01T12:00", "2026-03-05T02:30"])}
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("custom"),
                "expression": st.sampled_from(MOMENTS),
                "error_path": st.booleans(),
            }
        ),
    ),
    "condition": st.fixed_dictionaries(
        {
            "paths": st.lists(st.sampled_from(EXPRESSIONS), min_size=1, max_size=2).map(
                lambda found: [{"id": f"p{n}", "expression": one} for n, one in enumerate(found)]
            ),
            "other": st.booleans(),
            "error_path": st.booleans(),
        }
    ),
    "time_condition": st.fixed_dictionaries(
        {
            "paths": st.just(
                [
                    {"id": "p0", "days": ["sun"], "hours": [{"from": "12:00", "to": "12:01"}]},
                    {"id": "p1", "hours": [{"from": "20:00", "to": "08:00"}]},
                ]
            ),
            "other": st.booleans(),
        }
    ),
    "date_condition": st.fixed_dictionaries(
        {"paths": st.just([{"id": "p0", "to": "2026-03-02T00:00"}]), "other": st.booleans()}
    ),
    "profile_cap": st.fixed_dictionaries({"count": st.integers(1, 3)}),
    "update_profile": st.fixed_dictionaries(
        {
            "fields": st.sampled_from(
                [
                    {"points": "toInteger(@{n0.text})", "timeZone": '"America/Lima"'},
                    {"points": "#{Rooms.free.count, params: {city: uuid()}}"},
                ]
            ),
            "error_path": st.booleans(),
        }
    ),
    "split": st.just({"parts": [{"id": "a", "percent": 40}, {"id": "b", "percent": 60}]}),
    "custom_action": st.fixed_dictionaries(
        {
            "action": st.just("Tell"),
            "values": st.sampled_from([{"text": '"x"'}, {"text": "#{Weather.here.city}"}]),
            "error_path": st.booleans(),
        }
    ),
    "email": st.fixed_dictionaries(
        {
            "template": st.just("Hello"),
            "parameters": st.just({"name": '"x"'}),
            "error_path": st.booleans(),
        }
    ),
    "jump": st.fixed_dictionaries(
        {
            "journey": st.just("u-2"),
            "event": st.just("Meal"),
            "values": st.just({"amount": "1.5", "text": '"x"'}),
            "error_path": st.booleans(),
        }
    ),
    "reaction": st.builds(
        _reaction,
        st.sampled_from(["sent", "opened", "clicked", "failed"]),
        st.sampled_from([None, "PT40S", "PT1H"]),
        st.booleans(),
    ),
    "segment_qualification": st.builds(
        _qualification,
        st.sampled_from(["entered", "left", "both"]),
        st.sampled_from([None, "PT1S", "P3D"]),
        st.booleans(),
    ),
    "end": st.just({}),
}
OTHERS = tuple(kind for kind in CONFIGS if kind not in PAUSES)
PROPERTIES = st.fixed_dictionaries(
    {
        "time_zone": st.sampled_from(["UTC", "Europe/Berlin"]),
        "use_profile_time_zone": st.booleans(),
    }
)
profiles = st.sampled_from([None, {}, {"points": 4}, {"timeZone": "Asia/Kolkata"}, {"timeZone": "Nowhere"}])

# --- Random lives ---------------------------------------------------------------------------------

payloads = st.fixed_dictionaries(
    {"amount": st.integers(0, 9), "text": st.sampled_from(["7", "no number", "2026-03-02T00:00:00Z"])}
)
pauses_between = st.sampled_from([0, 0, 1, 59, 60, 3600, 86400 * 3]).map(lambda n: timedelta(seconds=n))
answers = st.sampled_from([{"city": "Rome", "count": 5, "id": "r"}, {}, None])
outcomes = st.sampled_from(["ok", "ok", "ok", "http", "timedOut", "capped", "error"])


class OneLife(RuleBasedStateMachine):
    """One person walks through one journey; whatever comes, the promises of the machine hold."""

    def __init__(self) -> None:
        super().__init__()
        self.plan: Plan
        self.state: State
        self.now = START
        self.received_at = START
        self.received = 1
        self.handled = 0
        self.called: list[UUID] = []
        self.profile: Any = None
        self.taken: dict[str, int] = {}
        self.feedback: dict[Key, datetime] = {}
        self.targets: dict[int, int] = {2: MEAL}
        self.jumped: list[UUID] = []
        self.turned: dict[str, Key] = {}  # what the person has come into or left, by its mark
        self.last: Any = None

    @initialize(
        drawn=drawings(),
        properties=PROPERTIES,
        person=st.tuples(st.integers(0, 2**64), payloads, profiles),
        taken=st.integers(0, 3),
    )
    def come_in(
        self, drawn: dict[str, Any], properties: dict[str, Any], person: tuple[int, Any, Any], taken: int
    ) -> None:
        self.plan = plan("n0", properties=properties, **drawn)
        number, payload, self.profile = person
        self.taken = dict.fromkeys(self.plan.caps, taken)
        # Like in a wave: the end is the moment of the entrance plus the global timeout.
        arrival, ends_at = Arrival(1, (LOBBY,), START, payload), START + timedelta(days=30)
        decision = enter(self.plan, UUID(int=number), arrival, self.around(), ends_at=ends_at)
        assert decision == enter(self.plan, UUID(int=number), arrival, self.around(), ends_at=ends_at)
        assert [step.received_id for step in decision.steps].count(1) == 1
        self.take(decision, visit=0, sequence=0, before=("n0",))

    # --- What may happen --------------------------------------------------------------------------

    @rule(delta=pauses_between)
    def time_passes(self, delta: timedelta) -> None:
        self.now += delta
        if isinstance(self.last, Woke):
            self.last = None  # at another moment it is another wake-up

    @rule(event=st.sampled_from(sorted(EVENTS)), payload=payloads, share=st.sampled_from([0.0, 0.5, 1.0]))
    def an_event_comes(self, event: str, payload: dict[str, Any], share: float) -> None:
        """It was received some time between the last one and now."""
        self.received += 1
        self.received_at += (self.now - self.received_at) * share
        self.handle(Arrival(self.received, (EVENTS[event],), self.received_at, payload))

    @precondition(lambda self: self.state.messages)
    @rule(data=st.data(), reaction=st.sampled_from(["sent", "opened", "clicked", "failed"]))
    def somebody_reacts(self, data: st.DataObject, reaction: str) -> None:
        """Recorded first, then told; what was recorded before is not told again."""
        key = feedback_key(data.draw(st.sampled_from(sorted(self.state.messages))), reaction)
        if key not in self.feedback:
            self.received_at = self.now
            self.feedback[key] = self.now
            self.handle(Arrival(None, (key,), self.now, {}))

    @rule(status=st.sampled_from(["realized", "exited"]))
    def comes_into_a_segment_or_leaves_it(self, status: str) -> None:
        key, mark = segment_key(RICH, status), f"segment:1:{len(self.turned)}"
        self.turned[mark] = key
        self.received_at = self.now
        self.handle(Arrival(None, (key,), self.now, {"status": status}, mark))

    @rule(live=st.sampled_from([{}, {2: MEAL}, {2: GYM}]))
    def the_target_of_jumps_changes(self, live: dict[int, int]) -> None:
        self.targets = live
        self.last = None

    @rule()
    def somebody_wakes_it_for_nothing(self) -> None:
        self.handle(Woke())

    @precondition(lambda self: self.state.wake_at is not None)
    @rule(late=pauses_between)
    def its_moment_comes(self, late: timedelta) -> None:
        assert self.state.wake_at is not None
        self.now = max(self.now, self.state.wake_at + late)
        self.handle(Woke())

    @precondition(lambda self: self.state.pending)
    @rule(data=st.data(), status=outcomes, answer=answers)
    def a_call_returns(self, data: st.DataObject, status: str, answer: Any) -> None:
        pending = data.draw(st.sampled_from(self.state.pending))
        self.handle(Returned(pending.key, status, "", answer if status == "ok" else None, "", 5))

    @precondition(lambda self: self.called)
    @rule(data=st.data(), status=outcomes)
    def a_call_returns_that_may_be_over(self, data: st.DataObject, status: str) -> None:
        key = data.draw(st.sampled_from([*self.called, UUID(int=7)]))
        waited_for = any(one.key == key for one in self.state.pending)
        before = self.state
        self.handle(Returned(key, status, "", None, "", 5))
        assert waited_for or self.state == before

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_same_comes_again(self) -> None:
        """A result and a wake-up count once; only events may come twice, and those are told apart before."""
        before = self.state
        self.handle(self.last)
        assert self.state == before

    # --- What must hold ---------------------------------------------------------------------------

    def handle(self, stimulus: Arrival | Returned | Woke) -> None:
        before = self.state
        self.handled += 1
        decision = decide(self.plan, before, stimulus, self.around())

        assert decision == decide(self.plan, before, stimulus, self.around()), (
            "decided otherwise the second time"
        )
        assert decision == decide(self.plan, again(before), stimulus, self.around()), (
            "a state read back decides otherwise"
        )
        self.check_events(before, stimulus, decision)
        if before.position is Position.ENDED:
            assert decision.state == before
            assert not decision.steps
            assert not decision.calls
        if isinstance(stimulus, Woke) and before.wake_at is not None and self.now < before.wake_at:
            assert decision == Decision(before), "a timer was early"
        self.last = None if isinstance(stimulus, Arrival) else stimulus
        self.take(decision, visit=before.visit, sequence=before.sequence, before=before.race)

    def check_events(self, before: State, stimulus: Any, decision: Decision) -> None:
        """Each event ends a pause, is held, or is discarded: one of these, once."""
        came = [*before.held, *([stimulus] if isinstance(stimulus, Arrival) else [])]
        discarded, held = [one for one, _ in decision.discards], decision.state.held
        used = [step.received_id for step in decision.steps if step.received_id is not None]
        left = [one.received_id for one in (*discarded, *held) if one.received_id is not None]
        assert sorted([*used, *left]) == [one.received_id for one in came if one.received_id is not None]
        assert used == sorted(used)
        assert list(held) == [one for one in came if one in held]
        self.check_turns([one.mark for one in came], [one.mark for one in (*discarded, *held)], decision)

    def check_turns(self, came: list[str], left: list[str], decision: Decision) -> None:
        """So does each qualification; its step event does not name it, so that its path must tell."""
        used = [mark for mark in came if mark and mark not in left]
        assert len(used) + len(list(filter(None, left))) == len(list(filter(None, came)))
        steps = [self.plan.steps[step.activity] for step in decision.steps if step.status in BY_NEWS]
        ended = [step.keys for step in steps if isinstance(step, SegmentQualificationStep)]
        assert len(used) == len(ended)
        assert all(self.turned[mark] in keys for mark, keys in zip(used, ended, strict=True))

    def take(self, decision: Decision, *, visit: int, sequence: int, before: tuple[str, ...]) -> None:
        self.check_steps(decision, sequence, before)
        self.check_caps(decision)
        self.update(decision)
        for call in decision.calls:
            assert call.key not in self.called, "the key of another visit"
            self.called.append(call.key)
        for jump in decision.jumps:
            assert self.targets == {jump.journey_id: jump.event_id}, "a jump to nowhere"
            assert jump.key not in self.jumped
            self.jumped.append(jump.key)
        if decision.state.position is Position.CALLING:
            asked = {one.key for one in decision.state.pending}
            assert asked <= set(self.called)
        self.state = decision.state

    def check_steps(self, decision: Decision, sequence: int, race: tuple[str, ...]) -> None:
        """One step for each visit, without gaps, each at the end of a path of the one before; never early."""
        assert [step.sequence for step in decision.steps] == list(range(sequence, decision.state.sequence))
        for step in decision.steps:
            known = self.plan.steps[step.activity]
            assert step.activity in race, "a step that no path led to"
            if isinstance(known, ReactionStep) and step.status is not StepStatus.TIMED_OUT:
                assert known.keys & self.known_reactions(decision), "a reaction to nothing"
            elif isinstance(known, SegmentQualificationStep) and step.status in BY_NEWS:
                assert known.keys & set(self.turned.values()), "a qualification that never was"
            elif isinstance(known, Pause) and step.received_id is None and step.status in TIMED:
                assert step.at - step.entered_at >= self.least_wait(step.activity)
            race = known.to.get(step.path, ())
        if decision.state.status is Status.RUNNING and decision.steps:
            assert decision.state.activity in race

    def known_reactions(self, decision: Decision) -> set[Key]:
        """Recorded feedback, and how the journey's own sending ended."""
        return {*self.feedback, *(feedback_key(*sent) for sent in decision.state.messages.items())}

    def least_wait(self, activity: str) -> timedelta:
        step: Any = self.plan.steps[activity]
        return getattr(step, "_duration", None) or getattr(step, "_timeout", None) or timedelta(0)

    def check_caps(self, decision: Decision) -> None:
        """Nobody is the one too many, and nobody is sent away while there is room."""
        for step in decision.steps:
            if step.activity in self.plan.caps and step.path:
                room = self.taken[step.activity] < self.plan.caps[step.activity]
                assert step.path == ("within" if room else "beyond")
                self.taken = {**self.taken, step.activity: self.taken[step.activity] + room}

    def update(self, decision: Decision) -> None:
        """What the wave would do to the profile."""
        for values in decision.updates:
            self.profile = {**(self.profile or {}), **{name: value for (name,), value in values.items()}}

    def around(self) -> Surroundings:
        return Surroundings(
            now=self.now,
            namespace="CRMID",
            person_id="anna",
            feedback=dict(self.feedback),
            targets=self.targets,
            profile=self.profile,
            taken=self.taken,
            random=Random(self.handled),  # the same for the same, another for the next
        )

    @invariant()
    def is_at_one_position(self) -> None:
        state = getattr(self, "state", None)
        if state is None:
            return
        steps = self.plan.steps
        assert (state.status is Status.RUNNING) == (state.position is not Position.ENDED)
        assert bool(state.pending) == (state.position is Position.CALLING) == (state.call_by is not None)
        assert not state.held or state.position is Position.CALLING
        assert {timer.activity for timer in state.timers} <= set(state.race)
        if state.position is Position.WAITING:
            assert state.race
            assert all(isinstance(steps[activity], Pause) for activity in state.race)
            assert state.activity == state.race[0]
        if state.position is Position.ENDED:
            assert state.wake_at is None
            assert not state.race
            assert not state.timers
        else:
            assert state.wake_at is not None
            assert state.wake_at <= state.ends_at

    @invariant()
    def has_one_step_for_each_visit(self) -> None:
        if state := getattr(self, "state", None):
            assert state.sequence == state.visit + (state.position is Position.ENDED)

    @invariant()
    def can_be_written_and_read(self) -> None:
        if state := getattr(self, "state", None):
            assert again(state) == state


# A pause left without an event: by its time, with a path or at an end.
TIMED = (StepStatus.TRANSITIONS, StepStatus.TIMED_OUT, StepStatus.ENDED)
# A segment qualification left by one: its timeout says of itself that it is one.
BY_NEWS = (StepStatus.TRANSITIONS, StepStatus.ENDED)


def again(state: State) -> State:
    return decode(encode(state), instance_id=state.instance_id, position=state.position, status=state.status)


TestOneLife = OneLife.TestCase
TestOneLife.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
