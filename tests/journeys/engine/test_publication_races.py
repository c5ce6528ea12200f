"""Publishing, closing and stopping while waves run (engine.md, Waves and Sweeps)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from journeys import publishing
from journeys.engine import plans
from journeys.engine.drain import drain_once, run_waiting_wave
from journeys.engine.lanes import LostLease
from journeys.engine.router import run_router
from journeys.engine.upkeep import close_ended, finish_empty
from journeys.engine.wave import run
from journeys.models import Call, Entrance, Instance, JourneyVersion, LaneInput
from tests.journeys.together import elsewhere, on_postgresql, somebody_waits_for_a_lock, threads, until
from tests.journeys.world import World, act

WAITING = {"lobby": act("event", "wait", event="Lobby"), "wait": act("wait", duration="PT1H")}
Status = JourneyVersion.Status


def publish_next(world: World, version: JourneyVersion) -> JourneyVersion:
    """A next version, the same but for nothing."""
    following = publishing.new_version(version, by=None)
    publishing.publish(following, by=None)
    return following


def in_the_middle(monkeypatch: pytest.MonkeyPatch, happen: Any) -> None:
    """Something happens once, after a wave has decided and before it writes."""
    first = run._decide
    happened: list[bool] = []

    def decided(*arguments: Any, **named: Any) -> Any:
        found = first(*arguments, **named)
        if not happened:
            happened.append(True)
            happen()
        return found

    monkeypatch.setattr(run, "_decide", decided)


@on_postgresql  # on SQLite a wave decides and writes in one transaction, and nothing happens in between
@pytest.mark.django_db(transaction=True)
def test_a_wave_that_decided_by_an_old_version_decides_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.journey("lobby", **WAITING)
    world.send("Lobby")
    with world.clock():
        run_router(world.sandbox.pk, owner="router")
    in_the_middle(monkeypatch, lambda: publish_next(world, first))

    world.drain()

    assert world.instance().version.number == 2
    assert world.path() == ["lobby>next"]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_nobody_enters_a_version_that_is_stopped_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = world.journey("lobby", **WAITING)
    world.send("Lobby")
    in_the_middle(monkeypatch, lambda: publishing.stop(version, by=None))

    world.drain()

    assert not Instance.objects.exists()
    assert not Entrance.objects.exists()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_publication_waits_for_a_wave_that_is_writing(world: World) -> None:
    """Else the wave would commit an entrance into a version that is closed already."""
    first = world.journey("lobby", **WAITING)
    following = publishing.new_version(first, by=None)
    with elsewhere() as wave, threads() as publisher:
        wave.cursor().execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [0x4A4F, world.sandbox.pk])
        publisher.start(lambda: publishing.publish(following, by=None))
        until(somebody_waits_for_a_lock, "the publication")
        assert JourneyVersion.objects.get(pk=first.pk).status == Status.LIVE
        wave.commit()

    assert JourneyVersion.objects.get(pk=first.pk).status == Status.CLOSED


@on_postgresql
@pytest.mark.timeout(120)
@pytest.mark.django_db(transaction=True)
def test_while_versions_follow_each_other_everybody_enters_one_of_them(world: World) -> None:
    """Two drain workers and a business user who publishes again and again."""
    versions = [world.journey("lobby", **WAITING)]
    people = [f"p{number}" for number in range(300)]
    for person in people:
        world.send("Lobby", person)

    def work(owner: str) -> None:
        for _ in range(400):
            try:
                drained = drain_once(world.sandbox.pk, owner=owner, workers=2)
            except LostLease:
                continue
            if not drained and not publisher.running:
                return

    with threads() as workers, threads() as publisher:
        publisher.start(lambda: versions.extend(publish_next(world, versions[-1]) for _ in range(8)))
        for owner in ("one", "two"):
            workers.start(work, owner)

    assert sorted(Instance.objects.values_list("person_id", flat=True)) == sorted(people)
    assert Entrance.objects.exclude(active_instance=None).count() == len(people)
    assert JourneyVersion.objects.get(status=Status.LIVE).number == 9
    assert not LaneInput.objects.exists()


def test_people_who_were_received_before_enter_the_version_that_is_live_when_they_are_handled(
    world: World,
) -> None:
    first = world.journey("lobby", **WAITING)
    world.send("Lobby", "early")
    with world.clock():
        run_router(world.sandbox.pk, owner="router")
    publish_next(world, first)
    world.run()

    assert world.instance("early").version.number == 2


def test_a_stop_and_a_result_end_the_person_once(world: World) -> None:
    """The result was committed first; the sweep and the result are both in the lane."""
    world.action()
    version = world.journey(
        "lobby",
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "wait", action="Tell"),
        wait=WAITING["wait"],
    )
    world.send("Lobby")
    world.drain()
    world.make_calls()
    with world.clock():
        publishing.stop(version, by=None)
    world.run()

    assert world.instance().status == Instance.Status.STOPPED
    assert world.path() == ["lobby>next", "tell>"]
    assert Call.objects.get().status == Call.Status.DONE
    assert world.waiting_inputs() == 0


def test_stopping_many_takes_several_waves_and_nobody_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journeys.engine.wave.load.SWEEP", 2)
    monkeypatch.setattr("journeys.engine.wave.handle.SWEEP", 2)
    version = world.journey("lobby", **WAITING)
    for number in range(300):
        world.send("Lobby", f"p{number}")
    world.run()
    with world.clock():
        publishing.stop(version, by=None)
        waves = 0
        while run_waiting_wave(world.sandbox.pk, owner="one", workers=1).handled:
            waves += 1

    assert waves > 2
    assert set(Instance.objects.values_list("status", flat=True)) == {Instance.Status.STOPPED}
    assert world.waiting_inputs() == 0


def test_a_generation_is_compiled_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.journey("lobby", **WAITING)
    compiled: list[int] = []
    first = plans._compile
    monkeypatch.setattr(
        plans,
        "_compile",
        lambda sandbox, generation: compiled.append(generation) or first(sandbox, generation),
    )
    for number in range(3):
        world.send("Lobby", f"p{number}")
        world.run()

    assert len(compiled) == 1


def test_a_version_that_cannot_be_compiled_stops_no_other(world: World) -> None:
    """Something it uses was changed under it; its people wait until somebody repairs that."""
    broken = world.journey("lobby", name="Broken", **WAITING)
    check = act("condition", {}, paths=[{"id": "yes", "expression": "@{Lobby.nothing} > 1"}])
    document = {
        **broken.document,
        "activities": {"lobby": act("event", "check", event="Lobby"), "check": check},
    }
    JourneyVersion.objects.filter(pk=broken.pk).update(document=document)
    world.journey("lobby", name="Sound", **WAITING)
    world.send("Lobby")

    world.run()

    assert world.instance().version.journey.name == "Sound"


# --- Upkeep against people who publish and stop ---------------------------------------------------


@pytest.mark.parametrize("upkeep", [close_ended, finish_empty])
def test_upkeep_never_revives_a_version_that_was_stopped(
    world: World, upkeep: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read as live or closed, and stopped before upkeep wrote."""
    with world.clock():
        version = world.journey("lobby", properties={"end_at": "2026-03-02T00:00:00Z"}, **WAITING)
    world.pass_time(days=2)
    if upkeep is finish_empty:
        publishing.close(version, by=None)
    first = transaction.atomic
    monkeypatch.setattr("journeys.engine.upkeep.transaction.atomic", lambda: stop_first(version, first))

    upkeep(world.now)

    version.refresh_from_db()
    assert version.status == Status.STOPPED


def stop_first(version: JourneyVersion, atomic: Any) -> Any:
    JourneyVersion.objects.filter(pk=version.pk).update(status=Status.STOPPED)
    return atomic()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_publishing_the_next_version_never_revives_one_that_is_being_stopped(world: World) -> None:
    first = world.journey("lobby", **WAITING)
    following = publishing.new_version(first, by=None)
    with elsewhere() as stopping, threads() as publisher:
        stopping.cursor().execute(
            "UPDATE journeys_journeyversion SET status = 'stopped' WHERE id = %s", [first.pk]
        )
        publisher.start(lambda: publishing.publish(following, by=None))
        until(somebody_waits_for_a_lock, "the publication")
        stopping.commit()

    statuses = dict(JourneyVersion.objects.values_list("number", "status"))
    assert statuses == {1: Status.STOPPED, 2: Status.LIVE}
