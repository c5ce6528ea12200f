"""People jump from journey to journey: an internal event in their own lane (engine.md, Entrances)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from datasources.models import Identity, Profile
from journeys import publishing, testing
from journeys.engine.drain import drain_once
from journeys.models import Instance, JourneyVersion, LaneInput, StepEvent
from journeys.usage import jumps_into
from journeys.views.story import told
from tests.journeys.together import elsewhere, on_postgresql, somebody_waits_for_a_lock, threads, until
from tests.journeys.world import World, act

WAIT = act("wait", duration="PT1H")
FIELDS = {"eventType": '"Dinner"', "amount": "7.5"}


def dinner(world: World, name: str = "Dinner", **more: Any) -> JourneyVersion:
    """A journey to jump to: it begins with the event Restaurant and then waits."""
    return world.journey("meal", name=name, meal=act("event", "wait", event="Restaurant"), wait=WAIT, **more)


def jump(target: JourneyVersion, to: Any = None, *, event: str = "Restaurant", **more: Any) -> Any:
    return act("jump", to, **{"journey": str(target.journey.uid), "event": event, "values": FIELDS, **more})


def jumper(world: World, target: JourneyVersion, name: str = "Arrival", **more: Any) -> JourneyVersion:
    return world.journey(
        "lobby",
        name=name,
        lobby=act("event", "jump", event="Lobby"),
        jump=jump(target, {"next": ["end"], "error": ["gone"]}, error_path=True),
        end=act("end"),
        gone=act("end"),
        **more,
    )


def steps(version: JourneyVersion, person: str = "anna") -> list[str]:
    found = StepEvent.objects.filter(version=version, person_id=person).order_by("pk")
    return [f"{step.activity}>{step.path}" for step in found]


def test_the_person_enters_the_other_journey_and_goes_on_in_this_one(world: World) -> None:
    target = dinner(world)
    origin = jumper(world, target)

    world.send("Lobby")
    world.run()

    assert steps(origin) == ["lobby>next", "jump>next", "end>"]
    assert steps(target) == ["meal>next"]
    assert Instance.objects.get(version=target).activity == "wait"


def test_the_mapped_fields_are_the_events_payload(world: World) -> None:
    target = world.journey(
        "meal",
        name="Dinner",
        meal=act("event", "rich", event="Restaurant"),
        rich=act(
            "condition",
            {"yes": ["end"]},
            paths=[{"id": "yes", "expression": "@{Restaurant.amount} == 7.5"}],
        ),
        end=act("end"),
    )
    jumper(world, target)

    world.send("Lobby")
    world.run()

    assert steps(target) == ["meal>next", "rich>yes", "end>"]


def test_the_target_knows_whence_people_jump_to_it(world: World) -> None:
    target = dinner(world)
    first, other = jumper(world, target), jumper(world, target, "Anniversary")
    publishing.stop(other, by=None)

    assert jumps_into(target.journey) == [first]
    assert jumps_into(first.journey) == []
    assert told(target)["told"][0] == "People also come by a jump from: Arrival."


def test_ones_story_says_that_somebody_came_by_a_jump(world: World, admin_client: Client) -> None:
    target = dinner(world)
    origin = jumper(world, target)
    world.send("Lobby")
    world.run()

    for version, is_told in ((target, True), (origin, False)):
        one = Instance.objects.get(version=version)
        page = admin_client.get(f"/instances/{one.pk}/").content.decode()
        assert ("came in by a jump" in page) is is_told


def test_a_jump_goes_to_its_target_only(world: World) -> None:
    """Neither another journey of the same event nor anybody who waits for it hears of it."""
    target, other = dinner(world), dinner(world, "Lunch")
    jumper(world, target, "Arrival")
    waiting = world.journey(
        "lobby",
        name="Waiting",
        lobby=act("event", "meal", event="Lobby"),
        meal=act("event", event="Restaurant"),
    )

    world.send("Lobby")
    world.run()

    assert steps(target) == ["meal>next"]
    assert steps(other) == []
    assert Instance.objects.get(version=waiting).activity == "meal"


def test_somebody_who_is_inside_already_stays_there_and_that_is_no_error(world: World) -> None:
    target = dinner(world)
    origin = jumper(world, target)
    world.send("Restaurant")
    world.run()

    world.send("Lobby")
    world.run()

    assert steps(origin) == ["lobby>next", "jump>next", "end>"]
    assert steps(target) == ["meal>next", ">alreadyInside"]


def test_two_jumps_at_the_same_moment_are_two_visits(world: World) -> None:
    """The target lets people come again at once, and the first visit is over when the second begins."""
    target = world.journey(
        "meal",
        name="Dinner",
        properties={"reentrance": {"wait": "PT0S"}},
        meal=act("event", "end", event="Restaurant"),
        end=act("end"),
    )
    for name in ("One", "Other"):
        jumper(world, target, name)

    world.send("Lobby")
    world.run()

    assert steps(target) == ["meal>next", "end>"] * 2
    assert Instance.objects.filter(version=target).count() == 2


def test_the_latest_live_version_is_entered(world: World) -> None:
    old = dinner(world)
    jumper(world, old)
    new = publishing.new_version(old, by=None)
    publishing.publish(new, by=None)

    world.send("Lobby")
    world.run()

    assert steps(old) == []
    assert steps(new) == ["meal>next"]


@pytest.mark.parametrize("end", [publishing.close, publishing.stop])
def test_a_target_that_is_not_live_any_more_is_an_error_when_the_jump_is_decided(
    world: World, end: Any
) -> None:
    target = dinner(world)
    origin = jumper(world, target)
    end(target, by=None)

    world.send("Lobby")
    world.run()

    assert steps(origin) == ["lobby>next", "jump>error", "gone>"]
    assert steps(target) == []


def test_a_target_that_is_deleted_is_an_error_and_nobody_gets_stuck(world: World) -> None:
    target = dinner(world)
    origin = jumper(world, target)
    publishing.stop(target, by=None)
    world.run()
    publishing.delete(target, by=None)

    world.send("Lobby")
    world.run()

    assert steps(origin) == ["lobby>next", "jump>error", "gone>"]


def test_a_target_that_begins_with_another_event_now_is_an_error(world: World) -> None:
    target = dinner(world)
    origin = jumper(world, target)
    changed = publishing.new_version(target, by=None)
    document = {**changed.document, "start": ["gym"]}
    document["activities"] = {"gym": act("event", event="Gym")}
    world.event("Gym")
    publishing.save_draft(changed, document, revision=changed.revision)
    publishing.publish(changed, by=None)

    world.send("Lobby")
    world.run()

    assert steps(origin) == ["lobby>next", "jump>error", "gone>"]
    assert [problem.code for problem in publishing.check(origin) if problem.is_error] == [
        "ERR_JOURNEY_JUMP_EVENT"
    ]


def test_a_target_that_is_closed_before_the_person_arrives_is_told(world: World) -> None:
    target = dinner(world)
    origin = jumper(world, target)
    world.send("Lobby")
    with world.clock():
        drain_once(world.sandbox.pk)
    assert LaneInput.objects.get().kind == LaneInput.Kind.JUMP

    publishing.close(target, by=None)
    world.run()

    assert steps(origin) == ["lobby>next", "jump>next", "end>", ">journeyClosed"]
    assert steps(target) == []


def test_reentrance_holds_for_those_who_jump_too(world: World) -> None:
    target = dinner(world, properties={"reentrance": {"allowed": False}})
    jumper(world, target, properties={"reentrance": {"allowed": True, "wait": "PT0S"}})
    world.send("Lobby")
    world.run()
    world.pass_time(hours=2)
    world.run()

    world.send("Lobby")
    world.run()

    assert steps(target) == ["meal>next", "wait>next", ">reentranceNotAllowed"]


def test_a_jump_keeps_its_place_among_the_persons_events(world: World) -> None:
    """It is handled after what was received before it, and before what comes later."""
    target = dinner(world)
    jumper(world, target)
    for person in ("anna", "bert"):
        world.send("Lobby", person)
    world.run()
    world.send("Restaurant", "anna")
    world.run()

    assert steps(target, "anna") == ["meal>next", ">alreadyInside"]
    assert steps(target, "bert") == ["meal>next"]


def test_a_draft_is_no_target(world: World) -> None:
    draft = world.draft("meal", name="Dinner", meal=act("event", event="Restaurant"))

    with pytest.raises(publishing.NotAllowed) as refused:
        jumper(world, draft)

    assert [problem.code for problem in refused.value.problems] == ["ERR_JOURNEY_JUMP_TARGET"]


def test_a_journey_whose_target_jumps_back_is_refused(world: World) -> None:
    target = dinner(world)
    origin = jumper(world, target)
    back = publishing.new_version(target, by=None)
    document = dict(back.document)
    document["activities"]["wait"]["to"] = {"next": ["back"]}
    document["activities"]["back"] = jump(origin, event="Lobby")
    publishing.save_draft(back, document, revision=back.revision)

    with pytest.raises(publishing.NotAllowed) as refused:
        publishing.publish(back, by=None)

    assert [problem.code for problem in refused.value.problems] == ["ERR_JOURNEY_JUMP_LOOP"]


# --- In test --------------------------------------------------------------------------------------


def know_tester(world: World, person: str) -> None:
    profile = Profile.objects.create(sandbox=world.sandbox, test_profile=True)
    Identity.objects.create(
        sandbox=world.sandbox, namespace="CRMID", value=person, profile=profile, seen_at=world.now
    )


def drawn_jumper(world: World, target: JourneyVersion) -> JourneyVersion:
    return world.draft(
        "lobby",
        name="Arrival",
        lobby=act("event", "jump", event="Lobby"),
        jump=jump(target, {"next": ["end"], "error": ["gone"]}, error_path=True),
        end=act("end"),
        gone=act("end"),
    )


@pytest.mark.parametrize("also_live", [False, True])
def test_a_tester_jumps_into_the_running_test_of_the_target(world: World, also_live: bool) -> None:
    target = world.draft("meal", name="Dinner", meal=act("event", "wait", event="Restaurant"), wait=WAIT)
    tested = target
    if also_live:
        publishing.publish(target, by=None)
        tested = publishing.new_version(target, by=None)
    testing.switch_on(tested, by=None)
    origin = drawn_jumper(world, target)
    testing.switch_on(origin, by=None)
    testing.change_options(origin, wait=timedelta(seconds=10), from_outside=True, by=None)
    know_tester(world, "anna")

    world.send("Lobby")
    world.run()

    assert steps(origin) == ["lobby>next", "jump>next", "end>"]
    assert steps(tested) == ["meal>next"]
    assert not also_live or steps(target) == []


def test_a_tester_does_not_get_into_a_live_journey(world: World) -> None:
    target = dinner(world)
    origin = drawn_jumper(world, target)
    testing.switch_on(origin, by=None)
    testing.change_options(origin, wait=timedelta(seconds=10), from_outside=True, by=None)
    know_tester(world, "anna")

    world.send("Lobby")
    world.run()

    assert steps(origin) == ["lobby>next", "jump>error", "gone>"]
    assert steps(target) == []


def test_a_target_in_test_blocks_publication_not_the_test(world: World) -> None:
    target = world.draft("meal", name="Dinner", meal=act("event", event="Restaurant"))
    origin = drawn_jumper(world, target)
    with pytest.raises(publishing.NotAllowed):
        testing.switch_on(origin, by=None)

    testing.switch_on(target, by=None)
    testing.switch_on(origin, by=None)
    with pytest.raises(publishing.NotAllowed) as refused:
        publishing.publish(origin, by=None)

    assert [problem.code for problem in refused.value.problems] == ["ERR_JOURNEY_JUMP_TARGET"]


# --- Races ----------------------------------------------------------------------------------------


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [publishing.close, publishing.stop])
def test_a_target_that_is_closed_while_the_wave_decides_the_jump(end: Any) -> None:
    """Either the person came in before, or the jump was an error: never in between."""
    world = World()
    target = dinner(world)
    origin = jumper(world, target)
    world.send("Lobby")

    with threads() as others:
        others.start(world.run)
        others.start(lambda: end(target, by=None))
    world.run()

    if steps(origin)[1] == "jump>next":
        assert steps(target)[:1] == ["meal>next"] or steps(origin)[-1] == ">journeyClosed"
    else:
        assert steps(origin) == ["lobby>next", "jump>error", "gone>"]
        assert steps(target) == []
    assert world.waiting_inputs() == 0


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_journeys_that_would_jump_to_each_other_are_not_published_both() -> None:
    world = World()
    drafts = [_with_jump_to_the_other(world, *names) for names in (("A", "B"), ("B", "A"))]
    refused: list[str] = []

    def publish(version: JourneyVersion) -> None:
        try:
            publishing.publish(version, by=None)
        except publishing.NotAllowed as reason:
            refused.extend(problem.code for problem in reason.problems)

    with elsewhere() as held, held.cursor() as cursor:
        # Both wait at the same place, and are let go together.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x4A4F, world.sandbox.pk])
        with threads() as others:
            for draft in drafts:
                others.start(publish, draft)
            until(somebody_waits_for_a_lock, "both to wait")
            held.rollback()

    assert refused == ["ERR_JOURNEY_JUMP_LOOP"]


def _with_jump_to_the_other(world: World, name: str, other: str) -> JourneyVersion:
    """A live journey, and a draft of its next version that jumps to the other one."""
    live = {version.journey.name: version for version in JourneyVersion.objects.live()}
    for missing in {name, other} - live.keys():
        live[missing] = dinner(world, missing)
    draft = publishing.new_version(live[name], by=None)
    document = dict(draft.document)
    document["activities"]["wait"]["to"] = {"next": ["jump"]}
    document["activities"]["jump"] = jump(live[other])
    publishing.save_draft(draft, document, revision=draft.revision)
    return draft
