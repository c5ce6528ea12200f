"""Data that a step fetches, the instant it sees, and what later expressions can tell of errors and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from datasources.platform.field_groups.choosing import choice_of, chosen_type
from journeyorch.expressions import FieldGroupScope
from journeys.activities.catalog import ProfileGroupInfo
from journeys.engine.decide import Arrival, Decision, Plan, Returned, Surroundings, decide, enter
from tests.journeys.drawings import CATALOG, LOBBY, plan
from tests.journeys.world import act

INSTANCE = UUID("00000000-0000-7000-8000-000000000001")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = act("event", "next", event="Lobby")


def around(now: datetime = NOON) -> Surroundings:
    return Surroundings(now=now, namespace="CRMID", person_id="anna")


def begin(drawn: Plan, **payload: Any) -> Decision:
    arrival = Arrival(1, (LOBBY,), NOON, payload)
    return enter(drawn, INSTANCE, arrival, around(), ends_at=NOON + timedelta(days=30))


def answered(drawn: Plan, before: Decision, *, after: float = 1, call: int = 0, **returned: Any) -> Decision:
    """What comes of a call's result, ``after`` seconds."""
    given = {"status": "ok", "code": "200", "data": None, "message": "", "elapsed_ms": 12, **returned}
    result = Returned(before.calls[call].key, **given)
    return decide(drawn, before.state, result, around(NOON + timedelta(seconds=after)))


def path(*decisions: Decision) -> list[str]:
    return [f"{step.activity}>{step.path}" for decision in decisions for step in decision.steps]


def condition(*expressions: str, to: dict[str, list[str]] | None = None, **more: Any) -> dict[str, Any]:
    paths = [{"id": f"p{number}", "expression": one} for number, one in enumerate(expressions)]
    return act("condition", to or {}, paths=paths, **more)


# --- Field groups of profiles ----------------------------------------------------------------------


def tell(name: str, more: str, *, to: str | None = None) -> Any:
    return act("custom_action", to, action="Tell", name=name, values={"text": '"x"', "more": more})


def test_expressions_see_of_a_person_what_the_field_group_shows() -> None:
    """Also in what is read as a whole."""
    choice = choice_of(["person.name.firstName", "experienceevent.eventType"])
    scope = FieldGroupScope(chosen_type(CATALOG.profile, choice))
    groups = {**CATALOG.profile_groups, "Some": ProfileGroupInfo(scope, choice)}
    some, everything = "#{ExperiencePlatform.Some.%s}", "#{ExperiencePlatform.ProfileFieldGroup.%s}"
    drawn = plan(
        "lobby",
        catalog=CATALOG._replace(profile_groups=groups),
        lobby=START,
        next=condition(some % "person.name.firstName" + ' == "Anna"', to={"p0": ["first"]}),
        first=tell("One", some % "person", to="second"),
        second=tell("Two", some % "experienceevent", to="third"),
        third=tell("Three", everything % "person"),
    )
    profile = {
        "points": 3,
        "person": {"name": {"firstName": "Anna", "lastName": "Ott"}, "gender": "female"},
        "experienceevent": [{"eventType": "lobby", "timestamp": "2026-03-01T11:00:00Z"}],
    }
    known = Surroundings(now=NOON, namespace="CRMID", person_id="anna", profile=profile)
    decision = enter(
        drawn, INSTANCE, Arrival(1, (LOBBY,), NOON, {}), known, ends_at=NOON + timedelta(days=30)
    )
    sent = []
    while decision.calls:
        call = decision.calls[0]
        sent.append(call.spec["values"]["more"])
        decision = decide(drawn, decision.state, Returned(call.key, "ok", "200", None, "", 12), known)

    assert sent == [{"name": {"firstName": "Anna"}}, [{"eventType": "lobby"}], profile["person"]]


# --- Fetches --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["uuid()", 'toString(random()) + "x"', "toString(now())"])
def test_data_are_found_by_what_was_asked_not_by_asking_again(value: str) -> None:
    """A random parameter, evaluated a second time, would name other data, which nobody fetched."""
    free = f"#{{Rooms.free.count, params: {{city: {value}}}}}"
    drawn = plan("lobby", lobby=START, next=condition(f"{free} == 1", f"{free} == 4 and {free} > 3"))
    first = begin(drawn)
    assert len(first.calls) == 1, "written the same, it is the same data"

    assert path(answered(drawn, first, data={"count": 4})) == ["next>p1"]


def test_data_that_other_data_were_asked_with_may_have_been_random() -> None:
    weather = "#{Rooms.free.count, params: {city: uuid()}}"
    drawn = plan(
        "lobby",
        lobby=START,
        next=condition(f"#{{Rooms.free.count, params: {{city: toString({weather})}}}} == 9"),
    )
    first = begin(drawn)
    second = answered(drawn, first, data={"count": 7})
    assert second.calls[0].spec["params"] == {"city": "7"}

    assert path(answered(drawn, second, data={"count": 9})) == ["next>p0"]


def test_a_field_group_is_fetched_once_for_a_step_however_many_expressions_read_it() -> None:
    city = "#{Weather.here.city}"
    drawn = plan(
        "lobby", lobby=START, next=condition(f'{city} == "Oslo"', f'{city} == "Rome"', f"{city} is null")
    )

    first = begin(drawn)

    assert [call.spec for call in first.calls] == [{"group": 11, "params": {}}]
    assert path(answered(drawn, first, data={"city": "Rome"})) == ["next>p1"]


def test_other_parameters_are_other_data() -> None:
    free = [f'#{{Rooms.free.count, params: {{city: "{city}"}}}}' for city in ("Rome", "Oslo")]
    drawn = plan("lobby", lobby=START, next=condition(f"{free[0]} < {free[1]}"))
    first = begin(drawn)
    assert [call.spec["params"] for call in first.calls] == [{"city": "Rome"}, {"city": "Oslo"}]

    second = answered(drawn, first, data={"count": 1})
    third = answered(drawn, second._replace(calls=first.calls), call=1, data={"count": 2})

    assert path(third) == ["next>p0"]
    assert third.state.data == {
        "Rooms.free?city='Rome'": {"count": 1},
        "Rooms.free?city='Oslo'": {"count": 2},
    }


def test_now_is_the_moment_at_which_the_person_came_also_when_the_data_took_their_time() -> None:
    """The parameters are evaluated at noon, the condition an hour later: both see noon."""
    free = "#{Rooms.free.count, params: {city: toString(now())}}"
    noon = 'toDateTime("2026-03-01T12:00:00Z")'
    drawn = plan(
        "lobby",
        lobby=START,
        next=condition(f"{free} > 0 and now() == {noon}", to={"p0": ["then"]}),
        then=condition(f'now() == {noon} + toDuration("PT1H")'),
    )
    first = begin(drawn)
    assert first.calls[0].spec["params"] == {"city": "2026-03-01T12:00Z"}

    assert path(answered(drawn, first, after=3600, data={"count": 1})) == ["next>p0", "then>p0"]


# --- Journey properties ---------------------------------------------------------------------------

TELL = act(
    "custom_action",
    {"next": ["look"], "error": ["look"]},
    action="Tell",
    values={"text": '"x"'},
    error_path=True,
)
MAIL = act(
    "email",
    {"next": ["look"], "error": ["look"]},
    template="Hello",
    parameters={"name": '"x"'},
    error_path=True,
)
WEATHER = condition(
    '#{Weather.here.city} == "Rome"',
    to={"p0": ["look"], "other": ["look"], "error": ["look"]},
    error_path=True,
)


@pytest.mark.parametrize(
    ("kind", "status", "code", "seen"),
    [
        (TELL, "http", "503", "503"),
        (TELL, "http", "404", "404"),
        (TELL, "capped", "capped", "capped"),
        (TELL, "timedOut", "timedOut", "timedOut"),
        (TELL, "timedOut", "", "timedOut"),
        (TELL, "error", "refused", "error"),
        (TELL, "error", "", "error"),
        (MAIL, "error", "noConsent", "noConsent"),
        (MAIL, "error", "", "error"),
        (MAIL, "http", "500", "500"),
        (WEATHER, "http", "401", "401"),
        (WEATHER, "capped", "capped", "capped"),
        (WEATHER, "timedOut", "timedOut", "timedOut"),
        (WEATHER, "error", "notJson", "error"),
    ],
)
def test_the_last_error_is_told_by_its_kind(kind: dict[str, Any], status: str, code: str, seen: str) -> None:
    own = "lastDataFetchErrorCode" if kind is WEATHER else "lastExecutedActionErrorCode"
    types = {"custom_action": "customAction", "email": "message", "condition": "condition"}
    expected = {
        "lastErrorCode": seen,
        own: seen,
        "lastNodeUIDInError": "next",
        "lastNodeNameInError": {"custom_action": "Tell", "email": "Email", "condition": "Condition"}[
            kind["kind"]
        ],
        "lastNodeTypeInError": types[kind["kind"]],
        "previousNodeId": "next",
        "currentNodeId": "look",
    }
    look = " and ".join(f'@{{JourneyProperties.{name}}} == "{value}"' for name, value in expected.items())
    drawn = plan("lobby", lobby=START, next=kind, look=condition(look))

    decision = answered(drawn, begin(drawn), status=status, code=code)

    assert path(decision) == ["next>error", "look>p0"]


@pytest.mark.parametrize("status", ["ok", "http", "timedOut"])
@pytest.mark.parametrize(
    ("kind", "elapsed"),
    [(TELL, "lastActionExecutionElapsedTime"), (WEATHER, "lastDataFetchElapsedTime")],
    ids=["action", "fetch"],
)
def test_the_time_of_the_last_call_is_told_however_it_ended(
    kind: dict[str, Any], elapsed: str, status: str
) -> None:
    drawn = plan("lobby", lobby=START, next=kind, look=condition(f"@{{JourneyProperties.{elapsed}}} == 345"))

    decision = answered(drawn, begin(drawn), status=status, elapsed_ms=345)

    assert path(decision)[1] == "look>p0"


def test_a_good_call_takes_back_the_error_of_the_last_one_of_its_kind_only() -> None:
    both = (
        "@{JourneyProperties.lastExecutedActionErrorCode} is null"
        ' and @{JourneyProperties.lastErrorCode} == "503"'
        ' and @{JourneyProperties.lastNodeUIDInError} == "next"'
    )
    again = {**TELL, "name": "second"}
    first_call = {**TELL, "to": {"error": ["again"]}}
    drawn = plan("lobby", lobby=START, next=first_call, again=again, look=condition(both))

    failed = answered(drawn, begin(drawn), status="http", code="503")

    assert path(answered(drawn, failed)) == ["again>next", "look>p0"]


def test_an_error_of_an_expression_is_told_as_error() -> None:
    look = condition(
        '@{JourneyProperties.lastErrorCode} == "error"'
        " and @{JourneyProperties.lastDataFetchErrorCode} is null"
    )
    fails = condition("toInteger(@{Lobby.text}) > 1", to={"error": ["look"]}, error_path=True)
    drawn = plan("lobby", lobby=START, next=fails, look=look)

    assert path(begin(drawn, text="x"))[1:] == ["next>error", "look>p0"]


def test_the_previous_step_is_the_one_that_led_here() -> None:
    look = condition(
        '@{JourneyProperties.previousNodeId} == "lower" and @{JourneyProperties.previousNodeName} == "Wait"'
        ' and @{JourneyProperties.currentNodeName} == "Condition"'
    )
    drawn = plan(
        "lobby",
        lobby=act("event", {"next": ["upper", "lower"]}, event="Lobby"),
        upper=act("wait", duration="PT1H"),
        lower=act("wait", "look", duration="PT0S"),
        look=look,
    )
    assert path(begin(drawn))[-1] == "look>p0"


def test_who_and_where() -> None:
    expected = {
        "instanceUID": str(INSTANCE),
        "externalKey": "anna",
        "profileId": "anna",
        "namespace": "CRMID",
    }
    look = " and ".join(f'@{{JourneyProperties.{name}}} == "{value}"' for name, value in expected.items())
    drawn = plan("lobby", lobby=START, next=condition(look))

    assert path(begin(drawn))[-1] == "next>p0"


# --- States of the first release ------------------------------------------------------------------


def test_a_step_that_the_first_release_began_goes_on() -> None:
    """Its states do not tell what was asked: the parameters are evaluated again, as it did."""
    free = "#{Rooms.free.count, params: {city: #{Weather.here.city}}}"
    drawn = plan("lobby", lobby=START, next=condition(f'{free} == 4 and #{{Weather.here.city}} == "Rome"'))
    first = begin(drawn)
    second = answered(drawn, first, data={"city": "Rome"})
    old = second._replace(state=second.state._replace(asked={}))

    assert path(answered(drawn, old, data={"count": 4})) == ["next>p0"]
