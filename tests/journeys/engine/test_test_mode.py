"""Versions in test: who enters, what is shortened, and that nothing is left of a run that is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import transaction

from datasources.models import Identity, Profile, Segment
from events.models import ReceivedEvent
from journeys import publishing, testing
from journeys.engine.upkeep import upkeep
from journeys.engine.wave import handle, load
from journeys.engine.wave import testing as wave_testing
from journeys.models import Call, Entrance, Instance, JourneyVersion, ProfileCap, StepCount, StepEvent
from journeys.publishing import NotAllowed
from tests.journeys.together import elsewhere, on_postgresql
from tests.journeys.world import World, act

Status = JourneyVersion.Status
WAITS = {"lobby": act("event", "wait", event="Lobby"), "wait": act("wait", duration="P3D")}


def profile(world: World, person: str, *, test: bool = True) -> None:
    made = Profile.objects.create(sandbox=world.sandbox, attributes={"testProfile": test}, test_profile=test)
    Identity.objects.create(
        sandbox=world.sandbox, profile=made, namespace="CRMID", value=person, seen_at=world.now
    )


def put_in_test(world: World, **activities: Any) -> JourneyVersion:
    version = world.draft("lobby", **(activities or WAITS))
    with world.clock():
        testing.switch_on(version, by=None)
    return version


def trigger(world: World, version: JourneyVersion, person: str = "anna", name: str = "Lobby") -> None:
    """As the form does it: a received event that is marked as made for this test."""
    received = world.send(name, person)
    ReceivedEvent.objects.filter(pk=received.pk).update(test_of=version.pk)


def switch_off(world: World, version: JourneyVersion) -> None:
    with world.clock():
        testing.switch_off(version, by=None)


def rows_of_tests() -> dict[str, int]:
    return {
        model.__name__: model.objects.count() for model in (Instance, StepEvent, StepCount, Entrance, Call)
    }


# --- Who enters -----------------------------------------------------------------------------------


def test_only_test_profiles_enter(world: World) -> None:
    version = put_in_test(world)
    profile(world, "anna")
    profile(world, "bert", test=False)
    for person in ("anna", "bert", "unknown"):
        trigger(world, version, person)
    world.run()

    assert world.path("anna") == ["lobby>next"]
    assert world.discards("bert") == world.discards("unknown") == ["notATestProfile"]
    assert Instance.objects.get().run == StepEvent.objects.filter(person_id="bert").get().run == 1


def test_only_so_many_people_enter_a_test_and_those_who_did_may_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (handle, wave_testing):
        monkeypatch.setattr(module, "TEST_PEOPLE", 2)
    version = put_in_test(world, lobby=act("event", event="Lobby"))
    for wave in (["anna"], ["bert", "carl"]):
        for person in wave:
            profile(world, person)
            trigger(world, version, person)
        world.run()
    world.pass_time(seconds=11)
    trigger(world, version, "anna")
    world.run()

    assert Instance.objects.values("person_id").distinct().count() == 2
    assert world.discards("carl") == ["testLimit"]
    assert Instance.objects.filter(person_id="anna").count() == 2


def test_a_test_that_others_have_filled_meanwhile_takes_nobody_more(world: World) -> None:
    """Two workers may each have seen the last free place."""
    version = put_in_test(world)

    with transaction.atomic():
        assert wave_testing.count_people({(version.pk, 1): 100})
        assert not wave_testing.count_people({(version.pk, 1): 1})
        assert not wave_testing.count_people({(version.pk, 2): 1})


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_wave_does_not_wait_for_whoever_ends_the_test(world: World) -> None:
    """Who holds the version's row waits for the wave's lock: each would wait for the other."""
    version = put_in_test(world)
    with elsewhere() as other:
        other.cursor().execute(f"SELECT 1 FROM journeys_journeyversion WHERE id = {version.pk} FOR UPDATE")
        with transaction.atomic():
            assert not wave_testing.count_people({(version.pk, 1): 1})

    with transaction.atomic():
        assert wave_testing.count_people({(version.pk, 1): 1})


def test_events_from_outside_come_in_only_when_that_is_switched_on(world: World) -> None:
    version = put_in_test(world)
    profile(world, "anna")
    world.send("Lobby")
    world.run()
    assert not Instance.objects.exists()

    testing.change_options(version, wait=timedelta(seconds=10), from_outside=True, by=None)
    world.send("Lobby")
    world.run()
    assert world.instance().in_test


def test_a_triggered_event_reaches_live_journeys_too_and_no_other_test(world: World) -> None:
    world.journey("lobby", name="Live", **WAITS)
    other = world.draft("lobby", name="Other", **WAITS)
    testing.switch_on(other, by=None)
    version = put_in_test(world)
    profile(world, "anna")
    trigger(world, version)
    world.run()

    found = {instance.version.journey.name: instance.run for instance in Instance.objects.all()}
    assert found == {"Live": 0, "Trial": 1}


def test_a_person_may_be_in_the_live_version_and_in_the_test_of_the_next_at_once(world: World) -> None:
    live = world.journey("lobby", **WAITS)
    profile(world, "anna")
    draft = publishing.new_version(live, by=None)
    testing.switch_on(draft, by=None)
    trigger(world, draft)
    world.run()

    assert sorted(Instance.objects.values_list("version__number", "run")) == [(1, 0), (2, 1)]
    assert Entrance.objects.filter(active_instance__isnull=False).count() == 2


# --- What is different ----------------------------------------------------------------------------


def test_every_wait_lasts_as_long_as_the_test_says(world: World) -> None:
    version = put_in_test(world)
    profile(world, "anna")
    trigger(world, version)
    world.run()

    world.pass_time(seconds=9)
    world.run()
    assert world.path() == ["lobby>next"]
    world.pass_time(seconds=1)
    world.run()
    assert world.path() == ["lobby>next", "wait>next"]


def test_every_timeout_of_an_event_lasts_as_long_as_the_test_says(world: World) -> None:
    meal = act("event", event="Restaurant", timeout="P2D", timeout_path=True)
    version = put_in_test(world, lobby=act("event", "meal", event="Lobby"), meal=meal)
    testing.change_options(version, wait=timedelta(seconds=3), from_outside=False, by=None)
    profile(world, "anna")
    trigger(world, version)
    world.run()
    world.pass_time(seconds=3)
    world.run()

    assert world.path() == ["lobby>next", "meal>timeout"]


@pytest.mark.parametrize("seconds", [0, 3601])
def test_a_wait_in_test_has_its_limits(world: World, seconds: int) -> None:
    with pytest.raises(NotAllowed, match=r"between 1 and 3600 seconds"):
        testing.change_options(
            put_in_test(world), wait=timedelta(seconds=seconds), from_outside=False, by=None
        )


# --- Switching on and off -------------------------------------------------------------------------


def test_a_journey_with_errors_is_not_tested(world: World) -> None:
    with pytest.raises(NotAllowed, match=r"The journey has errors; correct them before testing.") as refused:
        testing.switch_on(world.draft("lobby", lobby=act("event", event="Gone")), by=None)

    assert [problem.code for problem in refused.value.problems] == ["ERR_JOURNEY_EVENT_MISSING"]


def test_a_journey_without_a_namespace_is_not_tested(world: World) -> None:
    world.event("Anybody", namespace="")
    with pytest.raises(NotAllowed, match=r"Without a namespace nobody is a test profile"):
        testing.switch_on(world.draft("any", any=act("event", event="Anybody")), by=None)


def test_nothing_is_left_of_a_test_that_was_switched_off(world: World) -> None:
    call = act("event", event="Restaurant", timeout="PT5M")
    version = put_in_test(world, lobby=act("event", "meal", event="Lobby"), meal=call)
    for person in ("anna", "bert", "carl"):
        profile(world, person)
        trigger(world, version, person)
    trigger(world, version, "stranger")
    world.run()
    assert all(rows_of_tests()[name] for name in ("Instance", "StepEvent", "StepCount", "Entrance"))

    switch_off(world, version)
    world.run()

    assert set(rows_of_tests().values()) == {0}
    publishing.delete(version, by=None)


def test_people_of_a_test_are_forgotten_so_many_at_a_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One person who comes again and again has all of them in one lane."""
    for module in (load, handle, wave_testing):
        monkeypatch.setattr(module, "SWEEP", 2)
    version = put_in_test(world, lobby=act("event", event="Lobby"))
    profile(world, "anna")
    for _ in range(5):
        trigger(world, version)
        world.run()
        world.pass_time(seconds=11)
    assert Instance.objects.count() == 5

    switch_off(world, version)
    world.run()

    assert set(rows_of_tests().values()) == {0}


def test_discards_of_a_test_are_deleted_so_many_at_a_time(world: World) -> None:
    version = put_in_test(world)
    for number in range(5):
        trigger(world, version, f"stranger{number}")
    world.run()
    switch_off(world, version)
    with mock.patch.object(wave_testing, "SWEEP", 2):
        world.run()

    assert not StepEvent.objects.exists()


def test_from_the_end_of_a_test_on_nothing_of_it_is_seen_and_nothing_moves(world: World) -> None:
    version = put_in_test(world)
    profile(world, "anna")
    trigger(world, version)
    world.run()
    switch_off(world, version)

    # No lane has swept yet.
    assert publishing.people_inside(version) == 0
    assert Instance.objects.filter(ended_at=None).count() == 1
    with pytest.raises(NotAllowed, match=r"The last people are just being ended"):
        publishing.delete(version, by=None)
    world.pass_time(days=1)
    world.run()
    assert world.path() == []


def test_the_next_run_knows_nothing_of_the_one_before(world: World) -> None:
    """Also while the lanes have not yet swept it."""
    once = {"reentrance": {"allowed": False}}
    version = world.draft("lobby", properties=once, **WAITS)
    testing.switch_on(version, by=None)
    profile(world, "anna")
    trigger(world, version)
    world.run()
    switch_off(world, version)
    testing.switch_on(version, by=None)
    trigger(world, version)
    world.run()

    assert (version.run, list(Instance.objects.values_list("run", flat=True))) == (2, [2])
    assert list(Entrance.objects.values_list("run", flat=True)) == [2]
    assert world.path() == ["lobby>next"]


def test_publishing_ends_the_test_first(world: World) -> None:
    version = put_in_test(world)
    profile(world, "anna")
    trigger(world, version)
    world.run()
    with world.clock():
        publishing.publish(version, by=None)
    trigger(world, version)
    world.run()

    assert list(Instance.objects.values_list("run", flat=True)) == [0]
    assert version.status == Status.LIVE


def test_calls_of_a_test_that_is_over_are_not_made(world: World) -> None:
    version = put_in_test(world, **_calling(world))
    profile(world, "anna")
    trigger(world, version)
    world.drain()
    assert Call.objects.get().in_test
    switch_off(world, version)
    world.make_calls()

    assert world.recorder.sent == []


def test_a_test_that_nobody_triggers_for_a_week_goes_back_to_draft(world: World) -> None:
    version = put_in_test(world)
    profile(world, "anna")
    trigger(world, version)
    world.run()
    for days, status in ((6.9, Status.TEST), (0.2, Status.DRAFT)):
        world.pass_time(days=days)
        with world.clock():
            upkeep(world.now)
        version.refresh_from_db()
        assert version.status == status
    world.run()
    assert not Instance.objects.exists()


def test_profile_caps_of_a_test_begin_anew_with_the_next(world: World) -> None:
    cap = act("profile_cap", {"within": ["end"]}, count=1)
    version = put_in_test(world, lobby=act("event", "cap", event="Lobby"), cap=cap, end=act("end"))
    profile(world, "anna")
    for _ in range(2):
        trigger(world, version)
        world.run()
        switch_off(world, version)
        world.run()
        testing.switch_on(version, by=None)
        assert not ProfileCap.objects.exists()


def test_a_segment_start_is_tested_by_picking_a_profile(world: World) -> None:
    """Nobody else hears of it, and the profile comes into no segment."""
    Segment.objects.create(sandbox=world.sandbox, name="Gold", expression="true")
    start = act("segment_qualification", segment="Gold", namespace="CRMID")
    world.journey("gold", name="Live", gold=start)
    draft = world.draft("gold", gold=start)
    with world.clock():
        testing.switch_on(draft, by=None)
    profile(world, "anna")
    for entered in (False, True):
        world.pass_time(days=3)
        testing.qualify(draft, "Gold", entered=entered, person="anna", now=world.now)
        world.run()

    draft.refresh_from_db()
    assert draft.tested_at == world.now, "the week of an unused test begins anew"
    assert world.discards() == ["wrongSegmentStatus"]
    assert (world.instance().version_id, world.path()) == (draft.pk, ["gold>next"])
    for name, person in (("Silver", "anna"), ("Gold", "stranger")):
        with pytest.raises(NotAllowed):
            testing.qualify(draft, name, entered=True, person=person, now=world.now)


def _calling(world: World) -> dict[str, Any]:
    from actions.models import Action

    Action.objects.create(sandbox=world.sandbox, name="Ring", url="https://ring.example/")
    return {"lobby": act("event", "ring", event="Lobby"), "ring": act("custom_action", action="Ring")}
