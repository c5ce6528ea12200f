"""Random journeys and random lives through the real database, with processes that die at any commit.

Wake-ups that are late, lost or doubled are rules that run only some of the work, or run it again.
Set LIVES to try more examples than continuous integration does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, reject, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from actions.messages import deliveries
from actions.messages.feedback import record_feedback
from actions.models import Action, Channel, Delivery, Feedback, MessageTemplate
from datasources.external.models import DataSource, FieldGroup
from datasources.models import ExperienceEvent, Identity, Profile, Schema, SegmentMembership
from events.models import ReceivedEvent
from journeyorch.outbound import calls as outbound_calls
from journeyorch.outbound.calls import CallSpec, Made, Outcome, Prepared
from journeys import publishing
from journeys.engine import plans
from journeys.engine.drain import run_waiting_wave
from journeys.engine.lanes import Leased, LostLease, lease, waiting_lanes
from journeys.engine.router import run_router
from journeys.engine.wave import run_wave
from journeys.models import (
    Call,
    Entrance,
    Instance,
    Journey,
    Lane,
    LaneInput,
    ProfileCap,
    StepCount,
    StepEvent,
)
from journeys.models.lane import RouterLease
from tests.chaos.crashing import crash_at
from tests.chaos.lives import check_always, check_at_rest
from tests.journeys.crowd import Crowd
from tests.journeys.engine.test_decide_randomly import answers, drawings, pauses_between, payloads
from tests.journeys.world import Recorder, World, act

LIVES = int(os.environ.get("LIVES", "8"))
PEOPLE = ("anna", "bert")
SUPPER = "Supper"
HOT = (
    Instance, Entrance, Call, StepEvent, StepCount, LaneInput, ReceivedEvent, ProfileCap, Delivery, Feedback,
    SegmentMembership, ExperienceEvent, Identity, Profile,
)  # fmt: skip

people = st.sampled_from(PEOPLE)
events = st.sampled_from(["Lobby", "Lobby", "Meal", "Gym"])
# Points at which a process dies; beyond the last of what it does it survives.
points = st.integers(1, 30)
outcomes = st.builds(
    lambda status, data: Outcome(status, "503" if status == "http" else "", data, retryable=status == "http"),
    st.sampled_from(["ok", "ok", "ok", "http", "timedOut", "error"]),
    answers,
)


class Systems(Recorder):
    """The systems that are called; each answers as it is told, or well."""

    def send(self, call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        outcome = super().send(call, prepared, timeout)
        return (
            Outcome("ok", data={"city": "Rome", "count": 5, "id": "r"})
            if outcome == Outcome("ok")
            else outcome
        )


class Mailer(Systems):
    """Keeps deliveries like the real handler; what it sends stands among what ``others`` are sent."""

    def __init__(self, others: Systems) -> None:
        super().__init__()
        self.sent = others.sent

    def prepare(self, calls: Sequence[CallSpec]) -> list[Prepared | Outcome]:
        request = {"profile": None, "message": {"to": "a@example.org"}}
        return [Prepared({"body": dict(call.spec), **request}) for call in calls]

    def record(self, made: Sequence[Made], now: datetime) -> None:
        deliveries.record(made, now)


class RandomWorld(Crowd):
    """The catalog that random drawings refer to (tests/journeys/drawings.py), in the database."""

    def __init__(self) -> None:
        super().__init__()
        self.recorder = Systems()
        self.mailer = Mailer(self.recorder)
        for kind in ("fetch", "custom_action"):
            outbound_calls.register(kind, self.recorder)
        outbound_calls.register("message", self.mailer)
        self._fields("Visits", text={"type": "string"})
        self._fields("People", points={"type": "integer"}, timeZone={"type": "string"})
        for name in ("Meal", "Gym", SUPPER):
            self.event(name)
        field = {"type": "string", "variable": True, "label": "Text"}
        Action.objects.create(
            sandbox=self.sandbox, name="Tell", url="http://127.0.0.1:1/",
            payload={"type": "object", "fields": {"text": field}},
        )  # fmt: skip
        self._source("Weather", "here", "", {"city": {"type": "string"}})
        self._source("Rooms", "free", "city", {"count": {"type": "integer"}})
        Channel.objects.create(
            sandbox=self.sandbox, name="Post", kind="email", provider="catcher",
            config={"url": "http://127.0.0.1:1"},
        )  # fmt: skip
        name = {"name": "name", "type": "string", "required": True, "sample": "Anna"}
        MessageTemplate.objects.create(
            sandbox=self.sandbox, name="Hello", kind="email", parameters=[name],
            content={"subject": "Hi", "text": "Hello {{ name }}"},
        )  # fmt: skip
        self.segment("Rich", "#{ExperiencePlatform.ProfileFieldGroup.points} > 4")

    def _fields(self, name: str, **fields: dict[str, Any]) -> None:
        schema = Schema.objects.get(sandbox=self.sandbox, name=name)
        schema.document["properties"].update(fields)
        schema.save()

    def _source(self, name: str, group: str, parameters: str, fields: dict[str, Any]) -> None:
        source = DataSource.objects.create(sandbox=self.sandbox, name=name, url="http://127.0.0.1:1/")
        schema = {"type": "object", "properties": fields}
        FieldGroup.objects.create(source=source, name=group, parameters=parameters, response_schema=schema)

    def dinner(self) -> str:
        """The journey that jumps lead to. Its event comes by jumps only: one received would count twice."""
        supper = act("event", "stay", event=SUPPER)
        stay = act("wait", "end", duration="PT1H")
        version = self.journey("supper", name="Dinner", supper=supper, stay=stay, end=act("end"))
        return str(version.journey.uid)


def in_the_database(world: RandomWorld, drawn: dict[str, Any]) -> dict[str, Any]:
    """Jumps lead to a journey that is there; fields of an action's payload go by their place."""
    for activity in drawn.values():
        config = activity["config"]
        if activity["kind"] == "jump":
            values = {**config["values"], "eventType": f'"{SUPPER}"'}
            config.update(journey=world.dinner(), event=SUPPER, values=values)
        if activity["kind"] == "custom_action":
            config["values"] = {f"/{name}": value for name, value in config.get("values", {}).items()}
    return drawn


class Lives(RuleBasedStateMachine):
    """Two people, one journey, and workers that die; bound to a world that outlives its examples."""

    world: ClassVar[RandomWorld]

    @initialize(drawn=drawings())
    def publish(self, drawn: dict[str, Any]) -> None:
        _forget_everybody(self.world)
        try:
            self.world.journey("n0", **in_the_database(self.world, drawn))
        except publishing.NotAllowed:
            reject()  # it refers to something that only the pure catalog has
        self.received_at = self.world.now
        self.deaths = 0
        self.zombies: list[Leased] = []

    # --- What happens outside -----------------------------------------------------------------

    @rule(event=events, person=people, payload=payloads, share=st.sampled_from([0.0, 0.5, 1.0]))
    def an_event_comes(self, event: str, person: str, payload: dict[str, Any], share: float) -> None:
        """It was received some time between the last one and now, and nobody is told."""
        self.received_at += (self.world.now - self.received_at) * share
        self.world.send(event, person, at=self.received_at, **payload)

    @rule(number=st.integers(0, 9), reaction=st.sampled_from(["opened", "clicked", "failed"]))
    def somebody_reacts(self, number: int, reaction: str) -> None:
        """The provider tells it of some message, if there is any, for the first time or again."""
        messages = list(Delivery.objects.order_by("pk").values_list("message_id", flat=True))
        with self.world.clock():
            for message in messages[number % (len(messages) or 1) :][:1]:
                record_feedback(message, reaction, at=self.world.now)

    @rule(delta=pauses_between)
    def time_passes(self, delta: timedelta) -> None:
        self.world.now += delta

    # --- What workers do ----------------------------------------------------------------------

    @rule()
    def somebody_routes(self) -> None:
        with self.world.clock():
            run_router(self.world.sandbox.pk, owner="router")

    @rule(workers=st.sampled_from([1, 8, 64]))
    def somebody_runs_a_wave(self, workers: int) -> None:
        with self.world.clock():
            run_waiting_wave(self.world.sandbox.pk, owner="drain", workers=workers)

    @rule(answered=st.lists(outcomes, max_size=3))
    def somebody_makes_calls(self, answered: list[Outcome]) -> None:
        self.world.recorder.answers = answered[::2]
        self.world.mailer.answers = answered[1::2]
        self.world.make_calls()

    @rule()
    def everybody_works(self) -> None:
        self.world.run()

    @precondition(lambda self: self.deaths < 2)
    @rule(work=st.sampled_from(["route", "wave", "calls", "run"]), point=points)
    def somebody_dies(self, work: str, point: int) -> None:
        with crash_at(point) as crasher:
            WORK[work](self.world)
        plans.forget_all()
        self.deaths += crasher.crashed

    @precondition(lambda self: self.deaths < 2 and not self.zombies)
    @rule()
    def somebody_is_stopped_in_a_wave(self) -> None:
        """It has leased its lanes and is not heard of for a while."""
        with self.world.clock():
            ids = [lane.lane_id for lane in waiting_lanes(self.world.sandbox.pk, self.world.now)]
            self.zombies = lease(ids, owner="zombie", now=self.world.now) if ids else []
        self.deaths += bool(self.zombies)

    @precondition(lambda self: self.zombies)
    @rule()
    def the_stopped_one_goes_on(self) -> None:
        """Whether its leases have run out or not: it writes nothing that another has written."""
        held, self.zombies = self.zombies, []
        with self.world.clock(), suppress(LostLease):
            run_wave(self.world.sandbox.pk, held)

    @rule()
    def the_dead_are_replaced(self) -> None:
        """Leases and claims run out, and everything is done that can be done."""
        recover(self.world)
        self.deaths = 0
        check_at_rest(self.world.now)

    # --- What must hold -----------------------------------------------------------------------

    @invariant()
    def the_promises_hold(self) -> None:
        check_always(self.world.sandbox.pk, self.world.recorder.sent)

    def teardown(self) -> None:
        """In the end everybody has left; no event was lost."""
        recover(self.world)
        check_at_rest(self.world.now)
        self.world.pass_time(days=120)
        recover(self.world)
        check_at_rest(self.world.now)
        assert not Instance.objects.filter(ended_at=None).exists()
        check_events()


def _route(world: World) -> None:
    with world.clock():
        run_router(world.sandbox.pk, owner="router")


def _wave(world: World) -> None:
    with world.clock():
        run_waiting_wave(world.sandbox.pk, owner="drain", workers=1)


WORK: dict[str, Callable[[World], object]] = {
    "route": _route,
    "wave": _wave,
    "calls": World.make_calls,
    "run": World.run,
}


def recover(world: World) -> None:
    """Everything that died is replaced; retries are made as well."""
    for _ in range(4):
        world.pass_time(seconds=41)
        world.run()


def check_events() -> None:
    """Each event that lets people in let somebody in, took somebody on, or was discarded: once."""
    told = list(StepEvent.objects.exclude(received_event_id=None).values_list("received_event_id", flat=True))
    assert len(told) == len(set(told)), "an event counted twice"
    entering = ReceivedEvent.objects.filter(body__contains='"eventType":"Lobby"')
    assert set(entering.values_list("pk", flat=True)) <= set(told), "an event was lost"
    assert not ReceivedEvent.objects.filter(routed=False).exists()


def _forget_everybody(world: World) -> None:
    for model in (*HOT, Journey):
        model.objects.all().delete()
    free = {"owner": None, "lease_until": None, "crashes": 0, "careful": 0, "suspect": None}
    Lane.objects.update(**free)
    RouterLease.objects.update(**free)
    plans.forget_all()
    world.recorder.sent.clear()
    world.recorder.answers = []


@pytest.mark.timeout(900)
def test_whatever_happens_the_promises_hold(transactional_db: None) -> None:
    plans.forget_all()
    Lives.world = RandomWorld()
    chosen = settings(
        max_examples=LIVES, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Lives, settings=chosen)
