"""Outward calls: claimed by one, made at least once with the same bytes, recorded once (engine.md, Calls)."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import OperationalError, connections
from pydantic import ValidationError

from journeyorch.outbound import calls as outbound_calls
from journeyorch.outbound.calls import CallSpec, Later, Made, Outcome, Prepared, Verdict
from journeyorch.outbound.protection.sending import NO_CONNECTION
from journeyorch.wakeup import Listener
from journeys import publishing
from journeys.definition.document import Properties
from journeys.engine.calls import enquiring, resident
from journeys.engine.calls.admitting import admit, forget
from journeys.engine.calls.ahead import MOST, PATIENCE, Ahead
from journeys.engine.calls.claim import LEASE, Claimed, claim, open_endpoints, prepare, start, unstart
from journeys.engine.calls.results import Result, commit_results
from journeys.engine.calls.retry import MAX_ATTEMPTS, pause_before_retry
from journeys.models import Call, Instance, JourneyVersion, LaneInput
from tests.journeys.together import on_postgresql, threads
from tests.journeys.world import World, act

OK = Outcome("ok")
AGAIN = Outcome("http", "503", retryable=True)


@pytest.fixture
def calling(world: World) -> World:
    """Three people who are calling ``Tell``."""
    world.version = draw(world)  # type: ignore[attr-defined]
    for person in ("anna", "bert", "cleo"):
        world.send("Lobby", person)
    world.drain()
    return world


def draw(world: World, **properties: Any) -> JourneyVersion:
    world.action()
    return world.journey(
        "lobby",
        properties=properties,
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", {"next": ["end"], "error": ["sorry"]}, action="Tell", error_path=True),
        end=act("end"),
        sorry=act("end"),
    )


def claimed(world: World, *, owner: str = "one", most: int = 100) -> list[Claimed]:
    (endpoint,) = open_endpoints()
    return claim(endpoint, owner=owner, most=most, now=world.now)


def begun(world: World, **options: Any) -> list[Claimed]:
    return start(prepare(claimed(world, **options))[0], world.now)


# --- Retries --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "attempts", "time_left", "pause"),
    [
        (OK, 1, 30, None),
        (Outcome("http", "404"), 1, 30, None),
        (AGAIN, 1, 30, 0.2),
        (AGAIN, 2, 30, 0.8),
        (AGAIN, 3, 30, 2.0),
        # Three retries are the most.
        (AGAIN, MAX_ATTEMPTS, 30, None),
        (AGAIN, MAX_ATTEMPTS + 1, 30, None),
        # Within the timeout duration.
        (AGAIN, 1, 0.3, 0.2),
        (AGAIN, 1, 0.2, None),
        (AGAIN, 3, 1.9, None),
        # As long as the other side asked for, if that is within the duration.
        (AGAIN._replace(retry_after=5), 1, 30, 5),
        (AGAIN._replace(retry_after=0.1), 1, 30, 0.2),
        (AGAIN._replace(retry_after=30), 1, 30, None),
        (AGAIN._replace(retry_after=3600), 1, 30, None),
        # A first call that used up the whole duration.
        (Outcome("timedOut", "timedOut", retryable=True), 1, 0, None),
        (Outcome("timedOut", "timedOut", retryable=True), 1, -1, None),
    ],
)
def test_a_call_is_tried_again_a_little_later_and_not_for_ever(
    outcome: Outcome, attempts: int, time_left: float, pause: float | None
) -> None:
    assert pause_before_retry(outcome, attempts=attempts, time_left=time_left) == pause


def test_retries_stay_within_the_timeout_of_the_journey(world: World) -> None:
    draw(world, timeout_seconds=1)
    world.recorder.answers = [AGAIN] * 9
    world.send("Lobby")
    world.run()
    for _ in range(9):
        world.pass_time(seconds=0.3)
        world.run()

    # At 0, 0.3 and, after a pause of 0.8 that would end past the second, no more.
    assert len(world.recorder.sent) == 2
    assert world.path()[1] == "tell>error"


def test_who_finds_all_connections_in_use_waits_for_one_and_no_attempt_is_counted(world: World) -> None:
    draw(world)
    world.recorder.answers = [Outcome("capped", NO_CONNECTION)] * 9
    world.send("Lobby")
    world.run()
    for _ in range(9):
        world.pass_time(seconds=0.3)
        world.run()

    assert world.path()[1:] == ["tell>next", "end>"]
    assert Call.objects.get().attempts == 1


class Tomorrow:
    """A gate that lets nothing through today."""

    def __init__(self, until: datetime) -> None:
        self.until = until

    def admit(self, calls: Sequence[tuple[CallSpec, Prepared]]) -> list[Verdict]:
        return [Later(self.until, "Not today.")] * len(calls)

    def forget(self, calls: Collection[tuple[CallSpec, Prepared | None]]) -> None:
        raise AssertionError("nobody has left")


def test_a_gate_puts_off_only_what_has_not_been_tried(calling: World) -> None:
    """The time of a call that was tried is running out."""
    tomorrow = calling.now + timedelta(days=1)
    outbound_calls.register("custom_action", calling.recorder, Tomorrow(tomorrow))
    first, *others = prepare(claimed(calling))[0]
    tried = first._replace(attempts=1)

    assert admit([tried, *others]) == ([tried], [])
    put_off = Call.objects.filter(not_before=tomorrow, owner=None)
    assert {call.pk for call in put_off} == {call.spec.key for call in others}


class Choosy:
    """A gate that cannot be asked about some person's calls."""

    def __init__(self, person: str, error: Exception) -> None:
        self.person, self.error = person, error

    def admit(self, calls: Sequence[tuple[CallSpec, Prepared]]) -> list[Verdict]:
        if any(call.person_id == self.person for call, _ in calls):
            raise self.error
        return [None] * len(calls)

    def forget(self, calls: Collection[tuple[CallSpec, Prepared | None]]) -> None:
        raise AssertionError("nobody has left")


def test_a_call_that_a_gate_cannot_decide_about_ends_in_error_and_the_others_are_made(calling: World) -> None:
    ready, _ = prepare(claimed(calling))
    bad, *others = ready
    outbound_calls.register("custom_action", calling.recorder, Choosy(bad.spec.person_id, ValueError()))

    go, ended = admit(ready)

    assert go == others
    assert [(call, outcome.code) for call, outcome in ended] == [(bad, "internal")]


def test_a_gate_is_told_what_may_have_left_of_calls_that_nobody_waits_for(calling: World) -> None:
    told: list[tuple[CallSpec, Prepared | None]] = []
    gate = Tomorrow(calling.now)
    gate.forget = told.extend  # type: ignore[method-assign, assignment]
    outbound_calls.register("custom_action", calling.recorder, gate)
    untried, second, *_ = prepare(claimed(calling))[0]

    forget([untried, second._replace(attempts=1)])

    assert told == [(untried.spec, untried.prepared), (second.spec, None)]


def test_a_gate_that_cannot_use_the_database_ends_no_call(calling: World) -> None:
    ready, _ = prepare(claimed(calling))
    away = OperationalError("The database is away.")
    outbound_calls.register("custom_action", calling.recorder, Choosy(ready[0].spec.person_id, away))

    with pytest.raises(OperationalError):
        admit(ready)


# --- Claims ---------------------------------------------------------------------------------------


def test_a_claim_outlasts_the_longest_timeout_by_ten_seconds() -> None:
    """Or another worker would make the call once more while it is under way."""
    longest = max(seconds for seconds in range(1, 300) if _is_timeout(seconds))

    assert timedelta(seconds=longest + 10) <= LEASE


def _is_timeout(seconds: int) -> bool:
    try:
        return bool(Properties(timeout_seconds=seconds))
    except ValidationError:
        return False


def test_what_one_has_claimed_nobody_else_gets(calling: World) -> None:
    first = claimed(calling, owner="one", most=2)
    second = claimed(calling, owner="two")

    assert [len(first), len(second)] == [2, 1]
    assert not {one.spec.key for one in first} & {one.spec.key for one in second}
    assert claimed(calling, owner="three") == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_never_claim_the_same_call(calling: World) -> None:
    model = Call.objects.first()
    Call.objects.bulk_create(copy_of(model, number) for number in range(200))
    found: list[Any] = []
    ready = threading.Barrier(2)

    def work(owner: str) -> None:
        ready.wait()
        while calls := claimed(calling, owner=owner, most=7):
            found.extend(call.spec.key for call in calls)

    with threads() as both:
        both.start(work, "one")
        both.start(work, "two")

    assert len(found) == len(set(found)) == 203


def copy_of(call: Call, number: int) -> Call:
    values = {field.attname: getattr(call, field.attname) for field in Call._meta.concrete_fields}
    return Call(**{**values, "id": f"00000000-0000-0000-0000-{number:012d}"})


def test_the_oldest_are_claimed_first_and_those_not_due_not_at_all(calling: World) -> None:
    keys = list(Call.objects.order_by("pk").values_list("pk", flat=True))
    for key, seconds in zip(keys, (-5, 1, -9), strict=True):
        Call.objects.filter(pk=key).update(not_before=calling.now + timedelta(seconds=seconds))

    assert [call.spec.key for call in claimed(calling, most=1)] == [keys[2]]
    assert [call.spec.key for call in claimed(calling)] == [keys[0]]


def test_endpoints_with_open_calls_are_found_each_once(calling: World) -> None:
    model = Call.objects.first()
    endpoints = ["action:1", "action:1", "source:2", "channel:1"]
    Call.objects.all().delete()
    for number, endpoint in enumerate(endpoints):
        call = copy_of(model, number)
        call.endpoint = endpoint
        call.save(force_insert=True)
    Call.objects.filter(endpoint="channel:1").update(status=Call.Status.DONE)

    assert open_endpoints() == ["action:1", "source:2"]


# --- Crashes --------------------------------------------------------------------------------------


def test_a_claim_that_expired_is_made_again_with_the_same_bytes_and_its_whole_time(calling: World) -> None:
    """The first worker died while it was sending."""
    renderings: list[int] = []

    def render(calls: Sequence[CallSpec]) -> list[Prepared | Outcome]:
        renderings.append(len(calls))
        return [Prepared({"body": f"rendering {len(renderings)}"}) for _ in calls]

    calling.recorder.prepare = render  # type: ignore[method-assign]
    first = begun(calling, owner="dead")
    assert claimed(calling, owner="two") == []

    calling.pass_time(seconds=LEASE.total_seconds() + 1)
    second = begun(calling, owner="two")

    assert renderings == [3]
    assert [call.prepared for call in second] == [call.prepared for call in first]
    assert {call.spec.key for call in second} == {call.spec.key for call in first}
    assert {call.attempts for call in second} == {2}
    assert {call.attempt_timeout for call in second} == {30.0}


def test_a_call_that_kills_whoever_makes_it_is_given_up(calling: World) -> None:
    for _ in range(9):
        for call in claimed(calling, owner="dead"):
            start(prepare([call])[0], calling.now)
        calling.pass_time(seconds=LEASE.total_seconds() + 1)
        if Call.objects.filter(attempts__gte=5).count() == 3:
            break
    calling.run()

    assert calling.recorder.sent == []
    assert calling.path()[1] == "tell>error"
    assert set(Call.objects.values_list("status", flat=True)) == {Call.Status.DONE}


def test_who_lost_the_claim_while_rendering_sends_nothing(calling: World) -> None:
    """Its rendering may differ from the one that is stored: the request must not leave in two forms."""
    ready, _ = prepare(claimed(calling, owner="slow"))
    calling.pass_time(seconds=LEASE.total_seconds() + 1)
    taken_over = begun(calling, owner="quick", most=1)

    started = start(ready, calling.now)

    assert {call.spec.key for call in started} == {call.spec.key for call in ready} - {taken_over[0].spec.key}


def test_a_call_that_was_begun_and_not_sent_is_not_counted(calling: World) -> None:
    unstart(begun(calling), calling.now)

    again = claimed(calling, owner="two")

    assert {(call.attempts, call.first_attempt_at) for call in again} == {(0, None)}


# --- Results --------------------------------------------------------------------------------------


def test_a_result_is_written_with_its_input_and_what_the_handler_keeps(calling: World) -> None:
    calls = begun(calling)
    calling.pass_time(seconds=1)

    assert commit_results([Result(call, Outcome("ok", data={"id": 7})) for call in calls], calling.now) == 3

    assert set(Call.objects.values_list("status", "owner", "done_at")) == {
        (Call.Status.DONE, None, calling.now)
    }
    assert {orjson.loads(text)["data"]["id"] for text in Call.objects.values_list("result", flat=True)} == {7}
    inputs = LaneInput.objects.filter(kind=LaneInput.Kind.CALL_RESULT)
    assert set(inputs.values_list("detail", flat=True)) == {str(call.spec.key) for call in calls}
    assert {made.spec.key for made in calling.recorder.recorded} == {call.spec.key for call in calls}


def test_the_result_of_a_lost_claim_is_not_written_and_the_others_are(calling: World) -> None:
    calls = begun(calling, owner="slow")
    calling.pass_time(seconds=LEASE.total_seconds() + 1)
    (taken_over,) = begun(calling, owner="quick", most=1)

    assert commit_results([Result(call, OK) for call in calls], calling.now) == 2

    assert Call.objects.get(pk=taken_over.spec.key).status == Call.Status.OPEN
    assert LaneInput.objects.count() == 2
    assert commit_results([Result(taken_over, OK)], calling.now) == 1


def test_a_result_is_written_once(calling: World) -> None:
    results = [Result(call, OK) for call in begun(calling)]
    commit_results(results, calling.now)

    assert commit_results(results, calling.now) == 0
    assert LaneInput.objects.count() == 3


def test_results_are_committed_together(calling: World) -> None:
    recorded: list[int] = []
    calling.recorder.record = lambda made, now: recorded.append(len(made))  # type: ignore[method-assign]

    calling.make_calls()

    assert recorded == [3]


# --- What is bad harms nobody else ----------------------------------------------------------------


def test_a_call_that_cannot_be_rendered_ends_in_error_and_the_others_are_made(calling: World) -> None:
    first = calling.recorder.prepare

    def render(calls: Sequence[CallSpec]) -> list[Prepared | Outcome]:
        if any(call.person_id == "bert" for call in calls):
            raise ValueError("a bug")
        return first(calls)

    calling.recorder.prepare = render  # type: ignore[method-assign]
    calling.run()

    assert calling.path("bert")[1] == "tell>error"
    assert [calling.path(person)[1] for person in ("anna", "cleo")] == ["tell>next"] * 2


def test_a_result_that_cannot_be_recorded_ends_in_error_and_the_others_count(calling: World) -> None:
    first = calling.recorder.record

    def record(made: Sequence[Made], now: datetime) -> None:
        if any(one.spec.person_id == "bert" for one in made):
            raise ValueError("a bug")
        first(made, now)

    calling.recorder.record = record  # type: ignore[method-assign]
    calling.run()

    assert calling.path("bert")[1] == "tell>error"
    assert [calling.path(person)[1] for person in ("anna", "cleo")] == ["tell>next"] * 2
    assert len(calling.recorder.sent) == 3


def test_trouble_of_the_database_is_nobodys_error(calling: World) -> None:
    def record(made: Sequence[Made], now: datetime) -> None:
        raise OperationalError("the server is away")

    calls = begun(calling)
    calling.recorder.record = record  # type: ignore[method-assign]

    with pytest.raises(OperationalError):
        commit_results([Result(call, OK) for call in calls], calling.now)

    assert set(Call.objects.values_list("status", flat=True)) == {Call.Status.OPEN}
    assert not LaneInput.objects.exists()


def test_an_error_in_the_thread_is_a_result(calling: World) -> None:
    def send(call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        raise ValueError("a bug")

    calling.recorder.send = send  # type: ignore[method-assign]
    calling.run()

    assert {calling.path(person)[1] for person in ("anna", "bert", "cleo")} == {"tell>error"}


# --- Nobody waits any more ------------------------------------------------------------------------


def test_calls_of_ended_instances_are_dropped_unmade(calling: World) -> None:
    Instance.objects.filter(person_id="bert").update(status=Instance.Status.ERROR)

    calling.make_calls()

    statuses = dict(Call.objects.values_list("person_id", "status"))
    assert statuses == {"anna": Call.Status.DONE, "bert": Call.Status.DROPPED, "cleo": Call.Status.DONE}
    assert {call.person_id for call, _ in calling.recorder.sent} == {"anna", "cleo"}


def test_calls_of_a_stopped_version_are_dropped_before_its_people_are_swept(calling: World) -> None:
    with calling.clock():
        publishing.stop(calling.version, by=None)  # type: ignore[attr-defined]

    calling.make_calls()

    assert calling.recorder.sent == []
    assert set(Call.objects.values_list("status", flat=True)) == {Call.Status.DROPPED}


# --- Threads --------------------------------------------------------------------------------------


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def call(endpoint: str, number: int = 0) -> Claimed:
    spec = CallSpec(number, 1, "custom_action", {}, "", "", False)  # type: ignore[arg-type]
    return Claimed(spec, 1, 1, None, endpoint, 30.0, 1, None, None, None)  # type: ignore[arg-type]


def test_one_endpoint_gets_half_of_the_threads(calling: World) -> None:
    ahead = Ahead(threads=16, clock=Clock())
    ahead.add(call("slow", number) for number in range(40))
    ahead.add([call("quick")])

    sendable, late = ahead.next()

    assert [one.endpoint for one in sendable].count("slow") == 8
    assert [one.endpoint for one in sendable].count("quick") == 1
    assert late == []
    assert ahead.next() == ([], [])


def test_a_freed_thread_is_the_next_calls(calling: World) -> None:
    ahead = Ahead(threads=2, clock=Clock())
    ahead.add(call("a", number) for number in range(3))
    ((first,), _) = ahead.next()

    second = ahead.following(first)

    assert second is not None
    assert (first.spec.key, second.spec.key) == (0, 1)
    assert (ahead.sending, ahead.total) == (1, 2)


def test_endpoints_take_turns_and_what_waited_too_long_is_no_thread_s_next_call() -> None:
    clock = Clock()
    ahead = Ahead(threads=2, clock=clock)
    ahead.add(call("a", number) for number in range(3))
    ((first,), _) = ahead.next()
    clock.now += PATIENCE + 0.1
    ahead.add([call("b", 3), call("b", 4)])

    second = ahead.following(first)

    assert second is not None
    assert second.endpoint == "b"
    assert ahead.following(second) is not None
    assert [one.spec.key for one in ahead.next()[1]] == [1, 2]


def test_only_endpoints_that_answer_are_claimed_ahead() -> None:
    clock = Clock()
    ahead = Ahead(threads=16, clock=clock)
    assert ahead.room("a") == 8

    answer(ahead, times=8)
    assert ahead.room("a") == 16
    answer(ahead, times=3 * MOST)
    assert ahead.room("a") == MOST

    clock.now += 1
    assert ahead.room("a") == 8


def answer(ahead: Ahead, *, times: int) -> None:
    for _ in range(times):
        ahead.add([call("a")])
        for one in ahead.next()[0]:
            ahead.following(one)


def test_what_waits_too_long_for_a_thread_is_left_to_others() -> None:
    clock = Clock()
    ahead = Ahead(threads=2, clock=clock)
    ahead.add(call("a", number) for number in range(3))
    ahead.next()
    clock.now += PATIENCE + 0.1

    assert [one.spec.key for one in ahead.next()[1]] == [1, 2]
    assert ahead.total == 1


def test_a_hanging_endpoint_leaves_room_for_the_others(calling: World) -> None:
    """All its people wait; the person of another endpoint is called all the same."""
    calling.action("Other")
    calling.journey(
        "meal",
        name="Second",
        meal=act("event", "tell", event="Restaurant"),
        tell=act("custom_action", action="Other"),
    )
    for number in range(30):
        calling.send("Lobby", f"p{number}")
    calling.send("Restaurant", "dora")
    calling.drain()
    answered = threading.Event()
    hung: list[str] = []

    def send(spec: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        if spec.person_id == "dora":
            answered.set()
        elif not answered.wait(20):
            hung.append(spec.person_id)
        return OK

    calling.recorder.send = send  # type: ignore[method-assign]
    calling.run()

    assert hung == []


# --- The resident ---------------------------------------------------------------------------------


class UntilEnded:
    """A resident's run that is over when so many calls have ended."""

    owner, index, count = "resident", 0, 1

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted

    def take_over(self) -> None:
        pass

    def beat(self) -> None:
        pass

    def should_stop(self) -> bool:
        return Call.objects.filter(status=Call.Status.DONE).count() >= self._wanted


def test_a_resident_that_waits_for_new_calls_hears_of_an_answer_at_once(
    calling: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, send, wait = threading.Event(), calling.recorder.send, Listener.wait
    lifetime = UntilEnded(3)

    def answer_late(call: CallSpec, prepared: Prepared, timeout: float) -> Outcome:
        waiting.wait(30)
        return send(call, prepared, timeout)

    def wait_long(listener: Listener, timeout: float) -> bool:
        if listener._source:  # the first wait of all ends at once
            waiting.set()
        # Nothing but an answer can end this one; the last ones may have been committed together.
        return lifetime.should_stop() or wait(listener, 600.0)

    monkeypatch.setattr(calling.recorder, "send", answer_late)
    monkeypatch.setattr(Listener, "wait", wait_long)

    resident(lifetime)  # type: ignore
    enquiring.thread().submit(connections.close_all).result()  # it keeps its own for the next resident

    assert len(calling.recorder.sent) == 3
