"""Caps and profiles under several waves at once: never one too many, no update lost (engine.md, Waves)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasources.models import Identity, Profile, Schema
from journeys.engine.decide import StepRecord, StepStatus
from journeys.engine.decide.step import Run
from journeys.engine.drain import run_waiting_wave
from journeys.engine.lanes import lane_of, lease
from journeys.engine.router import run_router
from journeys.engine.wave import caps, run, run_wave
from journeys.engine.wave.caps import PERIOD, Caps, Counted
from journeys.engine.wave.handled import Done
from journeys.models import Instance, Journey, JourneyVersion, ProfileCap, StepEvent
from tests.journeys.drawings import plan
from tests.journeys.together import on_postgresql, somebody_waits_for_a_lock, threads, until
from tests.journeys.world import World, act

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def capped(count: int) -> dict[str, Any]:
    return {
        "lobby": act("event", "cap", event="Lobby"),
        "cap": act("profile_cap", {"within": ["in"], "beyond": ["out"]}, count=count),
        "in": act("end"),
        "out": act("end"),
    }


def taken(path: str = "within") -> int:
    return StepEvent.objects.filter(activity="cap", path=path).count()


def route(world: World, *people: str) -> None:
    for person in people:
        world.send("Lobby", person)
    with world.clock():
        run_router(world.sandbox.pk, owner="router")


def wave_of(world: World, person: str, owner: str) -> None:
    """One wave of this person's lane alone."""
    lane = lane_of(world.sandbox.pk, "CRMID", person)
    run_wave(world.sandbox.pk, lease([lane], owner=owner, now=world.now))


def while_the_first_decides(monkeypatch: pytest.MonkeyPatch, happen: Callable[[], None]) -> list[int]:
    """Something happens once, after the first wave has decided and before it writes; counts the decisions."""
    decide, decisions = run._decide, list[int]()

    def decided(*arguments: Any, **named: Any) -> Any:
        found = decide(*arguments, **named)
        decisions.append(1)
        if len(decisions) == 1:
            happen()
        return found

    monkeypatch.setattr(run, "_decide", decided)
    return decisions


# --- Two waves ------------------------------------------------------------------------------------


@on_postgresql  # on SQLite a wave decides and writes in one transaction, and nothing happens in between
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [None, timedelta(days=1), PERIOD], ids=["new", "going", "over"])
@pytest.mark.parametrize("room", [1, 2])
def test_of_two_waves_at_once_only_as_many_take_the_path_as_there_is_room_for(
    world: World, monkeypatch: pytest.MonkeyPatch, before: timedelta | None, room: int
) -> None:
    used = 3 if before == timedelta(days=1) else 0
    version = world.journey("lobby", **capped(room + used))
    if before is not None:
        ProfileCap.objects.create(
            version=version,
            in_test=False,
            activity="cap",
            since=world.now - before,
            taken=3,
            most=room + used,
        )
    route(world, "anna", "bert")
    decisions = while_the_first_decides(monkeypatch, lambda: wave_of(world, "bert", "second"))

    with world.clock():
        wave_of(world, "anna", "first")

    assert (taken("within"), taken("beyond")) == (room, 2 - room)
    assert ProfileCap.objects.get().taken == used + room
    # Who only adds to a going count needs not decide again while there is room.
    assert len(decisions) == (2 if room == 2 and before == timedelta(days=1) else 3)


@pytest.mark.django_db(transaction=True)
def test_many_waves_never_let_one_too_many_pass(world: World) -> None:
    """Two workers on all lanes, one small wave after another."""
    world.journey("lobby", **capped(37))
    route(world, *(f"p{number}" for number in range(100)))

    def work(owner: str) -> None:
        # SQLite has one writer: who does not get in comes again, as the drain does.
        with suppress(OperationalError):
            while run_waiting_wave(world.sandbox.pk, owner=owner, workers=32).handled:
                pass

    with world.clock(), threads() as running:
        running.start(work, "first")
        running.start(work, "second")

    with world.clock():
        while run_waiting_wave(world.sandbox.pk, owner="last", workers=1).handled:
            pass
    assert Instance.objects.count() == 100
    assert (taken("within"), taken("beyond")) == (37, 63)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_waves_that_set_the_same_person_s_field_lose_no_update(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two identities of one person are in two lanes."""
    Schema.objects.create(
        sandbox=world.sandbox,
        name="People",
        kind="profile",
        document={"type": "object", "properties": {"points": {"type": "integer"}}},
    )
    profile = Profile.objects.create(sandbox=world.sandbox, attributes={"points": 5})
    for value in ("anna", "ann"):
        Identity.objects.create(
            sandbox=world.sandbox, namespace="CRMID", value=value, profile=profile, seen_at=world.now
        )
    more = "#{ExperiencePlatform.ProfileFieldGroup.points} + 1"
    world.journey(
        "lobby",
        lobby=act("event", "set", event="Lobby"),
        set=act("update_profile", fields={"points": more}),
    )
    route(world, "anna", "ann")
    decisions = while_the_first_decides(monkeypatch, lambda: wave_of(world, "ann", "second"))

    with world.clock():
        wave_of(world, "anna", "first")

    profile.refresh_from_db()
    assert profile.attributes == {"points": 7}
    assert len(decisions) == 3


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_waves_that_make_a_profile_for_the_same_stranger_make_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one is somebody else's wave here: it makes the profile under the first one's eyes."""
    Schema.objects.create(
        sandbox=world.sandbox,
        name="People",
        kind="profile",
        document={"type": "object", "properties": {"points": {"type": "integer"}}},
    )
    world.journey(
        "lobby",
        lobby=act("event", "set", event="Lobby"),
        set=act("update_profile", fields={"points": "1"}),
    )
    route(world, "anna")

    def somebody_else() -> None:
        profile = Profile.objects.create(sandbox=world.sandbox, attributes={"other": True})
        Identity.objects.create(
            sandbox=world.sandbox, namespace="CRMID", value="anna", profile=profile, seen_at=world.now
        )

    while_the_first_decides(monkeypatch, somebody_else)
    with world.clock():
        wave_of(world, "anna", "first")

    assert Profile.objects.get().attributes == {"other": True, "points": 1}


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_wave_that_locks_before_it_decides_never_waits_in_a_ring(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds the cap and wants the identity; another has written the identity and wants the cap."""
    world.schema.feeds_profiles = True
    world.schema.save()
    version = world.journey("lobby", **capped(9))
    ProfileCap.objects.create(
        version=version, in_test=False, activity="cap", since=world.now, taken=1, most=9
    )
    for person in ("anna", "bert"):
        identities = {"CRMID": [{"id": person, "primary": True}], "Email": [{"id": "both@example.org"}]}
        world.send("Lobby", person, identityMap=identities)
    route(world)
    has_written, write, attempt = threading.Event(), Caps.write, run._attempt

    def wait_and_write(caps: Caps) -> bool:
        if not has_written.is_set():
            has_written.set()
            until(somebody_waits_for_a_lock, "the other wave")
        return write(caps)

    def missing_twice(*given: Any) -> Done:
        if threading.current_thread() is threading.main_thread() and not given[-1].lock:
            raise run.Stale("a person")
        return attempt(*given)

    monkeypatch.setattr(Caps, "write", wait_and_write)
    monkeypatch.setattr(run, "_attempt", missing_twice)
    with world.clock(), threads() as other:
        other.start(wave_of, world, "anna", "first")
        assert has_written.wait(20)
        wave_of(world, "bert", "second")

    assert ProfileCap.objects.get().taken == 3
    assert Identity.objects.filter(namespace="Email").count() == 1


# --- Any number of waves, in any order ------------------------------------------------------------

CAP = plan("lobby", lobby=act("event", "cap", event="Lobby"), cap=act("profile_cap", count=7))


class Wave:
    """What is left of a wave when only the cap counts: load, let people pass, write or begin again."""

    def __init__(self, version: JourneyVersion, people: int, now: datetime) -> None:
        self.plan = CAP._replace(version_id=version.pk)
        self.people = people
        self.now = now
        self.passed = 0
        self.caps: Caps

    def load(self) -> None:
        self.caps = caps.load_caps([self.plan], now=self.now, lock=False)

    def write(self) -> bool:
        passed = 0
        for _ in range(self.people):
            if self.caps.of(self.plan).get("cap", 0) < self.plan.caps["cap"]:
                passed += 1
                step = StepRecord(0, "cap", StepStatus.TRANSITIONS, "within", self.now, self.now)
                self.caps.count(self.plan, [step])
        try:
            with transaction.atomic():
                if not self.caps.write():
                    raise _Missed
        except _Missed:
            return False
        self.passed = passed
        return True


class _Missed(Exception):
    pass


waves = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([0, 0, 0, 100, 180, 181])), min_size=1, max_size=6
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=waves, order=st.randoms(use_true_random=False))
def test_however_waves_interleave_no_period_lets_more_pass_than_the_cap(
    world: World, sizes: list[tuple[int, int]], order: Any
) -> None:
    """Each wave loads and writes at some point of one order of all; a miss loads and writes at once."""
    with transaction.atomic():
        version = JourneyVersion.objects.create(
            sandbox=world.sandbox, journey=_journey(world), number=1, document={}
        )
        days = 0
        running = []
        for people, later in sizes:
            days += later
            running.append(Wave(version, people, NOON + timedelta(days=days)))
        moves = [wave for wave in running for _ in range(2)]
        order.shuffle(moves)
        loaded: set[int] = set()
        periods: dict[datetime, int] = {}
        for wave in moves:
            if id(wave) not in loaded:
                loaded.add(id(wave))
                wave.load()
            else:
                while not wave.write():
                    wave.load()
                stored = ProfileCap.objects.get()
                periods[stored.since] = stored.taken

        assert all(1 <= count <= 7 for count in periods.values())
        assert sum(periods.values()) == sum(wave.passed for wave in running)
        transaction.set_rollback(True)


def _journey(world: World) -> Any:
    return Journey.objects.create(sandbox=world.sandbox, name=f"Cap {Journey.objects.count()}")


def test_test_runs_are_counted_apart() -> None:
    in_test = CAP._replace(test=Run(1, timedelta(seconds=10), from_outside=False))
    counted = Caps(
        {(1, False, "cap"): Counted(NOON, 7), (1, True, "cap"): Counted(NOON, 2)},
        now=NOON + timedelta(days=1),
    )

    assert counted.of(CAP) == {"cap": 7}
    assert counted.of(in_test) == {"cap": 2}
