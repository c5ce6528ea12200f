"""People walk past caps, clocks and updates of their profiles: the whole engine, driven by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from actions.models import Action
from datasources.models import ExperienceEvent, Identity, Profile, Schema
from journeys import publishing
from journeys.engine.wave import apply
from journeys.models import Call, Entrance, Instance, ProfileCap, StepEvent
from tests.journeys.world import World, act

PROFILE = {
    "type": "object",
    "properties": {
        "points": {"type": "integer"},
        "timeZone": {"type": "string"},
        "person": {"type": "object", "properties": {"firstName": {"type": "string"}}},
    },
}


@pytest.fixture
def people(world: World) -> World:
    """The world with a profile schema."""
    Schema.objects.create(
        sandbox=world.sandbox, name="People", kind="profile", document=PROFILE, feeds_profiles=True
    )
    return world


def know(world: World, name: str = "anna", **attributes: Any) -> Profile:
    profile = Profile.objects.create(sandbox=world.sandbox, attributes=attributes)
    Identity.objects.create(
        sandbox=world.sandbox, namespace="CRMID", value=name, profile=profile, seen_at=world.now
    )
    return profile


# --- Profile cap ----------------------------------------------------------------------------------


def capped(count: int) -> dict[str, Any]:
    return {
        "lobby": act("event", "cap", event="Lobby"),
        "cap": act("profile_cap", {"within": ["in"], "beyond": ["out"]}, count=count),
        "in": act("end"),
        "out": act("end"),
    }


def within() -> int:
    return StepEvent.objects.filter(activity="cap", path="within").count()


def test_the_first_few_take_the_first_path_and_the_rest_the_second(world: World) -> None:
    world.journey("lobby", **capped(3))

    for number in range(5):
        world.send("Lobby", f"p{number}")
    world.run()
    world.send("Lobby", "late")
    world.run()

    assert within() == 3
    assert world.path("late") == ["lobby>next", "cap>beyond", "out>"]
    assert list(ProfileCap.objects.values_list("activity", "taken", "most")) == [("cap", 3, 3)]


def test_a_new_version_counts_anew(world: World) -> None:
    version = world.journey("lobby", properties={"reentrance": {"wait": "PT0S"}}, **capped(1))
    world.send("Lobby", "anna")
    world.run()

    publishing.publish(publishing.new_version(version, by=None), by=None)
    world.send("Lobby", "bert")
    world.send("Lobby", "cleo")
    world.run()

    assert within() == 2
    assert ProfileCap.objects.count() == 2


@pytest.mark.parametrize(("days", "expected"), [(179, 1), (180, 2)])
def test_after_half_a_year_the_count_starts_again(world: World, days: int, expected: int) -> None:
    world.journey("lobby", **capped(1))
    world.send("Lobby", "anna")
    world.run()

    world.pass_time(days=days)
    for person in ("bert", "cleo"):
        world.send("Lobby", person)
        world.run()

    assert within() == expected
    assert ProfileCap.objects.get().taken == 1


# --- Update profile -------------------------------------------------------------------------------

COUNT_UP = "#{ExperiencePlatform.ProfileFieldGroup.points, defaultValue: 0} + 1"
IS_TWO = {"id": "two", "expression": "#{ExperiencePlatform.ProfileFieldGroup.points} == 2"}


def test_the_next_step_of_the_same_person_sees_what_was_set(people: World) -> None:
    profile = know(people, points=1, person={"lastName": "Ott"})
    people.journey(
        "lobby",
        lobby=act("event", "set", event="Lobby"),
        set=act("update_profile", "check", fields={"points": COUNT_UP, "person.firstName": '"Anna"'}),
        check=act("condition", {"two": ["end"]}, paths=[IS_TWO]),
        end=act("end"),
    )
    people.send("Lobby")
    people.run()

    assert people.path() == ["lobby>next", "set>next", "check>two", "end>"]
    profile.refresh_from_db()
    assert profile.attributes == {"points": 2, "person": {"lastName": "Ott", "firstName": "Anna"}}
    assert profile.attribute_times.keys() == {"points", "person.firstName"}
    assert all(stamp.startswith("2026-03-01T12:00:00") for stamp in profile.attribute_times.values())
    assert profile.version == 2


def test_another_journey_sees_it_in_the_same_wave(people: World) -> None:
    know(people)
    people.journey(
        "lobby",
        name="Sets",
        lobby=act("event", "set", event="Lobby"),
        set=act("update_profile", fields={"points": "2"}),
    )
    people.journey(
        "lobby",
        name="Looks",
        lobby=act("event", "check", event="Lobby"),
        check=act("condition", {"two": ["end"]}, paths=[IS_TWO]),
        end=act("end"),
    )
    people.send("Lobby")
    people.run()

    assert "check>two" in people.path()


def test_many_updates_of_one_person_lose_none(people: World) -> None:
    profile = know(people)
    people.journey(
        "lobby",
        properties={"reentrance": {"wait": "PT0S"}},
        lobby=act("event", "first", event="Lobby"),
        first=act("update_profile", "wait", fields={"points": COUNT_UP}),
        wait=act("wait", "second", duration="PT1S"),
        second=act("update_profile", fields={"points": COUNT_UP}),
    )
    for _ in range(5):
        people.send("Lobby")
        people.run()
        people.pass_time(seconds=1)
        people.run()

    profile.refresh_from_db()
    assert profile.attributes["points"] == 10


@pytest.mark.parametrize("feeds", [True, False])
def test_whoever_has_no_profile_gets_one(people: World, feeds: bool) -> None:
    """``feeds``: the event itself makes the profile; the update must go into the same one."""
    people.schema.feeds_profiles = feeds
    people.schema.save()
    people.journey(
        "lobby",
        lobby=act("event", "set", event="Lobby"),
        set=act("update_profile", "again", fields={"points": COUNT_UP}),
        again=act("update_profile", "wait", fields={"points": COUNT_UP}),
        wait=act("wait", "check", duration="PT1H"),
        check=act("condition", {"two": ["end"]}, paths=[IS_TWO]),
        end=act("end"),
    )
    people.send("Lobby", "anna")
    people.send("Lobby", "bert")
    people.run()
    people.pass_time(hours=1)
    people.run()

    assert people.path("anna")[-2:] == people.path("bert")[-2:] == ["check>two", "end>"]
    assert [profile.attributes for profile in Profile.objects.all()] == [{"points": 2}] * 2
    assert set(Identity.objects.values_list("namespace", "value")) == {("CRMID", "anna"), ("CRMID", "bert")}


def test_null_empties_a_field(people: World) -> None:
    profile = know(people, points=3)
    people.journey(
        "lobby",
        lobby=act("event", "set", event="Lobby"),
        set=act("update_profile", fields={"points": "null"}),
    )
    people.send("Lobby")
    people.run()

    profile.refresh_from_db()
    assert profile.attributes == {"points": None}


def test_what_was_written_later_stays(people: World) -> None:
    """A record that was received after the moment of the step, by a clock that is ahead."""
    profile = know(people, points=7)
    profile.attribute_times = {"points": "2026-03-01T12:00:05.000000#00000000000000000001"}
    profile.save()
    people.journey(
        "lobby",
        lobby=act("event", "set", event="Lobby"),
        set=act("update_profile", fields={"points": "1"}),
    )
    people.send("Lobby")
    people.run()

    profile.refresh_from_db()
    assert profile.attributes == {"points": 7}


def test_an_update_that_fails_takes_the_alternative_path_and_sets_nothing(people: World) -> None:
    profile = know(people)
    fields = {"person.firstName": '"Anna"', "points": "toInteger(@{Lobby.eventType})"}
    people.journey(
        "lobby",
        lobby=act("event", "set", event="Lobby"),
        set=act("update_profile", {"error": ["end"]}, fields=fields, error_path=True),
        end=act("end"),
    )
    people.send("Lobby")
    people.run()

    assert people.path() == ["lobby>next", "set>error", "end>"]
    profile.refresh_from_db()
    assert (profile.attributes, profile.version) == ({}, 1)


# --- Whose clock ----------------------------------------------------------------------------------


def test_each_person_goes_by_their_own_clock_where_the_journey_says_so(people: World) -> None:
    """It is noon in UTC: 13:00 in Berlin, 7:00 in Lima."""
    know(people, "inti", timeZone="America/Lima")
    know(people, "nobody", timeZone="Nowhere")
    morning = {"id": "morning", "hours": [{"from": "06:00", "to": "10:00"}]}
    people.journey(
        "lobby",
        properties={"time_zone": "Europe/Berlin", "use_profile_time_zone": True},
        lobby=act("event", "check", event="Lobby"),
        check=act("time_condition", {"morning": ["till"], "other": ["till"]}, paths=[morning]),
        till=act("wait", "end", type="date_time", at="2026-03-01T14:00"),
        end=act("end"),
    )
    for person in ("inti", "nobody", "unknown"):
        people.send("Lobby", person)
    people.run()

    assert people.path("inti")[1] == "check>morning"
    assert people.path("nobody")[1] == people.path("unknown")[1] == "check>other"
    wake_at = dict(Instance.objects.values_list("person_id", "wake_at"))
    assert wake_at["inti"] == datetime.fromisoformat("2026-03-01T14:00-05:00")
    assert wake_at["nobody"] == wake_at["unknown"] == datetime.fromisoformat("2026-03-01T14:00+01:00")


# --- Experience events ----------------------------------------------------------------------------

PAID = 'currentDataPackField.eventType == "paid"'
HISTORY = "#{ExperiencePlatform.ProfileFieldGroup.experienceevent"
NO_VISITS = f'count({HISTORY}.all(currentDataPackField.eventType == "visit")}}) == 0'
TWICE_LATELY = f"count({HISTORY}.all({PAID} and inLastDays(currentDataPackField.timestamp, 7))}}) == 2"
EVER = f"count({HISTORY}}}) == 4"


@pytest.mark.parametrize(
    ("expressions", "read"),
    [
        ([TWICE_LATELY], {"paid 1", "paid 7"}),
        ([TWICE_LATELY, NO_VISITS], {"paid 1", "paid 7", "paid 20"}),
        ([EVER], {"paid 1", "paid 7", "paid 20", "login 2"}),
        (["1 == 1"], set()),
    ],
)
def test_only_the_experience_events_that_some_expression_names_are_loaded(
    people: World, monkeypatch: pytest.MonkeyPatch, expressions: list[str], read: set[str]
) -> None:
    profile = know(people)
    for kind, days in [("paid", 1), ("paid", 7), ("paid", 20), ("login", 2)]:
        at = people.now - timedelta(days=days)
        ExperienceEvent.objects.create(
            sandbox=people.sandbox,
            profile=profile,
            source=f"{kind} {days}",
            event_type=kind,
            timestamp=at,
            data={"eventType": kind, "timestamp": at.isoformat(), "_id": f"{kind} {days}"},
        )
    for number, expression in enumerate(expressions):
        people.journey(
            "lobby",
            name=f"Journey {number}",
            lobby=act("event", "check", event="Lobby"),
            check=act("condition", {"yes": []}, paths=[{"id": "yes", "expression": expression}]),
        )
    seen: set[str] = set()
    surroundings = apply.Surroundings

    def noted(**named: Any) -> Any:
        seen.update(one["_id"] for one in (named["profile"] or {}).get("experienceevent", ()))
        return surroundings(**named)

    monkeypatch.setattr(apply, "Surroundings", noted)
    people.send("Lobby")
    people.run()

    assert people.path().count("check>yes") == len(expressions)
    assert seen == read


# --- The global timeout ---------------------------------------------------------------------------


@pytest.mark.parametrize("days", [30, 91])
def test_who_stays_too_long_times_out_and_the_data_go(world: World, settings: Any, days: int) -> None:
    settings.JOURNEY_GLOBAL_TIMEOUT_DAYS = days
    Action.objects.create(sandbox=world.sandbox, name="Tell", url="http://127.0.0.1:1/", payload={})
    world.journey(
        "lobby",
        properties={"reentrance": {"allowed": False}},
        lobby=act("event", "tell", event="Lobby"),
        tell=act("custom_action", "meal", action="Tell"),
        meal=act("event", "end", event="Restaurant"),
        end=act("end"),
    )
    world.send("Lobby", amount=99.5)
    world.run()
    assert "99.5" in world.instance().state
    assert Call.objects.count() == 1

    world.pass_time(days=days, seconds=-1)
    world.run()
    assert world.instance().status == Instance.Status.RUNNING

    world.pass_time(seconds=1)
    world.run()
    instance = world.instance()
    assert (instance.status, instance.wake_at) == (Instance.Status.TIMED_OUT, None)
    assert "99.5" not in instance.state
    assert "tell" not in instance.state
    assert Call.objects.count() == 0
    # What reports and re-entrance need stays.
    assert [step.activity for step in StepEvent.objects.order_by("sequence")] == ["lobby", "tell", "meal"]
    assert Entrance.objects.get().last_ended_at == world.now
    world.send("Lobby")
    world.run()
    assert world.discards() == ["reentranceNotAllowed"]


def test_the_call_of_who_has_timed_out_changes_nothing_when_it_returns(world: World, settings: Any) -> None:
    settings.JOURNEY_GLOBAL_TIMEOUT_DAYS = 0.01
    Action.objects.create(sandbox=world.sandbox, name="Tell", url="http://127.0.0.1:1/", payload={})
    world.journey(
        "lobby", lobby=act("event", "tell", event="Lobby"), tell=act("custom_action", action="Tell")
    )
    world.send("Lobby")
    world.drain()
    assert world.instance().position == Instance.Position.CALLING

    world.pass_time(days=0.01)
    world.drain()
    assert world.instance().status == Instance.Status.TIMED_OUT
    assert world.make_calls() == 0
    world.run()
    assert world.instance().status == Instance.Status.TIMED_OUT


def test_longer_waits_where_people_may_stay_longer(world: World, settings: Any) -> None:
    settings.JOURNEY_GLOBAL_TIMEOUT_DAYS = 91
    world.journey("lobby", lobby=act("event", "wait", event="Lobby"), wait=act("wait", duration="P90D"))
    world.send("Lobby")
    world.run()
    assert world.instance().wake_at == world.now + timedelta(days=90)

    settings.JOURNEY_GLOBAL_TIMEOUT_DAYS = 30
    drawn = world.draft(
        "lobby", name="Other", lobby=act("event", "wait", event="Lobby"), wait=act("wait", duration="P31D")
    )
    assert [problem.code for problem in publishing.check(drawn)] == ["ERR_JOURNEY_WAIT_TOO_LONG"]
