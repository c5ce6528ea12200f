"""Calls that wait in the line of a throttle: in order, not beyond its slots, whatever happens meanwhile."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import pytest

from actions.contact.gate import ContactGate
from actions.messages.send import MessageHandler
from actions.models import Channel, Delivery, MessageTemplate
from journeyorch.outbound import calls as outbound_calls
from journeyorch.outbound.calls import CallSpec, Outcome, Prepared, Verdict
from journeyorch.outbound.protection import lifecycle
from journeyorch.outbound.protection.models import CappingConfig, ThrottlingConfig
from journeyorch.outbound.protection.throttling import head_of, line_of
from journeys import publishing
from journeys.engine.calls import lines
from journeys.engine.calls.claim import LEASE, Claimed
from journeys.engine.calls.lines import LONGEST_WAIT, let_out, waited_too_long
from journeys.engine.decide.machine import CALL_PATIENCE
from journeys.engine.drain import drain_once
from journeys.models import Call, Instance, JourneyVersion, StepEvent
from tests.chaos.crashing import crash_at
from tests.journeys.together import on_postgresql, threads
from tests.journeys.world import Recorder, World, act

URL = "https://api.example.org/tell"
#: Slots in each window of 100 ms.
SLOTS = 3
AGAIN = Outcome("http", "503", retryable=True)


class Timed(Recorder):
    """A recorder of HTTP requests that remembers when each was sent; each is rendered to another text."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._rendered = itertools.count()
        self.moments: list[datetime] = []

    def prepare(self, calls: Sequence[CallSpec]) -> list[Prepared | Outcome]:
        request = {"method": "POST", "url": URL, "headers": []}
        return [Prepared({**request, "body": str(next(self._rendered))}) for _ in calls]

    def send(self, call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        self.moments.append(self._world.now)
        return super().send(call, prepared, timeout)

    @property
    def people(self) -> list[str]:
        return [call.person_id for call, _ in self.sent]


@pytest.fixture
def sent(world: World) -> Timed:
    recorder = Timed(world)
    outbound_calls.register("custom_action", recorder)
    world.recorder = recorder
    return recorder


@pytest.fixture
def version(world: World, sent: Timed) -> JourneyVersion:
    world.action(url=URL)
    return world.journey(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", {"next": ["end"], "error": ["sorry"]}, action="Tell", error_path=True),
        end=act("end"),
        sorry=act("end"),
    )


def throttle(world: World, *, pattern: str = "https://api.example.org/*") -> ThrottlingConfig:
    """A deployed one whose windows are small, so that few people are enough to fill them."""
    config = ThrottlingConfig(
        sandbox=world.sandbox, url_pattern=pattern, methods=["POST"], max_throughput=200
    )
    lifecycle.save(config, by=None, now=world.now)
    lifecycle.deploy(config, by=None, now=world.now)
    ThrottlingConfig.objects.filter(pk=config.pk).update(max_throughput=SLOTS * 10)
    return config


def enter(world: World, count: int, *, first: int = 0) -> list[str]:
    """People arrive one after the other, and are about to call."""
    people = [f"p{number:02d}" for number in range(first, first + count)]
    for person in people:
        world.send("Lobby", person)
        world.drain()
        world.pass_time(seconds=0.001)
    return people


def next_window(world: World) -> None:
    """Time passes until the next window begins, and everything that can happen then does."""
    past = world.now.microsecond % 100_000
    world.pass_time(seconds=(100_000 - past) / 1_000_000)
    world.run()


def test_calls_beyond_the_slots_wait_in_order_without_thread_or_claim(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    config = throttle(world)
    people = enter(world, 8)

    world.run()
    waiting = Call.objects.filter(endpoint=line_of(config.pk))
    assert sorted(sent.people) == people[:3]
    assert set(waiting.values_list("owner", "first_attempt_at", "attempts")) == {(None, None, 0)}
    next_window(world)
    next_window(world)

    assert [sorted(sent.people[at : at + 3]) for at in (0, 3, 6)] == [people[:3], people[3:6], people[6:]]
    assert [world.path(person)[1] for person in people] == ["tell>next"] * 8


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stopped", [False, True])
def test_while_calls_are_let_out_waves_write_for_the_same_people(
    world: World, version: JourneyVersion, sent: Timed, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    """Neither waits for the other; who is stopped in that moment is called, as right after it."""
    throttle(world)
    people = enter(world, 4)
    world.run()
    assert len(sent.sent) == SLOTS
    in_the_middle_of_letting_out(monkeypatch, world, lambda: stop_or_send(world, version, people[3], stopped))

    next_window(world)

    assert len(sent.sent) == SLOTS + 1
    assert not Instance.objects.filter(ended_at=None).exists()
    assert not Call.objects.filter(status=Call.Status.OPEN).exists()
    assert (world.path(people[3])[1:2] == ["tell>next"]) is not stopped


def stop_or_send(world: World, version: JourneyVersion, person: str, stopped: bool) -> None:
    if stopped:
        publishing.stop(version, by=None)
    else:
        world.send("Lobby", person)
    while drain_once(world.sandbox.pk, owner="wave"):
        pass


def in_the_middle_of_letting_out(
    monkeypatch: pytest.MonkeyPatch, world: World, happen: Callable[[], None]
) -> None:
    """Something happens once, in a worker of its own, after calls have been claimed from their line."""
    first = lines.without_owner_gone
    happened: list[bool] = []

    def owners_looked_for(claimed: Sequence[Claimed]) -> tuple[list[Claimed], list[Claimed]]:
        if claimed and not happened:
            happened.append(True)
            with threads() as workers:
                workers.start(happen)
        return first(claimed)

    monkeypatch.setattr(lines, "without_owner_gone", owners_looked_for)


def test_waiting_takes_nothing_from_the_time_of_the_call(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    throttle(world)
    enter(world, 4)
    world.run()
    world.pass_time(hours=5)
    sent.answers = [AGAIN]
    world.run()
    call = Call.objects.get(status=Call.Status.OPEN)
    assert call.first_attempt_at == world.now

    world.pass_time(seconds=0.2)
    world.run()

    assert (len(sent.sent), world.path("p03")[1]) == (5, "tell>next")


def test_who_waited_for_six_hours_is_capped_and_takes_no_slot(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    config = throttle(world)
    late = enter(world, 3 + 2)[3:]
    world.run()
    world.pass_time(hours=6, seconds=-1)
    assert waited_too_long(config.pk, owner="one", now=world.now) == []
    world.pass_time(seconds=1)
    enter(world, 3, first=10)
    world.run()

    assert sorted(sent.people[3:]) == ["p10", "p11", "p12"]
    assert {world.path(person)[1] for person in late} == {"tell>error"}
    assert StepEvent.objects.filter(status=StepEvent.Status.CAPPED).count() == 2


def test_calls_that_the_pattern_does_not_mean_go_past_the_line(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    throttle(world, pattern="https://elsewhere.example.org/*")
    enter(world, 8)
    world.run()

    assert len(sent.sent) == 8


def test_a_failed_attempt_goes_to_the_head_of_the_line_and_takes_another_slot(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    config = throttle(world)
    enter(world, 8)
    sent.answers = [AGAIN]
    world.run()
    (again,) = Call.objects.filter(endpoint=head_of(config.pk), status=Call.Status.OPEN)
    # The others wait longer than the pause of the retry.
    world.now = again.not_before + timedelta(milliseconds=1)
    before = len(sent.sent)
    world.run()

    assert again.person_id in sent.people[before:]
    assert len(sent.sent) - before == 3


class Remembering:
    """A gate that lets everybody through, and remembers whom it was told to forget."""

    def __init__(self) -> None:
        self.forgotten: dict[str, Prepared | None] = {}

    def admit(self, calls: Sequence[tuple[CallSpec, Prepared]]) -> list[Verdict]:
        return [None] * len(calls)

    def forget(self, calls: Collection[tuple[CallSpec, Prepared | None]]) -> None:
        self.forgotten |= {call.person_id: prepared for call, prepared in calls}


def test_people_who_were_stopped_while_they_waited_take_nobody_s_turn(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    gate = Remembering()
    outbound_calls.register("custom_action", sent, gate)
    throttle(world)
    enter(world, 7)
    world.run()
    with world.clock():
        publishing.stop(version, by=None)
    world.drain()
    world.journey(
        "lobby",
        name="Other",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "end", action="Tell"),
        end=act("end"),
    )
    enter(world, 3, first=20)
    next_window(world)

    assert sorted(sent.people[3:]) == ["p20", "p21", "p22"]
    assert Call.objects.filter(status=Call.Status.DROPPED).count() == 4
    assert sorted(gate.forgotten) == ["p03", "p04", "p05", "p06"]
    assert None not in gate.forgotten.values(), "their requests never left"
    assert not Call.objects.filter(status=Call.Status.OPEN).exists()


def test_a_call_that_its_step_has_given_up_is_not_made(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    """No worker looked at the line until the person had gone on without it, and is still inside."""
    world.journey(
        "lobby",
        name="Patient",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", {"error": ["hold"]}, action="Tell", error_path=True),
        hold=act("wait", duration="P1D"),
    )
    with world.clock():
        publishing.stop(version, by=None)
    throttle(world)
    enter(world, 4)
    world.run()
    world.pass_time(seconds=CALL_PATIENCE.total_seconds())
    world.drain()
    assert world.path("p03")[1:] == ["tell>error"]
    next_window(world)

    assert len(sent.sent) == 3
    assert Call.objects.filter(status=Call.Status.DROPPED).count() == 1
    assert world.instance("p03").activity == "hold"


def test_a_call_that_comes_late_to_its_line_may_wait_there_as_long_as_others(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    """Be it that quiet hours put it off, or that no worker was there."""
    throttle(world)
    people = enter(world, 5)
    world.pass_time(seconds=LONGEST_WAIT.total_seconds() + 1)
    world.run()
    assert sorted(sent.people) == people[:3], "in the order in which they were asked for"
    next_window(world)

    assert sorted(sent.people) == people
    assert {world.path(person)[1] for person in people} == {"tell>next"}


def test_a_throttle_is_in_force_from_its_deployment_on(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    """Also for calls that waited to be made, and for those that wait to be tried again: these go first."""
    enter(world, 1)
    sent.answers = [AGAIN]
    world.run()
    config = throttle(world)
    enter(world, 4, first=10)
    world.pass_time(seconds=0.25)
    world.run()

    assert sorted(sent.people[1:]) == ["p00", "p10", "p11"]
    first, second = (request for call, request in sent.sent if call.person_id == "p00")
    assert first == second
    assert Call.objects.filter(endpoint=line_of(config.pk), status=Call.Status.OPEN).count() == 2


def test_what_waits_when_it_is_undeployed_goes_on_and_who_comes_later_does_not_wait(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    config = throttle(world)
    people = enter(world, 7)
    world.run()
    lifecycle.undeploy(config, now=world.now)
    later = enter(world, 2, first=50)
    world.run()
    assert sorted(sent.people) == [*people[:3], *later]

    next_window(world)

    assert sorted(sent.people[5:]) == people[3:6]


def test_deployed_again_it_goes_on_with_the_same_line(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    config = throttle(world)
    people = enter(world, 5)
    world.run()
    lifecycle.undeploy(config, now=world.now)
    ThrottlingConfig.objects.filter(pk=config.pk).update(max_throughput=200)
    lifecycle.deploy(config, by=None, now=world.now)
    ThrottlingConfig.objects.filter(pk=config.pk).update(max_throughput=SLOTS * 10)
    enter(world, 4, first=50)
    world.run()
    next_window(world)

    assert sorted(sent.people) == [*people, "p50"]


def test_a_call_whose_worker_died_with_its_slot_takes_another_one_and_goes_first(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    config = throttle(world)
    people = enter(world, 8)
    world.run()
    world.pass_time(seconds=0.1)
    with world.clock():
        dead = let_out(line_of(config.pk), config.pk, owner="dead", most=8).calls
    assert [call.spec.person_id for call in dead] == people[3:6]

    world.pass_time(seconds=LEASE.total_seconds() + 1)
    world.run()

    assert sorted(sent.people[3:]) == people[3:6]


def test_two_workers_share_the_slots_of_a_window(world: World, version: JourneyVersion, sent: Timed) -> None:
    config = throttle(world)
    enter(world, 8)
    world.run()
    world.pass_time(seconds=0.1)
    with world.clock():
        first = let_out(line_of(config.pk), config.pk, owner="one", most=2)
        second = let_out(line_of(config.pk), config.pk, owner="two", most=2)
        third = let_out(line_of(config.pk), config.pk, owner="three", most=2)

    assert [len(found.calls) for found in (first, second, third)] == [2, 1, 0]
    assert first.look_again is None
    assert second.look_again == pytest.approx(third.look_again or 0)


class Mail(MessageHandler):
    """Makes real messages and sends none; remembers whom they were for."""

    def __init__(self) -> None:
        super().__init__()
        self.people: list[str] = []

    def send(self, call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        self.people.append(call.person_id)
        return Outcome("ok", "200")


def test_messages_by_http_wait_in_line_like_other_calls(world: World) -> None:
    mail = Mail()
    outbound_calls.register("message", mail, ContactGate())
    config = {"url": "https://api.example.org/sms", "number": "+100"}
    Channel.objects.create(sandbox=world.sandbox, name="SMS", kind="sms", provider="sms_json", config=config)
    MessageTemplate.objects.create(
        sandbox=world.sandbox, name="Hello", kind="sms", content={"text": "Hello"}, transactional=True
    )
    world.journey(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("sms", "end", template="Hello", address='"+4930123456"'),
        end=act("end"),
    )
    throttled = throttle(world)
    people = enter(world, 8)

    world.run()
    world.pass_time(seconds=0.1)
    with world.clock():
        # Two workers die with a slot each; what they had goes first when their leases are over.
        for owner in ("one", "two"):
            assert len(let_out(line_of(throttled.pk), throttled.pk, owner=owner, most=1).calls) == 1
    world.pass_time(seconds=LEASE.total_seconds() + 1)
    world.run()
    assert [sorted(mail.people[:3]), set(mail.people[3:]) >= {*people[3:5]}] == [people[:3], True]
    next_window(world)

    assert sorted(mail.people) == people
    assert Delivery.objects.filter(status=Delivery.Status.SENT).count() == 8


def test_the_cap_comes_before_the_line(world: World, version: JourneyVersion, sent: Timed) -> None:
    """What is over the cap is told so at once, and what is not takes no second slot when its turn comes."""
    throttle(world)
    rating = {"maxCallsCount": 5, "periodInMs": 24 * 3600 * 1000}
    cap = CappingConfig(
        sandbox=world.sandbox, url=URL, methods=["POST"], services={"action": {"rating": rating}}
    )
    lifecycle.save(cap, by=None, now=world.now)
    lifecycle.deploy(cap, by=None, now=world.now)
    enter(world, 7)
    world.run()
    assert StepEvent.objects.filter(status=StepEvent.Status.CAPPED).count() == 2

    next_window(world)

    assert len(sent.sent) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
def test_whenever_the_process_dies_everybody_is_called_and_no_window_has_too_many(
    world: World, version: JourneyVersion, sent: Timed
) -> None:
    """It dies before and after every commit of a run in which calls join the line and leave it."""
    config = throttle(world)
    number, crashed = 0, True
    while crashed:
        number += 1
        for model in (Instance, Call, StepEvent):
            model.objects.all().delete()
        sent.sent.clear()
        sent.moments.clear()
        people = enter(world, 5, first=number * 10)
        with crash_at(number) as crasher:
            world.run()
        crashed = crasher.crashed
        for _ in range(4):
            next_window(world)
            world.pass_time(seconds=LEASE.total_seconds() + 1)
            world.run()

        told = f"died at point {number}"
        assert [world.path(person)[1] for person in people] == ["tell>next"] * 5, told
        assert set(sent.people) == set(people), told
        assert max(windows(sent.moments).values()) <= SLOTS, told
        assert not Call.objects.filter(endpoint=line_of(config.pk), status=Call.Status.OPEN).exists(), told
    assert number > 8, "the crash points were not reached"


def windows(moments: Sequence[datetime]) -> dict[int, int]:
    found: dict[int, int] = {}
    for at in moments:
        number = int(at.timestamp() * 1000) // 100
        found[number] = found.get(number, 0) + 1
    return found
