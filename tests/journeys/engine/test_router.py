"""Routing: received events become inputs of lanes, in their order, once (engine.md, Route)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from events.models import Event, Quarantined, ReceivedEvent
from journeyorch import bulk
from journeys.engine import router
from journeys.engine.lanes import LostLease, lane_of, lease_router
from journeys.engine.router import run_router
from journeys.models import LaneInput
from journeys.models.lane import RouterLease
from tests.journeys.world import World


def route(world: World, *, owner: str = "router") -> int:
    with world.clock():
        return run_router(world.sandbox.pk, owner=owner)


def routed_people() -> list[str]:
    return list(LaneInput.objects.order_by("pk").values_list("person_id", flat=True))


def test_inputs_stand_in_the_order_of_receipt(world: World) -> None:
    people = [f"p{number}" for number in (5, 3, 9, 1, 3)]
    sent = [world.send("Lobby", person) for person in people]

    assert route(world) == 5

    assert routed_people() == people
    assert list(LaneInput.objects.order_by("pk").values_list("reference", flat=True)) == [
        one.pk for one in sent
    ]
    assert not ReceivedEvent.objects.filter(routed=False).exists()


def test_an_input_says_whom_it_concerns_and_which_events_it_is(world: World) -> None:
    world.send("Lobby", "anna")
    route(world)

    (found,) = LaneInput.objects.all()
    assert (found.namespace, found.person_id) == ("CRMID", "anna")
    assert found.lane_id == lane_of(world.sandbox.pk, "CRMID", "anna")
    assert orjson.loads(found.detail) == {"events": [world.events["Lobby"].pk]}
    assert (found.bulk, found.kind, found.occurred_at) == (0, LaneInput.Kind.EVENT, world.now)


def test_a_smaller_id_that_is_committed_later_is_routed_too(world: World) -> None:
    """Two receiving processes: the one that took its id first may be the last to commit."""
    first = world.send("Lobby", "quick")
    route(world)

    ReceivedEvent.objects.create(
        id=first.pk - 1,
        sandbox=world.sandbox,
        inlet=world.inlet,
        received_at=world.now,
        body=first.body.replace("quick", "slow"),
    )
    route(world)

    assert routed_people() == ["quick", "slow"]


def test_an_event_that_interests_nobody_leaves_no_input(world: World) -> None:
    world.send("Sauna")

    assert route(world) == 1
    assert not LaneInput.objects.exists()
    assert not Quarantined.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("not JSON at all", "not_normal"),
        ("null", "not_normal"),
        ('{"header": {}, "body": {"xdmEntity": {"_id": "e", "eventType": "Lobby"}}}', "invalid"),
        (
            '{"body": {"xdmEntity": {"_id": "e", "timestamp": "2026-03-01T12:00:00Z", "amount": ""}}}',
            "invalid",
        ),
    ],
)
def test_a_bad_event_is_quarantined_with_its_reason_and_stops_nobody(
    world: World, body: str, code: str
) -> None:
    bad = ReceivedEvent.objects.create(
        sandbox=world.sandbox, inlet=world.inlet, received_at=world.now, body=body
    )
    world.send("Lobby", "anna")

    assert route(world) == 2

    found = Quarantined.objects.get()
    assert (found.received_event, found.code, found.at) == (bad, code, world.now)
    assert found.message
    assert routed_people() == ["anna"]


def test_an_event_is_routed_by_the_configuration_that_holds_when_it_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new event is configured between the reading and the writing."""
    world.send("Spa", "anna")
    first = router.route

    def changed_meanwhile(*arguments: Any) -> Any:
        found = first(*arguments)
        if not Event.objects.filter(name="Spa").exists():
            world.event("Spa")
        return found

    monkeypatch.setattr(router, "route", changed_meanwhile)
    route(world)

    assert routed_people() == ["anna"]
    assert not ReceivedEvent.objects.filter(routed=False).exists()


def test_a_configuration_that_moves_all_the_time_holds_nobody_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease goes back without a crash being counted; the next look routes."""
    world.send("Lobby", "anna")
    first = router.generation_of
    monkeypatch.setattr(router, "generation_of", lambda sandbox: first(sandbox) + 1)
    assert route(world) == 1
    assert not LaneInput.objects.exists()

    monkeypatch.setattr(router, "generation_of", first)
    assert route(world, owner="other") == 1
    assert routed_people() == ["anna"]
    assert RouterLease.objects.get().crashes == 0


def test_while_one_routes_the_others_do_not(world: World) -> None:
    world.send("Lobby")
    with world.clock():
        lease_router(world.sandbox.pk, owner="one", now=bulk.database_now())

    assert route(world, owner="two") == 0
    assert not LaneInput.objects.exists()

    world.pass_time(seconds=11)
    assert route(world, owner="two") == 1


def test_one_that_lost_its_lease_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.send("Lobby")
    first = router.route

    def stopped_for_a_while(*arguments: Any) -> Any:
        monkeypatch.setattr(router, "route", first)
        world.pass_time(seconds=11)
        assert route(world, owner="other") == 1
        return first(*arguments)

    monkeypatch.setattr(router, "route", stopped_for_a_while)
    with pytest.raises(LostLease):
        route(world, owner="zombie")

    assert LaneInput.objects.count() == 1
    assert RouterLease.objects.get().owner is None


def test_after_a_crash_events_are_routed_one_by_one_and_some_at_each_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds may have waited at the crash: with one at each look everything new would wait for minutes."""
    monkeypatch.setattr(router, "ONE_BY_ONE", 3)
    for number in range(6):
        world.send("Lobby", f"p{number}")
    die_at_the_router(world)
    batches: list[int] = []
    first = router.route

    def noted(rows: Any, catalog: Any) -> Any:
        batches.append(len(rows))
        return first(rows, catalog)

    monkeypatch.setattr(router, "route", noted)

    assert [route(world), route(world)] == [4, 2]

    assert batches == [1] * 6
    assert routed_people() == [f"p{number}" for number in range(6)]
    free = RouterLease.objects.get()
    assert (free.owner, free.crashes, free.careful, free.suspect) == (None, 0, 0, None)


def test_who_dies_among_them_leaves_the_right_suspect(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written down together with what became of the one before."""
    sent = [world.send("Lobby", f"p{number}") for number in range(4)]
    die_at_the_router(world)
    first = router.route

    def killed_by_the_third(rows: Any, catalog: Any) -> Any:
        if rows[0].id == sent[2].pk:
            raise Died
        return first(rows, catalog)

    monkeypatch.setattr(router, "route", killed_by_the_third)
    with pytest.raises(Died):
        route(world)

    assert routed_people() == ["p0", "p1"]
    assert (RouterLease.objects.get().suspect, RouterLease.objects.get().crashes) == (
        f"event:{sent[2].pk}",
        0,
    )


class Died(BaseException):
    """The process is gone: no handler of ours survives it."""


def die_at_the_router(world: World) -> None:
    """Somebody took the lease and was not heard of again."""
    with world.clock():
        lease_router(world.sandbox.pk, owner="dead", now=bulk.database_now())
    world.pass_time(seconds=11)


def test_more_than_a_batch_takes_several(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "BATCH", 3)
    for number in range(7):
        world.send("Lobby", f"p{number}")

    assert [route(world) for _ in range(4)] == [3, 3, 1, 0]
    assert routed_people() == [f"p{number}" for number in range(7)]
