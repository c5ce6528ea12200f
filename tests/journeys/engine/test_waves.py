"""What a wave takes, when it starts, what it leaves, and how it begins again (engine.md, Waves)."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from datasources.platform.profiles.changes import Stale as StalePeople
from journeys import publishing
from journeys.engine import drain
from journeys.engine.drain import (
    ENOUGH,
    LONGEST_REST,
    REST_FOR_EACH,
    SMALL_WAVE,
    SMALL_WAVE_EVERY,
    run_waiting_wave,
)
from journeys.engine.router import ONE_BY_ONE, run_router
from journeys.engine.wave import handle, load, run
from journeys.engine.wave.handle import DECIDE_SECONDS_LOCKED
from journeys.engine.wave.handled import SURELY_ALL, Done, Handled
from journeys.engine.wave.load import Input, share
from journeys.models import Instance, JourneyVersion, LaneInput
from journeys.models.lane import RouterLease
from tests.journeys.world import World, act

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RACE = {
    "lobby": act("event", {"next": ["meal", "hour"]}, event="Lobby"),
    "meal": act("event", "end", event="Restaurant"),
    "hour": act("wait", "end", duration="PT1H"),
    "end": act("end"),
}


def route(world: World) -> None:
    with world.clock():
        run_router(world.sandbox.pk, owner="router")


def wave(world: World) -> int:
    with world.clock():
        return run_waiting_wave(world.sandbox.pk, owner="drain", workers=1).handled


# --- What it takes --------------------------------------------------------------------------------


def waiting(number: int, person: str, *, bulk: int = 0) -> Input:
    return Input(number, 64, bulk, LaneInput.Kind.EVENT, "CRMID", person, number, "", NOON)


def people(count: int, *, first: int = 0, bulk: int = 0) -> list[Input]:
    return [waiting(first + number, f"p{first + number}", bulk=bulk) for number in range(count)]


@pytest.mark.parametrize(
    ("live", "due", "bulk", "taken"),
    [
        (500, 500, 500, (200, 200, 100)),
        (500, 0, 0, (500, 0, 0)),
        (0, 500, 0, (0, 500, 0)),
        (0, 0, 500, (0, 0, 500)),
        (500, 50, 500, (350, 50, 100)),
        (10, 20, 30, (10, 20, 30)),
    ],
)
def test_shares_that_are_not_used_go_to_the_others(
    live: int, due: int, bulk: int, taken: tuple[int, int, int]
) -> None:
    inputs = [*people(live), *people(bulk, first=1000, bulk=1)]

    chosen, timers, left = share(inputs, [UUID(int=number) for number in range(due)])

    assert (sum(not one.bulk for one in chosen), len(timers), sum(one.bulk for one in chosen)) == taken
    assert len(chosen) + len(left) == live + bulk


def test_a_flood_of_one_person_holds_nobody_up_and_keeps_its_order() -> None:
    flood = [waiting(number, "anna") for number in range(30)]

    chosen, _, left = share([*flood, waiting(30, "bert")], [])

    assert [one.id for one in chosen] == [*range(20), 30]
    assert [one.id for one in left] == list(range(20, 30))


def test_one_person_alone_fills_the_wave() -> None:
    chosen, _, left = share([waiting(number, "anna") for number in range(600)], [])

    assert (len(chosen), len(left)) == (500, 100)


def test_a_wave_that_takes_too_long_commits_what_it_has(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.journey("lobby", **RACE)
    for number in range(5):
        world.send("Lobby", f"p{number}")
    route(world)
    ticks = iter(number * 0.4 for number in range(100))
    monkeypatch.setattr(handle, "time", SimpleNamespace(monotonic=lambda: next(ticks)))

    done = run_waiting_wave(world.sandbox.pk, owner="drain", workers=1)
    handled = Instance.objects.count()
    assert (done.handled > 0, done.more) == (True, True)
    assert 0 < handled < 5
    assert LaneInput.objects.count() == 5 - handled

    world.run()
    assert Instance.objects.count() == 5


# --- When it starts -------------------------------------------------------------------------------


@pytest.fixture
def resident(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A drain resident with a clock of its own; ``handled`` says what its waves will have done."""
    monkeypatch.setattr(drain, "run_router", lambda *_, **__: told.routed)
    monkeypatch.setattr(drain, "run_waiting_wave", lambda *_, **asked: told.ask(**asked))
    monkeypatch.setattr(drain, "keep_up", lambda **_: False)
    monkeypatch.setattr(drain, "take_up_now", lambda sandbox_id: told.take_up(sandbox_id))
    told = SimpleNamespace(now=0.0, routed=0, waves=[], doubtful_last=[], taken_up=[], rests=[], left=0)

    def ask(*, doubtful_last: bool, **_: Any) -> Done:
        told.doubtful_last.append(doubtful_last)
        count = told.waves.pop(0)
        return Done(count, more=count >= SURELY_ALL)

    def take_up(sandbox_id: int) -> bool:
        told.taken_up.append(sandbox_id)
        return len(told.taken_up) > told.left

    told.ask, told.take_up = ask, take_up
    lifetime: Any = SimpleNamespace(owner="one", count=1, index=0)
    told.drain = drain._Drain(lifetime, clock=lambda: told.now, sleep=told.rests.append)
    monkeypatch.setattr(told.drain, "_known_sandboxes", lambda: [1])
    return told


def test_small_waves_are_started_at_most_every_10_ms_and_events_routed_meanwhile(
    db: None, resident: Any
) -> None:
    """Results that trickle in would make waves of ten, at five times the cost each."""
    resident.waves = [3, 4]
    resident.drain.work()
    resident.now, resident.routed = 0.004, 1

    assert resident.drain.work() == pytest.approx(SMALL_WAVE_EVERY - 0.004)
    assert resident.waves == [4]

    resident.now = SMALL_WAVE_EVERY
    resident.drain.work()
    assert resident.waves == []


def test_the_more_has_come_the_longer_a_resident_lets_work_collect(db: None, resident: Any) -> None:
    """But for waves that are so large that larger ones would be no cheaper."""
    resident.waves = [0, 1, 20, ENOUGH - 1, ENOUGH]
    for number in range(5):
        resident.now = float(number)
        resident.drain.work()

    assert resident.rests == pytest.approx([REST_FOR_EACH, 20 * REST_FOR_EACH, LONGEST_REST])


def test_a_resident_that_rested_long_rests_shorter_and_shorter(db: None, resident: Any) -> None:
    """The results of a large wave come in small pieces."""
    resident.waves = [100, 10, 10]
    for number in range(3):
        resident.now = float(number)
        resident.drain.work()

    assert resident.rests == sorted(resident.rests, reverse=True)
    assert resident.rests[-1] > 10 * REST_FOR_EACH


def test_a_resident_takes_its_place_over_when_everything_is_compiled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its predecessor works on meanwhile: a fresh process needs a while for what it has never compiled."""
    done: list[str] = []
    monkeypatch.setattr(drain, "plans_of", lambda sandbox_id: done.append(f"compiled {sandbox_id}"))
    lifetime: Any = SimpleNamespace(
        owner="one", count=1, index=0, beat=lambda: None, should_stop=lambda: True,
        take_over=lambda: done.append("took over"),
    )  # fmt: skip

    drain.resident(lifetime)

    assert done == [f"compiled {world.sandbox.pk}", "took over"]


def test_after_a_full_wave_the_next_one_starts_at_once(db: None, resident: Any) -> None:
    resident.waves = [SMALL_WAVE, 1]

    assert resident.drain.work() == 0.0
    resident.drain.work()
    assert resident.waves == []


@pytest.mark.parametrize("routed", [0, 1])
def test_after_a_small_wave_only_news_bring_the_next_look(db: None, resident: Any, routed: int) -> None:
    resident.waves, resident.routed = [1], routed

    assert resident.drain.work() > 0.1


@pytest.mark.parametrize(("waves", "routed"), [([SURELY_ALL], 0), ([0], ONE_BY_ONE)])
def test_where_more_may_wait_the_next_look_comes_at_once(
    db: None, resident: Any, waves: list[int], routed: int
) -> None:
    resident.waves, resident.routed = waves, routed

    assert resident.drain.work() == 0.0


def test_what_was_kept_is_looked_at_every_few_seconds(db: None, resident: Any) -> None:
    resident.waves = [0, 0, 0]
    for resident.now in (0.0, 1.0, 6.0):
        resident.drain.work()

    assert resident.taken_up == [1, 1]


def test_kept_inputs_that_are_left_are_taken_up_at_once(db: None, resident: Any) -> None:
    """A million of them take a minute: in pieces, between which the resident shows that it lives."""
    resident.waves, resident.left = [0, 0, 0], 2

    assert [resident.drain.work() > 0 for _ in range(3)] == [False, False, True]
    assert resident.taken_up == [1, 1, 1]


@pytest.mark.parametrize("name", ["take_up_now", "run_router", "run_waiting_wave"])
def test_trouble_in_one_sandbox_stops_no_other(
    db: None, resident: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    first, reached = getattr(drain, name), list[int]()

    def failing(sandbox_id: int, **asked: Any) -> Any:
        if sandbox_id == 1:
            raise RecursionError
        reached.append(sandbox_id)
        return first(sandbox_id, **asked)

    monkeypatch.setattr(drain, name, failing)
    monkeypatch.setattr(drain, "_PAUSE_AFTER_ERROR", 0)
    monkeypatch.setattr(resident.drain, "_known_sandboxes", lambda: [1, 2])
    resident.waves = [0, 0] if name != "run_waiting_wave" else [0]
    resident.drain.work()

    assert (reached, resident.waves) == ([2], [])


def test_a_jump_is_handled_without_waiting_for_news(world: World) -> None:
    """It is an input that the wave itself has written, and nobody tells of it."""
    jumping = Handled(world.now)
    jumping.jumps.append(object())  # type: ignore[arg-type]
    assert (Handled(world.now).done.more, jumping.done.more) == (False, True)


def test_lanes_that_are_left_for_the_next_wave_are_more(world: World) -> None:
    world.journey("lobby", lobby=act("event", "end", event="Lobby"), end=act("end"))
    for number in range(8):
        world.send("Lobby", f"person {number}")
    route(world)

    few = run_waiting_wave(world.sandbox.pk, owner="drain", workers=64)
    assert (few.handled > 0, few.more) == (True, True)

    rest = run_waiting_wave(world.sandbox.pk, owner="drain", workers=1)
    assert (rest.handled > 0, rest.more) == (True, False)


def test_lanes_that_crashed_somebody_and_the_others_take_turns(db: None, resident: Any) -> None:
    resident.waves = [SMALL_WAVE] * 4

    for _ in range(4):
        resident.drain.work()

    assert sorted(resident.doubtful_last[:2]) == sorted(resident.doubtful_last[2:]) == [False, True]


def test_who_finds_nothing_waits_for_news(db: None, resident: Any) -> None:
    resident.waves = [0]

    assert resident.drain.work() > 0.1


def test_a_router_without_work_takes_no_lease(world: World) -> None:
    """It looks before it fences: idle processes would write all day."""
    route(world)

    assert RouterLease.objects.get().token == 0


# --- What happened first --------------------------------------------------------------------------


def test_a_timer_waits_for_an_older_event_that_is_not_routed(world: World) -> None:
    world.journey("lobby", **RACE)
    world.send("Lobby")
    world.run()
    world.pass_time(minutes=59)
    world.send("Restaurant")
    world.pass_time(minutes=2)

    wave(world)
    assert world.path() == ["lobby>next"]

    world.run()
    assert world.path() == ["lobby>next", "meal>next", "end>"]


def test_a_timer_does_not_wait_for_a_younger_event(world: World) -> None:
    world.journey("lobby", **RACE)
    world.send("Lobby")
    world.run()
    world.pass_time(minutes=61)
    world.send("Restaurant")

    wave(world)

    assert world.path() == ["lobby>next", "hour>next", "end>"]


def test_a_timer_that_races_with_no_event_waits_for_none(world: World) -> None:
    hour = act("wait", "end", duration="PT1H")
    world.journey("lobby", lobby=act("event", "hour", event="Lobby"), hour=hour, end=act("end"))
    world.send("Lobby")
    world.run()
    world.pass_time(minutes=59)
    world.send("Restaurant")
    world.pass_time(minutes=2)

    wave(world)

    assert world.path() == ["lobby>next", "hour>next", "end>"]


def test_a_timer_waits_for_an_older_event_that_its_lane_has_left_for_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "_ONE_PERSON", 1)
    world.journey("lobby", **RACE)
    world.send("Lobby")
    world.run()
    world.pass_time(minutes=59)
    for name, person in (("Lobby", "anna"), ("Restaurant", "anna"), ("Lobby", "bert")):
        world.send(name, person)
    world.pass_time(minutes=2)
    route(world)

    wave(world)
    assert world.path() == ["lobby>next"]

    world.run()
    assert world.path() == ["lobby>next", "meal>next", "end>"]


def test_an_event_that_is_committed_after_its_timer_has_fired_comes_too_late(world: World) -> None:
    """Known and accepted: nobody can wait for a commit that is not visible yet."""
    world.journey("lobby", **RACE)
    world.send("Lobby")
    world.run()
    world.pass_time(minutes=61)
    world.drain()
    world.send("Restaurant", at=world.now.replace(minute=59, hour=12))
    world.run()

    assert world.path() == ["lobby>next", "hour>next", "end>"]


def test_an_event_younger_than_the_look_at_the_clock_loses_against_a_timer_before_it(world: World) -> None:
    """It was received between that look and the reading of the lanes; the timer came due before it."""
    world.journey("lobby", **RACE)
    world.send("Lobby")
    world.run()
    world.send("Restaurant", at=world.now.replace(hour=13, minute=30))

    world.drain()

    assert world.path() == ["lobby>next", "hour>next", "end>"]


# --- How it begins again --------------------------------------------------------------------------


def test_a_person_changed_meanwhile_is_decided_about_again_and_from_the_third_time_on_locked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locks from the second miss on: whom many write would be tried for ever."""
    world.journey("lobby", **RACE)
    world.send("Lobby")
    route(world)
    locks: list[bool] = []
    first_load, first_write = run.load, run.write_people

    def loaded(*arguments: Any) -> Any:
        locks.append(arguments[-1].lock)
        return first_load(*arguments)

    def written(changes: Any) -> None:
        if len(locks) < 3:
            raise StalePeople
        first_write(changes)

    monkeypatch.setattr(run, "load", loaded)
    monkeypatch.setattr(run, "write_people", written)
    wave(world)

    assert locks == [False, False, True]
    assert world.path() == ["lobby>next"]
    assert LaneInput.objects.count() == 0


def test_a_wave_that_keeps_its_sandbox_waiting_decides_for_a_tenth_of_the_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the third time on no other wave of the sandbox writes."""
    world.journey("lobby", lobby=act("event", "end", event="Lobby"), end=act("end"))
    for number in range(5):
        world.send("Lobby", f"p{number}")
    route(world)
    ticks = iter(number * DECIDE_SECONDS_LOCKED * 0.4 for number in range(100))
    monkeypatch.setattr(handle, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    misses = iter([StalePeople, StalePeople])

    def written(changes: Any) -> None:
        if miss := next(misses, None):
            raise miss

    monkeypatch.setattr(run, "write_people", written)
    done = run_waiting_wave(world.sandbox.pk, owner="drain", workers=1)

    assert done.more
    assert 0 < Instance.objects.count() < 5


def test_plans_that_are_kept_and_outdated_are_found_out_before_the_commit(world: World) -> None:
    first = world.journey("lobby", **RACE)
    world.send("Lobby", "early")
    world.run()  # from now on this process keeps the plans
    following = publishing.new_version(first, by=None)
    publishing.publish(following, by=None)
    world.send("Lobby", "late")
    world.run()

    assert [world.instance(person).version.number for person in ("early", "late")] == [1, 2]


@pytest.mark.parametrize("document", [{}, {"activities": []}, {"activities": {}, "start": ["gone"]}])
def test_a_live_version_whose_document_is_broken_stops_no_other_journey(
    world: World, document: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    broken = world.journey("lobby", name="broken", lobby=act("event", "end", event="Lobby"), end=act("end"))
    world.journey("lobby", name="whole", lobby=act("event", "end", event="Lobby"), end=act("end"))
    JourneyVersion.objects.filter(pk=broken.pk).update(document=document)

    world.send("Lobby")
    world.drain()

    assert world.instance().version.journey.name == "whole"
    assert f"Version {broken.pk} cannot be compiled any more" in caplog.text
