"""Days, hours, dates, moments and time zones: what the machine makes of them, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from journeys.engine.decide import (
    Arrival,
    Decision,
    Plan,
    Returned,
    Status,
    StepStatus,
    Surroundings,
    Woke,
    decide,
    enter,
)
from tests.journeys.drawings import LOBBY, MEAL, plan
from tests.journeys.world import act

INSTANCE = UUID("00000000-0000-7000-8000-000000000001")
BERLIN = {"time_zone": "Europe/Berlin"}
PERSONAL = {"time_zone": "Europe/Berlin", "use_profile_time_zone": True}
START = act("event", "next", event="Lobby")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def around(now: datetime, profile: Any = None) -> Surroundings:
    return Surroundings(now=now, namespace="CRMID", person_id="anna", profile=profile)


def begin(drawn: Plan, now: datetime, profile: Any = None, **payload: Any) -> Decision:
    arrival = Arrival(1, (LOBBY,), now, payload)
    return enter(drawn, INSTANCE, arrival, around(now, profile), ends_at=now + timedelta(days=400))


def taken(decision: Decision) -> str:
    """The path out of the second step, or how it ended."""
    step = decision.steps[1]
    return step.path or step.status.name


# --- Time conditions ------------------------------------------------------------------------------

OFFICE = {
    "id": "office",
    "days": ["mon", "tue", "wed", "thu", "fri"],
    "hours": [{"from": "09:00", "to": "17:30"}],
}
LUNCH_OR_NIGHT = {"id": "two", "hours": [{"from": "12:00", "to": "13:00"}, {"from": "22:00", "to": "06:00"}]}
FRIDAY_NIGHT = {"id": "night", "days": ["fri"], "hours": [{"from": "22:00", "to": "02:00"}]}
WEEKEND = {"id": "weekend", "days": ["sat", "sun"]}
WHOLE_DAY = {"id": "round", "days": ["sun"], "hours": [{"from": "06:00", "to": "06:00"}]}
TO_MIDNIGHT = {"id": "evening", "days": ["sun"], "hours": [{"from": "18:00", "to": "00:00"}]}


# 2026-03-01 is a Sunday; in Berlin clocks go forward on 29 March at 2:00, back on 25 October at 3:00.
@pytest.mark.parametrize(
    ("path", "now", "expected"),
    [
        (OFFICE, "2026-03-02T09:00+01:00", "office"),
        (OFFICE, "2026-03-02T08:59:59.999999+01:00", "other"),
        (OFFICE, "2026-03-06T17:29:59.999999+01:00", "office"),
        (OFFICE, "2026-03-06T17:30+01:00", "other"),
        (OFFICE, "2026-03-07T12:00+01:00", "other"),
        (OFFICE, "2026-03-06T23:30-11:00", "other"),  # Saturday 11:30 in Berlin
        (OFFICE, "2026-03-08T23:30-10:00", "office"),  # Monday 10:30 in Berlin
        (LUNCH_OR_NIGHT, "2026-03-04T12:59:59+01:00", "two"),
        (LUNCH_OR_NIGHT, "2026-03-04T13:00+01:00", "other"),
        (LUNCH_OR_NIGHT, "2026-03-04T22:00+01:00", "two"),
        (LUNCH_OR_NIGHT, "2026-03-04T05:59:59+01:00", "two"),
        (LUNCH_OR_NIGHT, "2026-03-04T06:00+01:00", "other"),
        (FRIDAY_NIGHT, "2026-03-06T21:59+01:00", "other"),
        (FRIDAY_NIGHT, "2026-03-06T22:00+01:00", "night"),
        (FRIDAY_NIGHT, "2026-03-07T01:59:59+01:00", "night"),  # it is Saturday by now
        (FRIDAY_NIGHT, "2026-03-07T02:00+01:00", "other"),
        (FRIDAY_NIGHT, "2026-03-06T01:00+01:00", "other"),  # Thursday's night
        (FRIDAY_NIGHT, "2026-03-07T23:00+01:00", "other"),
        (WEEKEND, "2026-03-07T00:00+01:00", "weekend"),
        (WEEKEND, "2026-03-08T23:59:59+01:00", "weekend"),
        (WEEKEND, "2026-03-09T00:00+01:00", "other"),
        (WHOLE_DAY, "2026-03-01T06:00+01:00", "round"),
        (WHOLE_DAY, "2026-03-02T05:59+01:00", "round"),
        (WHOLE_DAY, "2026-03-02T06:00+01:00", "other"),
        (TO_MIDNIGHT, "2026-03-01T23:59:59+01:00", "evening"),
        (TO_MIDNIGHT, "2026-03-02T00:00+01:00", "other"),
        # By the clocks: an hour that is skipped does not come, one that comes twice counts both times.
        ({"id": "gap", "hours": [{"from": "02:00", "to": "03:00"}]}, "2026-03-29T00:30Z", "other"),
        ({"id": "gap", "hours": [{"from": "02:00", "to": "03:00"}]}, "2026-03-29T01:00Z", "other"),
        ({"id": "twice", "hours": [{"from": "02:00", "to": "03:00"}]}, "2026-10-25T00:30Z", "twice"),
        ({"id": "twice", "hours": [{"from": "02:00", "to": "03:00"}]}, "2026-10-25T01:30Z", "twice"),
        ({"id": "twice", "hours": [{"from": "02:00", "to": "03:00"}]}, "2026-10-25T02:00Z", "other"),
    ],
)
def test_a_time_condition(path: dict[str, Any], now: str, expected: str) -> None:
    drawn = plan("lobby", properties=BERLIN, lobby=START, next=act("time_condition", paths=[path]))

    assert taken(begin(drawn, at(now))) == expected


def test_the_first_path_whose_time_it_is_wins_and_nobody_else_goes_on() -> None:
    both = [{"id": "a", "days": ["sun"]}, {"id": "b", "days": ["sun", "mon"]}]
    drawn = plan("lobby", lobby=START, next=act("time_condition", paths=both, other=False))

    assert taken(begin(drawn, at("2026-03-01T12:00Z"))) == "a"
    assert taken(begin(drawn, at("2026-03-02T12:00Z"))) == "b"
    nobody = begin(drawn, at("2026-03-03T12:00Z"))
    assert taken(nobody) == "ENDED"
    assert nobody.state.status is Status.FINISHED


# --- Date conditions ------------------------------------------------------------------------------

MARCH = {"id": "march", "from": "2026-03-01T00:00", "to": "2026-04-01T00:00"}
FROM_APRIL = {"id": "later", "from": "2026-04-01T00:00"}
BEFORE = {"id": "before", "to": "2026-03-01T00:00"}


@pytest.mark.parametrize(
    ("path", "now", "expected"),
    [
        (MARCH, "2026-02-28T22:59:59Z", "other"),
        (MARCH, "2026-02-28T23:00Z", "march"),  # midnight in Berlin
        (MARCH, "2026-03-31T21:59:59Z", "march"),
        (MARCH, "2026-03-31T22:00Z", "other"),  # midnight in Berlin, in summer
        (FROM_APRIL, "2026-03-31T21:59Z", "other"),
        (FROM_APRIL, "2026-03-31T22:00Z", "later"),
        (FROM_APRIL, "2199-01-01T00:00Z", "later"),
        (BEFORE, "2026-02-28T22:59:59Z", "before"),
        (BEFORE, "2026-02-28T23:00Z", "other"),
        # A time that is skipped moves forward, of one that comes twice the first counts.
        ({"id": "gap", "from": "2026-03-29T02:30"}, "2026-03-29T01:29:59Z", "other"),
        ({"id": "gap", "from": "2026-03-29T02:30"}, "2026-03-29T01:30Z", "gap"),
        ({"id": "twice", "from": "2026-10-25T02:30"}, "2026-10-25T00:29:59Z", "other"),
        ({"id": "twice", "from": "2026-10-25T02:30"}, "2026-10-25T00:30Z", "twice"),
    ],
)
def test_a_date_condition(path: dict[str, Any], now: str, expected: str) -> None:
    drawn = plan("lobby", properties=BERLIN, lobby=START, next=act("date_condition", paths=[path]))

    assert taken(begin(drawn, at(now))) == expected


# --- Waits ----------------------------------------------------------------------------------------

NOON = at("2026-03-01T12:00Z")


def wait(type: str, **config: Any) -> dict[str, Any]:
    return act("wait", {"next": ["end"]}, type=type, **config)


@pytest.mark.parametrize(
    ("config", "due"),
    [
        ({"type": "duration", "duration": "PT1H30M"}, "2026-03-01T13:30Z"),
        ({"type": "date_time", "at": "2026-03-02T08:30"}, "2026-03-02T07:30Z"),
        ({"type": "date_time", "at": "2026-03-29T02:30"}, "2026-03-29T01:30Z"),  # skipped: 3:30
        ({"type": "date_time", "at": "2026-03-29T02:00"}, "2026-03-29T01:00Z"),  # skipped: 3:00
        ({"type": "date_time", "at": "2026-10-25T02:30"}, "2026-10-25T00:30Z"),  # twice: the first
        ({"type": "custom", "expression": 'toDateTimeOnly("2026-03-02T08:30")'}, "2026-03-02T07:30Z"),
        ({"type": "custom", "expression": 'toDateTimeOnly("2026-03-29T02:30")'}, "2026-03-29T01:30Z"),
        ({"type": "custom", "expression": 'toDateTimeOnly("2026-10-25T02:30")'}, "2026-10-25T00:30Z"),
        ({"type": "custom", "expression": 'toDateTime("2026-03-02T08:30-05:00")'}, "2026-03-02T13:30Z"),
        ({"type": "custom", "expression": 'nowWithDelta(1, "days")'}, "2026-03-02T12:00Z"),
        ({"type": "custom", "expression": "toDateTime(@{Lobby.text})"}, "2026-03-01T12:00:01Z"),
    ],
)
def test_a_wait_holds_until_its_moment_and_not_a_moment_less(config: dict[str, Any], due: str) -> None:
    drawn = plan("lobby", properties=BERLIN, lobby=START, next=act("wait", "end", **config), end=act("end"))
    state = begin(drawn, NOON, text="2026-03-01T12:00:01Z").state
    assert state.wake_at == at(due)

    early = decide(drawn, state, Woke(), around(at(due) - timedelta(microseconds=1)))
    assert early == Decision(state)
    assert decide(drawn, state, Woke(), around(at(due))).state.status is Status.FINISHED


@pytest.mark.parametrize(
    "config",
    [
        {"duration": "PT0S"},
        {"type": "date_time", "at": "2026-03-01T13:00"},  # it is 13:00 in Berlin
        {"type": "date_time", "at": "1999-12-31T23:59"},
        {"type": "custom", "expression": "now()"},
        {"type": "custom", "expression": 'toDateTimeOnly("2026-03-01T12:59:59")'},
        {"type": "custom", "expression": 'toDateTime("0001-01-02T00:00:00Z")'},
    ],
)
@pytest.mark.parametrize("in_test", [False, True])
def test_whose_moment_is_over_goes_on_at_once(config: dict[str, Any], in_test: bool) -> None:
    drawn = plan("lobby", in_test=in_test, properties=BERLIN, lobby=START, next=act("wait", **config))

    decision = begin(drawn, NOON)

    assert decision.state.status is Status.FINISHED
    assert [step.at for step in decision.steps] == [NOON, NOON]


@pytest.mark.parametrize("text", [None, "no date", "0001-01-01T00:00:00+02:00"])
@pytest.mark.parametrize("alternative", [True, False])
def test_a_custom_wait_without_a_moment_fails(text: str | None, alternative: bool) -> None:
    ways = {"next": ["end"], **({"error": ["sorry"]} if alternative else {})}
    sorry = {"sorry": act("end")} if alternative else {}
    pause = act("wait", ways, type="custom", expression="toDateTime(@{Lobby.text})", error_path=alternative)
    drawn = plan("lobby", lobby=START, next=pause, end=act("end"), **sorry)

    decision = begin(drawn, NOON, text=text)

    assert decision.steps[1].status is StepStatus.ERROR
    assert decision.steps[1].path == ("error" if alternative else "")
    assert decision.state.status is (Status.FINISHED if alternative else Status.ERROR)
    assert decision.state.properties["lastNodeTypeInError"] == "wait"


def test_a_custom_wait_in_a_race_that_fails_takes_its_own_alternative_path() -> None:
    drawn = plan(
        "lobby",
        lobby=act("event", {"next": ["meal", "until"]}, event="Lobby"),
        meal=act("event", event="Meal"),
        until=act(
            "wait", {"error": ["end"]}, type="custom", expression="toDateTime(@{Lobby.text})", error_path=True
        ),
        end=act("end"),
    )
    decision = begin(drawn, NOON, text="soon")

    assert [f"{step.activity}>{step.path}" for step in decision.steps] == [
        "lobby>next",
        "until>error",
        "end>",
    ]


def _until_rooms(city: str) -> dict[str, Any]:
    moment = f'nowWithDelta(#{{Rooms.free.count, params: {{city: "{city}"}}}}, "minutes")'
    return act("wait", {"error": ["end"]}, type="custom", expression=moment, error_path=True)


def test_data_of_a_race_that_nobody_fetched_lead_to_the_alternative_path_of_who_wanted_them_first() -> None:
    drawn = plan(
        "lobby",
        lobby=act("event", {"next": ["meal", "rome", "oslo"]}, event="Lobby"),
        meal=act("event", event="Meal"),
        rome=_until_rooms("Rome"),
        oslo=_until_rooms("Oslo"),
        end=act("end"),
    )
    waiting = begin(drawn, NOON).state
    assert len(waiting.pending) == 2
    assert waiting.wake_at is not None

    decision = decide(drawn, waiting, Woke(), around(waiting.wake_at))

    assert [(step.activity, step.status, step.path) for step in decision.steps] == [
        ("rome", StepStatus.TIMED_OUT, "error"),
        ("end", StepStatus.ENDED, ""),
    ]


def test_data_of_a_race_that_fail_lead_to_the_alternative_path_of_who_wanted_them() -> None:
    """Be it that they cannot be asked for, or that the answer is an error."""
    by_text = 'nowWithDelta(#{Rooms.free.count, params: {city: toInteger(@{Lobby.text})}}, "minutes")'
    drawn = plan(
        "lobby",
        lobby=act("event", {"next": ["meal", "until"]}, event="Lobby"),
        meal=act("event", event="Meal"),
        until=act("wait", {"error": ["end"]}, type="custom", expression=by_text, error_path=True),
        end=act("end"),
    )
    not_asked = begin(drawn, NOON, text="no number")
    assert [f"{step.activity}>{step.path}" for step in not_asked.steps][1:] == ["until>error", "end>"]

    asked = begin(drawn, NOON, text="7")
    answer = Returned(asked.calls[0].key, "http", "503", None, "No.", 1)
    failed = decide(drawn, asked.state, answer, around(NOON))
    assert [f"{step.activity}>{step.path}" for step in failed.steps] == ["until>error", "end>"]


def test_all_waits_of_a_race_get_their_data_first_and_count_from_the_same_moment() -> None:
    """The data come a minute later; the race began when the person came to it."""
    free = 'nowWithDelta(#{Rooms.free.count, params: {city: #{Weather.here.city}}}, "minutes")'
    drawn = plan(
        "lobby",
        lobby=act("event", {"next": ["hour", "until", "again", "meal"]}, event="Lobby"),
        hour=act("wait", duration="PT1H"),
        until=act("wait", type="custom", expression=free),
        again=act("wait", type="custom", expression=free),
        meal=act("event", event="Meal"),
    )
    first = begin(drawn, NOON)
    assert [(call.activity, call.spec) for call in first.calls] == [("until", {"group": 11, "params": {}})]
    later = around(NOON + timedelta(minutes=1))
    second = decide(
        drawn, first.state, Returned(first.calls[0].key, "ok", "", {"city": "Rome"}, "", 1), later
    )
    third = decide(drawn, second.state, Returned(second.calls[0].key, "ok", "", {"count": 30}, "", 1), later)

    assert [(timer.activity, timer.due) for timer in third.state.timers] == [
        ("hour", NOON + timedelta(hours=1)),
        ("until", NOON + timedelta(minutes=30)),
        ("again", NOON + timedelta(minutes=30)),
    ]
    event = Arrival(2, (MEAL,), NOON + timedelta(minutes=30), {})
    won = decide(drawn, third.state, event, around(NOON + timedelta(hours=2)))
    assert won.steps[0].activity == "until"


# --- Whose time zone ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("properties", "profile", "zone"),
    [
        (BERLIN, {"timeZone": "America/Lima"}, "Europe/Berlin"),
        (PERSONAL, {"timeZone": "America/Lima"}, "America/Lima"),
        (PERSONAL, {"timeZone": "+05:30"}, "Asia/Kolkata"),
        (PERSONAL, {"timeZone": "UTC"}, "UTC"),
        (PERSONAL, {"timeZone": "Nowhere/At-All"}, "Europe/Berlin"),
        (PERSONAL, {"timeZone": ""}, "Europe/Berlin"),
        (PERSONAL, {"timeZone": "../../etc/passwd"}, "Europe/Berlin"),
        (PERSONAL, {"timeZone": 5}, "Europe/Berlin"),
        (PERSONAL, {"timeZone": None}, "Europe/Berlin"),
        (PERSONAL, {}, "Europe/Berlin"),
        (PERSONAL, None, "Europe/Berlin"),
    ],
)
@pytest.mark.parametrize(
    "next",
    [
        act("time_condition", paths=[{"id": "yes", "hours": [{"from": "12:00", "to": "12:01"}]}]),
        act("date_condition", paths=[{"id": "yes", "from": "2026-06-01T12:00", "to": "2026-06-01T12:01"}]),
        act(
            "condition",
            paths=[{"id": "yes", "expression": 'inLastHours(toDateTimeOnly("2026-06-01T12:00"), 0)'}],
        ),
    ],
    ids=["time", "date", "expression"],
)
def test_the_profile_s_zone_counts_where_the_journey_says_so(
    properties: dict[str, Any], profile: Any, zone: str, next: dict[str, Any]
) -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    drawn = plan("lobby", properties=properties, lobby=START, next=next)

    assert taken(begin(drawn, noon, profile)) == "yes"
    assert taken(begin(drawn, noon + timedelta(minutes=1), profile)) == "other"


@pytest.mark.parametrize(
    "config",
    [
        {"type": "date_time", "at": "2026-03-02T08:30"},
        {"type": "custom", "expression": 'toDateTimeOnly("2026-03-02T08:30")'},
    ],
)
def test_waits_go_by_the_profile_s_zone_too(config: dict[str, Any]) -> None:
    drawn = plan("lobby", properties=PERSONAL, lobby=START, next=act("wait", **config))

    assert begin(drawn, NOON, {"timeZone": "America/Lima"}).state.wake_at == at("2026-03-02T13:30Z")
