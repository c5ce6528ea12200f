"""Labelled fields do not leave the house where a policy forbids it."""

from __future__ import annotations

from typing import Any

import pytest

from journeys.activities.catalog import PolicyInfo
from journeys.definition.check import check
from tests.journeys.drawings import CATALOG, document
from tests.journeys.world import act

PROFILE = "#{ExperiencePlatform.ProfileFieldGroup"
NAMES = {"third-parties": "Not to third parties", "sensitive": "Sensitive"}
NOBODY_ELSE = PolicyInfo("House rules", {"third-parties": NAMES["third-parties"]}, actions=True, sources=True)
ACTIONS_ONLY = PolicyInfo("Privacy", {"sensitive": NAMES["sensitive"]}, actions=True, sources=False)
SOURCES_ONLY = PolicyInfo("Look-ups", {"sensitive": NAMES["sensitive"]}, actions=False, sources=True)


def catalog(*policies: PolicyInfo) -> Any:
    lobby = CATALOG.events["Lobby"]._replace(labels={("text",): frozenset({"third-parties"})})
    return CATALOG._replace(
        events={**CATALOG.events, "Lobby": lobby},
        policies=policies or (NOBODY_ELSE,),
        profile_labels={
            ("person", "name"): frozenset({"third-parties"}),
            ("points",): frozenset({"sensitive"}),
            ("experienceevent", "eventType"): frozenset({"third-parties"}),
        },
    )


def told(drawn: Any, *policies: PolicyInfo, reference: str = "") -> list[tuple[str, str | None, str]]:
    lobby = act("event", "next", event="Lobby", name=reference)
    drawing = document("lobby", lobby=lobby, next=drawn)
    found = check(drawing, catalog(*policies), max_activities=50)
    return [(one.code, one.activity, one.field) for one in found if one.is_error]


def action(source: str) -> Any:
    return act("custom_action", action="Tell", values={"text": source})


def rooms(source: str) -> Any:
    condition = f"#{{Rooms.free.count, params: {{city: {source}}}}} > 0"
    return act("condition", paths=[{"id": "a", "expression": condition}])


BREACHES = [
    "@{Lobby.text}",
    'concat("Dear ", @{Lobby.text})',
    'if (@{Lobby.text} == "x") then ("a") else ("b")',
    '@{Lobby.text, defaultValue: "none"}',
    f"{PROFILE}.person.name.firstName}}",
    f"{PROFILE}.profile.person.name.firstName}}",
    f"{PROFILE}.experienceevent.first().eventType}}",
    f'toString(count({PROFILE}.experienceevent.all(currentDataPackField.eventType == "x")}}))',
]
KEPT = ("ERR_JOURNEY_POLICY", "next", "values.text")


@pytest.mark.parametrize("source", BREACHES)
def test_an_action_is_not_given_a_field_that_a_policy_keeps(source: str) -> None:
    assert set(told(action(source))) == {KEPT}


@pytest.mark.parametrize("source", ['"text"', "toString(@{Lobby.amount})", f"toString({PROFILE}.points}})"])
def test_other_fields_go_out(source: str) -> None:
    assert told(action(source)) == []


def test_an_object_is_kept_that_holds_such_a_field() -> None:
    drawn = act("custom_action", action="Tell", values={"text": '"x"', "more": f"{PROFILE}.person}}"})

    assert told(drawn) == [("ERR_JOURNEY_POLICY", "next", "values.more")]


def test_the_path_of_an_action_goes_out_too() -> None:
    drawn = act("custom_action", action="Tell", values={"text": '"x"'}, path='"guests/" + @{Lobby.text}')

    assert told(drawn) == [("ERR_JOURNEY_POLICY", "next", "path")]


def test_a_field_is_kept_by_whatever_name_the_journey_calls_its_event() -> None:
    assert told(action("@{Arrived.text}"), reference="Arrived") == [KEPT]


@pytest.mark.parametrize(
    ("drawn", "policy", "kept"),
    [
        (action(f"toString({PROFILE}.points}})"), ACTIONS_ONLY, True),
        (action(f"toString({PROFILE}.points}})"), SOURCES_ONLY, False),
        (rooms(f"{PROFILE}.points}}"), ACTIONS_ONLY, False),
        (rooms(f"{PROFILE}.points}}"), SOURCES_ONLY, True),
        (rooms(f"toString({PROFILE}.points}}) + @{{Lobby.text}}"), NOBODY_ELSE, True),
    ],
)
def test_a_policy_says_which_places_it_keeps_fields_from(drawn: Any, policy: PolicyInfo, kept: bool) -> None:
    assert [code for code, _, _ in told(drawn, policy)] == ["ERR_JOURNEY_POLICY"] * kept


def test_the_problem_names_field_label_and_policy() -> None:
    drawing = document("lobby", lobby=act("event", "next", event="Lobby"), next=action("@{Lobby.text}"))

    (problem,) = check(drawing, catalog(), max_activities=50)

    assert problem.message == (
        "@{Lobby.text} is labelled “Not to third parties”, and the policy “House rules” keeps such fields "
        "from custom actions; leave it out."
    )


def test_conditions_and_messages_of_the_house_may_look_at_labelled_fields() -> None:
    inside = act("condition", paths=[{"id": "a", "expression": '@{Lobby.text} == "x"'}])
    message = act("email", template="Hello", values={"name": "@{Lobby.text}"})

    assert told(inside) == []
    assert "ERR_JOURNEY_POLICY" not in {code for code, _, _ in told(message)}
