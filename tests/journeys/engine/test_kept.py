"""What comes for people whose version cannot be compiled any more is kept, and handled once it can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from datasources.models import ExperienceEvent, Schema
from journeys import publishing
from journeys.engine.drain import run_waiting_wave
from journeys.engine.lanes import waiting_lanes
from journeys.engine.router import run_router
from journeys.engine.wave import kept
from journeys.engine.wave.kept import take_up_now
from journeys.models import Instance, JourneyVersion, LaneInput
from journeys.models.lane import Lane
from tests.journeys.world import World, act

SOUND = "@{Lobby.amount} > 0"
#: The events that came for a person, in their order, are what the path shows.
MEALS = {
    "lobby": act("event", "first", event="Lobby"),
    "first": act("event", "which", event="Restaurant"),
    "which": act(
        "condition", {"one": ["second"], "other": ["end"]}, other=True,
        paths=[{"id": "one", "expression": "@{first.amount} == 1"}],
    ),
    "second": act("event", "check", event="Restaurant"),
    "check": act("condition", {"yes": ["end"]}, paths=[{"id": "yes", "expression": SOUND}]),
    "end": act("end"),
}  # fmt: skip
MEALS["first"]["name"] = "first"


def rewrite(version: JourneyVersion, expression: str) -> None:
    """Past all rules: a condition of a version that runs asks something else."""
    document = JourneyVersion.objects.get(pk=version.pk).document
    document["activities"]["check"]["config"]["paths"][0]["expression"] = expression
    JourneyVersion.objects.filter(pk=version.pk).update(document=document)
    version.sandbox.configuration_changed()


def break_(version: JourneyVersion) -> None:
    rewrite(version, "@{Gone.amount} > 0")


def mend(version: JourneyVersion) -> None:
    rewrite(version, SOUND)


def kept_inputs(world: World) -> int:
    return LaneInput.objects.kept(world.sandbox.pk).count()


def statuses(version: JourneyVersion) -> Mapping[str, Any]:
    return dict(Instance.objects.filter(version=version).values_list("person_id", "status"))


def test_what_comes_meanwhile_is_kept_and_handled_before_what_comes_later(world: World) -> None:
    version = world.journey("lobby", **MEALS)
    world.send("Lobby", amount=1)
    world.run()
    break_(version)
    world.send("Restaurant", amount=1)
    world.send("Lobby", "berta", amount=1)
    world.run()
    assert (kept_inputs(world), world.waiting_inputs()) == (2, 2)
    assert waiting_lanes(world.sandbox.pk, world.now) == []  # nobody looks at it again and again
    assert world.path() == ["lobby>next"]

    mend(version)
    world.send("Restaurant", amount=2)
    world.run()
    take_up_now(world.sandbox.pk)  # whoever drains does it now and then
    world.run()

    assert world.path() == ["lobby>next", "first>next", "which>one", "second>next", "check>yes", "end>"]
    assert world.path("berta") == ["lobby>next"]
    assert world.waiting_inputs() == 0


def test_other_journeys_hear_of_it_at_once_and_only_once(world: World) -> None:
    sound = world.journey(
        "lobby",
        name="Sound",
        lobby=act("event", "meal", event="Lobby"),
        meal=act("event", "another", event="Restaurant"),
        another=act("event", name="Another", event="Restaurant"),
    )
    version = world.journey("lobby", **MEALS)
    world.send("Lobby", amount=1)
    world.run()
    break_(version)
    world.send("Restaurant", amount=2)
    world.run()
    assert Instance.objects.get(version=sound).activity == "another"

    mend(version)
    take_up_now(world.sandbox.pk)
    world.run()

    assert statuses(version) == {"anna": Instance.Status.FINISHED}
    assert statuses(sound) == {"anna": Instance.Status.RUNNING}
    assert world.discards() == []


def test_what_is_kept_has_fed_its_person_s_profile_and_does_not_do_it_again(world: World) -> None:
    Schema.objects.filter(pk=world.schema.pk).update(feeds_profiles=True)
    version = world.journey("lobby", **MEALS)
    world.send("Lobby", amount=1)
    world.run()
    break_(version)
    world.send("Restaurant", amount=2)
    world.run()
    fed = list(ExperienceEvent.objects.order_by("pk").values_list("pk", flat=True))
    assert len(fed) == 2
    ExperienceEvent.objects.all().delete()  # their time is over; nothing brings them back

    mend(version)
    take_up_now(world.sandbox.pk)
    world.run()

    assert statuses(version) == {"anna": Instance.Status.FINISHED}
    assert not ExperienceEvent.objects.exists()


def test_what_concerns_two_broken_versions_waits_for_each_of_them(world: World) -> None:
    """Whichever is put right first goes on with it."""
    versions = [world.journey("lobby", name=name, **MEALS) for name in ("One", "Other")]
    world.send("Lobby", amount=1)
    world.run()
    for version in versions:
        break_(version)
    world.send("Restaurant", amount=2)
    world.run()

    seen = []
    for version in reversed(versions):
        mend(version)
        take_up_now(world.sandbox.pk)
        world.run()
        seen.append([len([one for one in statuses(each).values() if one]) for each in versions])

    assert seen == [[0, 1], [1, 1]]
    assert world.waiting_inputs() == 0


def test_the_answer_of_a_call_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "BATCH", 1)
    world.action()
    activities = {
        "lobby": act("event", "tell", event="Lobby"),
        "tell": act("custom_action", "check", action="Tell"),
        "check": MEALS["check"],
        "end": act("end"),
    }
    version = world.journey("lobby", **activities)
    for person in ("anna", "berta"):
        world.send("Lobby", person, amount=1)
    world.drain()
    break_(version)
    world.run()
    assert kept_inputs(world) == 2

    mend(version)
    take_up_now(world.sandbox.pk)
    world.run()

    assert world.path() == ["lobby>next", "tell>next", "check>yes", "end>"]
    assert len(world.recorder.sent) == 2


def test_much_is_put_back_in_pieces_and_nothing_decided_before_all_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever does it has leases, which end."""
    monkeypatch.setattr(kept, "BATCH", 1)
    monkeypatch.setattr(kept, "GO", 1)
    version = world.journey("lobby", **MEALS)
    for person in ("anna", "berta"):
        world.send("Lobby", person, amount=1)
    world.run()
    break_(version)
    for person in ("anna", "berta"):
        world.send("Restaurant", person, amount=2)
    world.run()
    mend(version)
    world.send("Lobby", "carla", amount=1)
    run_router(world.sandbox.pk, owner="drain")

    begun = run_waiting_wave(world.sandbox.pk, owner="drain", workers=1)
    assert (begun.handled, begun.more, kept_inputs(world)) == (0, True, 1)
    assert Lane.objects.exclude(owner=None).count() == 0
    back, waiting = LaneInput.Class.LIVE, LaneInput.Class.KEPT
    assert sorted(LaneInput.objects.values_list("bulk", flat=True)) == sorted([waiting, back, back])

    world.run()
    assert kept_inputs(world) == 0
    assert world.path("berta") == ["lobby>next", "first>next", "which>other", "end>"]
    assert world.path("carla") == ["lobby>next"]


def test_what_waits_for_a_version_that_is_stopped_waits_no_more(world: World) -> None:
    version = world.journey("lobby", **MEALS)
    world.send("Lobby", amount=1)
    world.run()
    break_(version)
    world.send("Restaurant", amount=1)
    world.run()
    with world.clock():
        publishing.stop(JourneyVersion.objects.get(pk=version.pk), by=None)
    take_up_now(world.sandbox.pk)
    world.run()

    assert statuses(version) == {"anna": Instance.Status.STOPPED}
    assert world.waiting_inputs() == 0
