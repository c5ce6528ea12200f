"""What is bad harms nobody else: steps that raise, and things that kill the process (engine.md, Waves)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from unittest import mock

import orjson
import psycopg
import pytest
from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError

from events.models import Quarantined, ReceivedEvent
from journeyorch.access.models import User
from journeys.activities.condition import ConditionStep
from journeys.engine import plans, router
from journeys.engine import poison as poison_rule
from journeys.engine.decide import Verb
from journeys.engine.lanes import MAX_CRASHES
from journeys.engine.wave import load, run
from journeys.engine.wave.handled import Handled
from journeys.models import Call, Entrance, Instance, JourneyVersion, Lane, StepEvent
from journeys.models.lane import RouterLease
from journeys.operating import operate
from tests.journeys.world import World, act

BAD = 666
CHECK = act("condition", {"yes": ["end"]}, paths=[{"id": "yes", "expression": "@{Lobby.amount} > 0"}])
NEIGHBOURS = [f"p{number}" for number in range(5)]


class Died(BaseException):
    """The process is gone: no handler of ours survives it."""


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Conditions that look at a bad amount fail in a way that a test chooses."""
    chosen: dict[str, Any] = {"error": ValueError("a bug")}
    enter = ConditionStep.enter

    def poisoned(step: ConditionStep, view: Any) -> Any:
        if view.context.events["Lobby"]["amount"] == BAD and "mended" not in chosen:
            raise chosen["error"]
        return enter(step, view)

    monkeypatch.setattr(ConditionStep, "enter", poisoned)
    return chosen


def send_all(world: World, **payload: Any) -> None:
    for person in NEIGHBOURS[:2]:
        world.send("Lobby", person, amount=1)
    world.send("Lobby", "bad", amount=BAD, **payload)
    for person in NEIGHBOURS[2:]:
        world.send("Lobby", person, amount=1)


def live_on(world: World) -> int:
    """Let workers live, die and be replaced until nothing is left to do; returns how many died."""
    deaths = 0
    while True:
        try:
            world.run()
            return deaths
        except Died:
            deaths += 1
            assert deaths < 30, "workers die for ever"
            plans.forget_all()
            world.pass_time(seconds=11)


def check_neighbours(world: World) -> None:
    finished = Instance.objects.filter(status=Instance.Status.FINISHED)
    assert set(finished.values_list("person_id", flat=True)) == set(NEIGHBOURS)
    assert Instance.objects.filter(person_id__in=NEIGHBOURS).count() == len(NEIGHBOURS)
    assert world.waiting_inputs() == 0
    assert not Entrance.objects.exclude(active_instance=None).exists()
    assert not Lane.objects.exclude(owner=None, crashes=0).exists()


# --- Steps that raise -----------------------------------------------------------------------------


def test_a_step_that_raises_ends_its_instance_alone(world: World, poison: dict[str, Any]) -> None:
    world.journey(
        "lobby",
        lobby=act("event", "wait", event="Lobby"),
        wait=act("wait", "check", duration="PT1H"),
        check=CHECK,
        end=act("end"),
    )
    send_all(world)
    world.run()
    world.pass_time(hours=1)
    world.run()

    check_neighbours(world)
    assert world.instance("bad").status == Instance.Status.ERROR
    assert (
        StepEvent.objects.get(person_id="bad", status=StepEvent.Status.ERROR).detail == '{"code":"internal"}'
    )


def test_an_entrance_that_raises_lets_nobody_in_and_says_so(world: World, poison: dict[str, Any]) -> None:
    world.journey("lobby", lobby=act("event", "check", event="Lobby"), check=CHECK, end=act("end"))
    send_all(world)
    world.run()

    check_neighbours(world)
    assert world.discards("bad") == ["internal"]


def test_a_state_that_cannot_be_read_ends_in_error(world: World) -> None:
    world.journey("lobby", lobby=act("event", "wait", event="Lobby"), wait=act("wait", duration="PT1H"))
    send_all(world)
    world.run()
    Instance.objects.filter(person_id="bad").update(state="nonsense")

    world.pass_time(hours=1)
    for _ in range(20):
        with suppress(ValueError):  # the worker logs it and looks again
            world.run()

    check_neighbours(world)
    assert world.instance("bad").status == Instance.Status.ERROR


def test_an_input_that_cannot_be_written_is_taken_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error outside the steps: the wave as a whole fails, again and again, until its cause is found."""
    world.journey("lobby", lobby=act("event", event="Lobby"))
    send_all(world)
    first = run.write

    def refusing(handled: Handled, **given: Any) -> None:
        if any(row.person_id == "bad" for row in handled.rows.values()):
            raise DataError("a value that the database does not take")
        first(handled, **given)

    monkeypatch.setattr(run, "write", refusing)
    for _ in range(20):
        with suppress(DataError):
            world.run()

    check_neighbours(world)
    assert Quarantined.objects.get().code == "crashed"


# --- Things that kill -----------------------------------------------------------------------------


def test_an_event_that_kills_at_the_entrance_is_quarantined_at_the_fifth_crash(
    world: World, poison: dict[str, Any]
) -> None:
    poison["error"] = Died()
    world.journey("lobby", lobby=act("event", "check", event="Lobby"), check=CHECK, end=act("end"))
    send_all(world)

    assert live_on(world) == MAX_CRASHES

    check_neighbours(world)
    quarantined = Quarantined.objects.get()
    assert quarantined.code == "crashed"
    assert quarantined.received_event == ReceivedEvent.objects.order_by("pk")[2]
    assert not Instance.objects.filter(person_id="bad").exists()


def test_an_event_that_kills_takes_its_instance_with_it(world: World, poison: dict[str, Any]) -> None:
    poison["error"] = Died()
    world.journey(
        "lobby",
        lobby=act("event", "meal", event="Lobby"),
        meal=act("event", "check", event="Restaurant"),
        check=CHECK,
        end=act("end"),
    )
    send_all(world)
    world.run()
    for person in ["bad", *NEIGHBOURS]:
        world.send("Restaurant", person)

    assert live_on(world) == MAX_CRASHES

    check_neighbours(world)
    assert world.instance("bad").status == Instance.Status.ERROR
    assert Quarantined.objects.get().code == "crashed"


def test_a_timer_that_kills_ends_its_instance(world: World, poison: dict[str, Any]) -> None:
    poison["error"] = Died()
    world.journey(
        "lobby",
        lobby=act("event", "wait", event="Lobby"),
        wait=act("wait", "check", duration="PT1H"),
        check=CHECK,
        end=act("end"),
    )
    send_all(world)
    world.run()
    world.pass_time(hours=1)

    assert live_on(world) == MAX_CRASHES

    check_neighbours(world)
    assert world.instance("bad").status == Instance.Status.ERROR
    assert not Quarantined.objects.exists()


def test_a_result_that_kills_ends_its_instance(world: World, poison: dict[str, Any]) -> None:
    poison["error"] = Died()
    world.action()
    world.journey(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "check", action="Tell"),
        check=CHECK,
        end=act("end"),
    )
    send_all(world)

    assert live_on(world) == MAX_CRASHES

    check_neighbours(world)
    assert world.instance("bad").status == Instance.Status.ERROR
    assert not Call.objects.filter(status=Call.Status.OPEN).exists()


def test_after_somebody_died_by_accident_nothing_is_taken_out(world: World, poison: dict[str, Any]) -> None:
    """Four crashes, then it goes well: the count begins anew."""
    poison["error"] = Died()
    world.journey("lobby", lobby=act("event", "check", event="Lobby"), check=CHECK, end=act("end"))
    world.send("Lobby", "bad", amount=BAD)
    for _ in range(MAX_CRASHES - 1):
        with pytest.raises(Died):
            world.run()
        world.pass_time(seconds=11)
    poison["error"] = ValueError("only a bug")

    world.run()

    assert world.discards("bad") == ["internal"]
    assert not Quarantined.objects.exists()
    assert not Lane.objects.exclude(owner=None, crashes=0, suspect=None).exists()


# --- A version that nobody can read any more ------------------------------------------------------


def test_people_of_a_broken_version_stay_and_hold_up_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are due first, and a lane's wave reads so many timers at a time."""
    monkeypatch.setattr(load, "_due_instances", partial(earliest, load._due_instances))
    wait = {"lobby": act("event", "wait", event="Lobby"), "wait": act("wait", duration="PT1H")}
    broken = world.journey("lobby", name="Broken", **wait)
    world.send("Lobby")
    world.run()
    world.pass_time(minutes=1)
    world.journey("lobby", name="Sound", **wait)
    world.send("Lobby")
    world.run()
    read_otherwise(broken, "Gone")

    world.pass_time(hours=1)
    world.run()
    assert world.path() == ["lobby>next", "lobby>next", "wait>next"]

    read_otherwise(broken, "Lobby")
    world.pass_time(minutes=1)
    world.run()

    assert sorted(world.path()) == ["lobby>next", "lobby>next", "wait>next", "wait>next"]


def test_people_of_a_broken_version_are_out_by_the_global_timeout(world: World) -> None:
    """With their data, as everybody's go: nobody need mend the version for that."""
    wait = {"lobby": act("event", "wait", event="Lobby"), "wait": act("wait", duration="PT1H")}
    broken = world.journey("lobby", **wait)
    world.send("Lobby", amount=5)
    world.run()
    read_otherwise(broken, "Gone")
    world.pass_time(days=settings.JOURNEY_GLOBAL_TIMEOUT_DAYS - 1)
    world.run()
    assert world.instance().status == Instance.Status.RUNNING

    world.pass_time(days=1)
    world.run()

    ended = world.instance()
    assert (ended.status, ended.wake_at) == (Instance.Status.TIMED_OUT, None)
    assert "amount" not in ended.state
    assert world.path() == ["lobby>next", "wait>"]
    assert not Entrance.objects.exclude(active_instance=None).exists()


def read_otherwise(version: JourneyVersion, event: str) -> None:
    """Past all rules: the version's first event is another one."""
    document = JourneyVersion.objects.get(pk=version.pk).document
    document["activities"]["lobby"]["config"]["event"] = event
    JourneyVersion.objects.filter(pk=version.pk).update(document=document)
    version.sandbox.configuration_changed()


def earliest(found: Callable[..., list[Any]], lanes: Any, now: Any) -> list[Any]:
    return found(lanes, now)[:1]


# --- Parked, and tried again ----------------------------------------------------------------------


def test_who_was_taken_out_can_be_retried_and_is_taken_out_again(
    world: World, poison: dict[str, Any]
) -> None:
    """The operator's retry is an attempt like any other; once the step is mended it goes well."""
    poison["error"] = Died()
    drawn = {"lobby": act("event", "wait", event="Lobby"), "wait": act("wait", "check", duration="PT1H")}
    world.journey("lobby", **drawn, check=CHECK, end=act("end"))
    send_all(world)
    world.run()
    world.pass_time(hours=1)
    assert live_on(world) == MAX_CRASHES
    olga = User.objects.create_user("olga")

    def retry() -> None:
        with world.clock():
            operate(world.instance("bad"), Verb.RETRY, by=olga)

    retry()
    assert live_on(world) == MAX_CRASHES
    check_neighbours(world)
    assert world.instance("bad").status == Instance.Status.ERROR
    told = StepEvent.objects.filter(person_id="bad").latest("sequence")
    assert (told.activity, told.path) == ("wait", "refused")
    assert orjson.loads(told.detail) == {"operation": "retry", "by": "olga", "refusal": "crashed"}
    poison["error"] = ValueError("only a bug")
    retry()
    world.run()
    assert world.instance("bad").status == Instance.Status.ERROR

    poison["mended"] = True
    retry()
    world.run()

    assert world.instance("bad").status == Instance.Status.FINISHED
    assert world.path("bad")[-2:] == ["check>yes", "end>"]


@pytest.mark.parametrize("trouble", ["wave", "router"])
def test_trouble_of_the_database_is_nobodys_crash(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """However often locks time out: what waits is handled when they do not."""
    world.journey("lobby", lobby=act("event", event="Lobby"))
    send_all(world)
    module, name = (run, "write") if trouble == "wave" else (router, "_write")
    first = getattr(module, name)

    def away(*arguments: Any, **named: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(module, name, away)
    for _ in range(3 * MAX_CRASHES):
        with pytest.raises(OperationalError):
            world.run()
    monkeypatch.setattr(module, name, first)
    world.run()

    assert not Quarantined.objects.exists()
    assert Instance.objects.filter(status=Instance.Status.FINISHED).count() == len(NEIGHBOURS) + 1


def test_leases_that_could_not_be_given_back_are_given_back_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away altogether: until it is back nothing is released, and then nothing is counted."""
    world.journey("lobby", lobby=act("event", event="Lobby"))
    send_all(world)

    def away(*arguments: Any, **named: Any) -> None:
        raise OperationalError("the server is away")

    with monkeypatch.context() as broken:
        broken.setattr(run, "write", away)
        broken.setattr(poison_rule, "release", away)
        with pytest.raises(OperationalError):
            world.run()
    poison_rule.settle()
    world.run()

    assert not Lane.objects.exclude(crashes=0, owner=None).exists()
    assert Instance.objects.filter(status=Instance.Status.FINISHED).count() == len(NEIGHBOURS) + 1


def too_large() -> Exception:
    error = OperationalError("index row size exceeds the maximum")
    error.__cause__ = psycopg.errors.ProgramLimitExceeded()
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (OperationalError("database is locked"), True),
        (InterfaceError("connection already closed"), True),
        (too_large(), False),
        (DataError("a value that does not fit"), False),
        (ValueError("a bug"), False),
    ],
    ids=str,
)
def test_what_is_trouble_of_the_database(error: Exception, trouble: bool) -> None:
    assert poison_rule.is_trouble(error) is trouble


# --- The router -----------------------------------------------------------------------------------


@pytest.fixture
def poisoned_route(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    chosen: dict[str, Any] = {"error": Died()}
    route = router.route

    def poisoned(rows: Any, catalog: Any) -> Any:
        if any('"poison"' in row.body for row in rows) and "mended" not in chosen:
            raise chosen["error"]
        return route(rows, catalog)

    monkeypatch.setattr(router, "route", poisoned)
    return chosen


@pytest.mark.parametrize("where", ["waves", "router"])
def test_workers_that_die_before_they_begin_blame_nobody(
    world: World, poison: dict[str, Any], poisoned_route: dict[str, Any], where: str
) -> None:
    """Something once killed a worker; what kills them now is a version that none can compile, and not what
    waits first in every lane."""
    world.journey("lobby", lobby=act("event", "check", event="Lobby"), check=CHECK, end=act("end"))
    send_all(world, note="poison" if where == "router" else "")
    if where == "waves":
        poison["error"] = Died()
    with pytest.raises(Died):
        world.run()
    world.pass_time(seconds=11)
    with pytest.raises(Died):  # now with a suspect
        world.run()
    module, name = (run, "plans_at_hand") if where == "waves" else (router, "catalog_at_hand")

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(module, name, mock.Mock(side_effect=Died))
        for _ in range(2 * MAX_CRASHES):
            world.pass_time(seconds=11)
            with pytest.raises(Died):
                world.run()
    poison["mended"] = poisoned_route["mended"] = True
    world.pass_time(seconds=11)
    world.run()

    assert not Quarantined.objects.exists()
    finished = Instance.objects.filter(status=Instance.Status.FINISHED)
    assert {*finished.values_list("person_id", flat=True)} == {*NEIGHBOURS, "bad"}
    assert not Lane.objects.exclude(owner=None, crashes=0).exists()


@pytest.mark.parametrize("innocents", [0, 1, 2])
def test_an_event_that_kills_the_router_is_quarantined_and_the_others_are_routed(
    world: World, poisoned_route: dict[str, Any], innocents: int
) -> None:
    world.journey("lobby", lobby=act("event", event="Lobby"))
    for person in NEIGHBOURS[:innocents]:
        world.send("Lobby", person)
    bad = world.send("Lobby", "bad", note="poison")
    for person in NEIGHBOURS[innocents:]:
        world.send("Lobby", person)

    deaths = live_on(world)

    # Five by the event itself, and one by the batch that it came in: however many stood before it.
    assert deaths == MAX_CRASHES + (innocents > 0)
    check_neighbours(world)
    assert Quarantined.objects.get().received_event == bad
    assert not ReceivedEvent.objects.filter(routed=False).exists()
    assert (RouterLease.objects.get().crashes, RouterLease.objects.get().careful) == (0, 0)


def test_an_error_of_the_router_counts_like_its_death(world: World, poisoned_route: dict[str, Any]) -> None:
    poisoned_route["error"] = ValueError("a bug")
    world.send("Lobby", "bad", note="poison")

    for _ in range(MAX_CRASHES):
        with pytest.raises(ValueError, match="a bug"):
            world.run()
    world.run()

    assert Quarantined.objects.get().code == "crashed"
