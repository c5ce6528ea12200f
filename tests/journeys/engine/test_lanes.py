"""Lanes, leases and fences (engine.md, Waves)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from journeys.engine.drain import run_waiting_wave
from journeys.engine.lanes import (
    LEASE,
    WAVE_INPUTS,
    Leased,
    LostLease,
    Waiting,
    choose,
    fence,
    lane_of,
    lease,
    lease_router,
    mark_suspect,
    release,
    waiting_lanes,
)
from journeys.engine.router import run_router
from journeys.engine.wave import run_wave
from journeys.models import Instance, Lane, LaneInput, StepEvent
from journeys.models.lane import LANES, RouterLease
from tests.journeys.together import elsewhere, on_postgresql, somebody_waits_for_a_lock, threads, until
from tests.journeys.world import World, act

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + LEASE + timedelta(seconds=1)


@pytest.fixture
def first(world: World) -> int:
    """The first lane of the sandbox."""
    return world.sandbox.pk * LANES


def lane(id: int) -> Lane:
    return Lane.objects.get(pk=id)


# --- Which lane -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sandbox", "namespace", "person", "expected"),
    [
        (1, "CRMID", "anna", 80),
        (1, "Email", "anna", 74),
        (2, "CRMID", "anna", 160),
        (1, "CRMID", "bert", 105),
        (1, "", "ü", 65),
    ],
)
def test_a_person_is_in_the_same_lane_for_ever(
    sandbox: int, namespace: str, person: str, expected: int
) -> None:
    """Golden values: with another lane after an upgrade two workers would work on one person."""
    assert lane_of(sandbox, namespace, person) == expected


def test_people_spread_evenly_over_the_lanes_of_their_sandbox() -> None:
    counts = [0] * LANES
    for number in range(6400):
        counts[lane_of(3, "CRMID", f"p{number}") - 3 * LANES] += 1

    assert min(counts) > 50
    assert max(counts) < 160


# --- Choosing -------------------------------------------------------------------------------------


def waiting(lane_id: int, *, inputs: int = 1, crashes: int = 0) -> Waiting:
    return Waiting(lane_id, inputs, NOON, bool(crashes))


@pytest.mark.parametrize(
    ("free", "workers", "chosen"),
    [
        ([], 1, []),
        ([waiting(1), waiting(2)], 1, [1, 2]),
        # Up to a full wave.
        ([waiting(1, inputs=300), waiting(2, inputs=200), waiting(3)], 1, [1, 2]),
        ([waiting(1, inputs=WAVE_INPUTS), waiting(2)], 1, [1]),
        # At most a fair share of the lanes.
        ([waiting(number) for number in range(64)], 4, list(range(16))),
        ([waiting(number) for number in range(64)], 100, [0]),
        # A lane that crashed somebody is alone.
        ([waiting(1, crashes=1), waiting(2)], 1, [1]),
        ([waiting(1), waiting(2, crashes=2), waiting(3)], 1, [1, 3]),
    ],
)
def test_a_wave_takes_the_lanes_that_wait_longest(
    free: list[Waiting], workers: int, chosen: list[int]
) -> None:
    assert choose(free, workers=workers) == chosen


@pytest.mark.parametrize(
    ("free", "chosen"),
    [
        ([waiting(1, crashes=1), waiting(2), waiting(3, crashes=2), waiting(4)], [2, 4]),
        ([waiting(1, crashes=1), waiting(2, crashes=2)], [1]),
        ([waiting(1), waiting(2)], [1, 2]),
    ],
)
def test_every_other_wave_is_for_the_lanes_that_crashed_nobody(
    free: list[Waiting], chosen: list[int]
) -> None:
    """What waits in the others is handled one by one: everybody else would wait for the end of it."""
    assert choose(free, workers=1, doubtful_last=True) == chosen


def test_lanes_with_inputs_or_due_timers_wait_and_the_oldest_is_first(world: World, first: int) -> None:
    for number, minutes in ((5, 3), (6, 1), (7, 2)):
        put_input(first + number, at=NOON - timedelta(minutes=minutes))
    put_input(first + 6, at=NOON)  # the oldest of a lane counts
    put_timer(first + 8, due=NOON - timedelta(minutes=4))
    put_timer(first + 9, due=NOON + timedelta(seconds=1))

    found = waiting_lanes(world.sandbox.pk, NOON)

    assert [one.lane_id - first for one in found] == [8, 5, 7, 6]
    assert {one.lane_id - first: one.inputs for one in found} == {8: 0, 5: 1, 7: 1, 6: 2}


def test_a_leased_lane_does_not_wait_until_its_lease_has_ended(world: World, first: int) -> None:
    put_input(first, at=NOON)
    lease([first], owner="one", now=NOON)

    assert waiting_lanes(world.sandbox.pk, NOON) == []
    assert [one.lane_id for one in waiting_lanes(world.sandbox.pk, LATER)] == [first]


def put_input(lane_id: int, *, at: datetime) -> LaneInput:
    return LaneInput.objects.create(lane_id=lane_id, kind=LaneInput.Kind.SWEEP, reference=0, occurred_at=at)


def put_timer(lane_id: int, *, due: datetime) -> Instance:
    return Instance.objects.create(
        version_id=0, journey_id=0, lane_id=lane_id, namespace="", person_id="", position=1, activity="a",
        state="{}", wake_at=due, started_at=NOON,
    )  # fmt: skip


# --- Leases ---------------------------------------------------------------------------------------


def test_a_lane_is_leased_by_one_at_a_time(first: int) -> None:
    (taken,) = lease([first], owner="one", now=NOON)

    assert (taken.id, taken.crashes, taken.suspect) == (first, 0, None)
    assert lease([first], owner="two", now=NOON) == []
    assert [one.id for one in lease([first, first + 1], owner="two", now=NOON)] == [first + 1]


def test_taking_over_an_expired_lease_counts_a_crash(first: int) -> None:
    lease([first], owner="one", now=NOON)

    (taken,) = lease([first], owner="two", now=LATER)

    assert taken.crashes == 1
    assert lane(first).owner == "two"


def test_a_clock_that_is_set_back_keeps_no_lane_from_work(world: World, first: int) -> None:
    """Its owner died in between: by the clock, the lease would last for another hour."""
    put_input(first, at=NOON)
    lease([first], owner="dead", now=NOON)
    back = NOON - timedelta(hours=1)

    assert [one.lane_id for one in waiting_lanes(world.sandbox.pk, back)] == [first]
    (taken,) = lease([first], owner="two", now=back)
    assert taken.crashes == 1
    assert lease([first], owner="three", now=back) == []


@pytest.mark.parametrize(("crashed", "count"), [(False, 0), (True, 1)])
def test_giving_a_lease_back_counts_a_crash_only_after_an_error(
    first: int, crashed: bool, count: int
) -> None:
    release(lease([first], owner="one", now=NOON), crashed=crashed)

    (taken,) = lease([first], owner="two", now=NOON)

    assert taken.crashes == count


def test_who_was_taken_over_can_no_longer_give_back_or_mark(first: int) -> None:
    (old,) = lease([first], owner="one", now=NOON)
    lease([first], owner="two", now=LATER)

    release([old])
    mark_suspect(old, "input:1", waiting=1)

    assert (lane(first).owner, lane(first).suspect) == ("two", None)


@pytest.mark.parametrize(
    ("before", "crashes", "now", "counted"),
    [("input:1", 2, "input:1", 2), ("input:1", 2, "input:2", 1), (None, 2, "input:1", 1)],
)
def test_crashes_are_counted_for_one_suspect(
    first: int, before: str | None, crashes: int, now: str, counted: int
) -> None:
    """Somebody else's crashes must not condemn what is looked at for the first time."""
    (leased,) = lease([first], owner="one", now=NOON)
    marked = mark_suspect(leased._replace(crashes=crashes, suspect=before), now, waiting=5)

    assert (marked.crashes, marked.suspect) == (counted, now)
    assert (lane(first).crashes, lane(first).suspect) == (counted, now)


def test_one_routes_at_a_time(world: World) -> None:
    leased = lease_router(world.sandbox.pk, owner="one", now=NOON)
    assert leased is not None
    assert lease_router(world.sandbox.pk, owner="two", now=NOON) is None

    release([leased], table="journeys_routerlease")

    assert lease_router(world.sandbox.pk, owner="two", now=NOON) is not None
    assert RouterLease.objects.get().owner == "two"


# --- Fences ---------------------------------------------------------------------------------------


def test_the_fence_gives_the_leases_back_and_forgets_crashes(first: int) -> None:
    leased = lease([first, first + 1], owner="one", now=NOON)
    leased = [mark_suspect(one, "input:1", waiting=3) for one in leased]

    with transaction.atomic():
        fence(leased)

    columns = ("owner", "lease_until", "crashes", "suspect")
    assert set(Lane.objects.values_list(*columns)) == {(None, None, 0, None)}
    # One of the three things that waited at the crash was no culprit; two are still handled alone.
    assert lane(first).careful == lane(first + 1).careful == 2


def test_one_lost_lane_loses_the_whole_wave(first: int) -> None:
    leased = lease([first, first + 1], owner="one", now=NOON)
    lease([first + 1], owner="two", now=LATER)

    with pytest.raises(LostLease), transaction.atomic():
        fence(leased)

    assert lane(first).owner == "one"
    assert lane(first + 1).owner == "two"


def test_a_zombie_commits_nothing_of_its_wave(world: World) -> None:
    """It was stopped after it had leased; another process did its work; then it went on."""
    world.journey("lobby", lobby=act("event", "wait", event="Lobby"), wait=act("wait", duration="PT1H"))
    world.send("Lobby")
    with world.clock():
        lanes_waiting = route(world)
        zombie = lease(lanes_waiting, owner="zombie", now=world.now)
    world.pass_time(seconds=11)
    with world.clock():
        run_waiting_wave(world.sandbox.pk, owner="other", workers=1)

        with pytest.raises(LostLease):
            run_wave(world.sandbox.pk, zombie)

    assert Instance.objects.count() == 1
    assert StepEvent.objects.count() == 1
    assert world.waiting_inputs() == 0


def route(world: World) -> list[int]:
    run_router(world.sandbox.pk, owner="router")
    return [one.lane_id for one in waiting_lanes(world.sandbox.pk, world.now)]


# --- With a second connection ---------------------------------------------------------------------


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_lane_whose_owner_hangs_in_its_transaction_holds_nobody_up(first: int) -> None:
    with elsewhere() as other:
        other.cursor().execute("SELECT 1 FROM journeys_lane WHERE id = %s FOR UPDATE", [first])

        taken = lease([first, first + 1], owner="one", now=NOON)

    assert [one.id for one in taken] == [first + 1]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_zombie_that_waits_for_the_row_finds_the_new_token(first: int) -> None:
    """Both are in their transactions at once: the fence must look again after it has waited."""
    leased = lease([first], owner="one", now=NOON)
    lost: list[bool] = []

    def write() -> None:
        try:
            with transaction.atomic():
                fence(leased)
        except LostLease:
            lost.append(True)

    with elsewhere() as other, threads() as zombie:
        other.cursor().execute(
            "UPDATE journeys_lane SET token = token + 1, owner = 'two' WHERE id = %s", [first]
        )
        zombie.start(write)
        until(somebody_waits_for_a_lock, "the zombie's fence")
        other.commit()

    assert lost == [True]
    assert lane(first).owner == "two"


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_waves_over_the_same_lanes_never_wait_for_each_other(first: int) -> None:
    """Whatever the order in which they took the lanes, they lock them in one order: no deadlock."""
    ids = [first + number for number in range(LANES)]
    Lane.objects.filter(pk__in=ids).update(owner="both")

    def fence_again_and_again(order: int) -> None:
        held = [Leased(id, "both", 0, 0, 0, None) for id in ids[::order]]
        for _ in range(50):
            with transaction.atomic():
                fence(held)
                Lane.objects.filter(pk__in=ids).update(owner="both")

    with threads() as both:
        both.start(fence_again_and_again, 1)
        both.start(fence_again_and_again, -1)
