"""What each kind of activity may be configured to, at its limits."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import gettext, override

from journeys.activities.base import kinds, read_config, shown_name
from journeys.definition.document import ActivityDocument

PATH = {"id": "a", "expression": "true"}
HOUR = {"from": "09:00", "to": "10:00"}


def parts(*percents: Any) -> list[dict[str, Any]]:
    return [{"id": f"p{number}", "percent": percent} for number, percent in enumerate(percents)]


LIMITS: list[tuple[str, dict[str, Any], bool]] = [
    ("event", {"event": "Lobby"}, True),
    ("event", {"event": ""}, False),
    ("event", {}, False),
    ("event", {"event": "Lobby", "timeout": "PT1S"}, True),
    ("event", {"event": "Lobby", "timeout": "P90D"}, True),
    ("event", {"event": "Lobby", "timeout": "PT0S"}, False),
    ("event", {"event": "Lobby", "timeout": "P91D"}, False),
    ("event", {"event": "Lobby", "timeout": "-PT1H"}, False),
    ("event", {"event": "Lobby", "timeout": "an hour"}, False),
    ("event", {"event": "Lobby", "timeout": None}, True),
    ("event", {"event": "Lobby", "timeuot": "PT1H"}, False),
    ("reaction", {"message": "mail", "reaction": "opened"}, True),
    ("reaction", {"message": "mail", "reaction": "opened", "timeout": "PT40S", "timeout_path": True}, True),
    ("reaction", {"message": "mail", "reaction": "opened", "timeout": "P29D"}, True),
    ("reaction", {"message": "mail", "reaction": "opened", "timeout": "PT39.9S"}, False),
    ("reaction", {"message": "mail", "reaction": "opened", "timeout": "P29DT1S"}, False),
    ("reaction", {"message": "mail", "reaction": "eaten"}, False),
    ("reaction", {"reaction": "opened"}, False),
    ("reaction", {"message": "no id!", "reaction": "opened"}, False),
    ("jump", {"journey": "u-2", "event": "Meal", "values": {"amount": "1"}}, True),
    ("jump", {"journey": "u-2"}, False),
    ("jump", {"journey": "", "event": "Meal"}, False),
    ("jump", {"journey": "u-2", "event": "Meal", "values": {"amount": 1}}, False),
    ("segment_qualification", {"segment": "Rich"}, True),
    ("segment_qualification", {"segment": "Rich", "on": "both", "namespace": "Email"}, True),
    ("segment_qualification", {"segment": "Rich", "on": "never"}, False),
    ("segment_qualification", {"segment": ""}, False),
    ("segment_qualification", {"segment": "Rich", "timeout": "P91D"}, False),
    ("wait", {"duration": "PT0S"}, True),
    ("wait", {"duration": "P90D"}, True),
    ("wait", {"duration": "P90DT1S"}, False),
    ("wait", {"duration": "-PT1S"}, False),
    ("wait", {"duration": ""}, False),
    ("wait", {"duration": None}, False),
    ("wait", {}, False),
    ("wait", {"type": "date_time", "at": "2026-03-29T02:30"}, True),
    ("wait", {"type": "date_time", "at": "2199-12-31T23:59:59"}, True),
    ("wait", {"type": "date_time", "at": "2200-01-01T00:00"}, False),
    ("wait", {"type": "custom", "expression": "now()", "error_path": True}, True),
    ("time_condition", {"paths": [{"id": "a", "days": ["mon", "sun"]}]}, True),
    ("time_condition", {"paths": [{"id": "a", "hours": [HOUR] * 24}]}, True),
    ("time_condition", {"paths": [{"id": "a", "hours": [HOUR] * 25}]}, False),
    ("time_condition", {"paths": [{"id": "a", "hours": [{"from": "00:00"}]}]}, False),
    ("time_condition", {"paths": [{"id": f"p{n}", "days": ["mon"]} for n in range(50)]}, True),
    ("time_condition", {"paths": [{"id": f"p{n}", "days": ["mon"]} for n in range(51)]}, False),
    ("date_condition", {"paths": [{"id": "a", "to": "2026-03-01T00:00"}]}, True),
    ("date_condition", {"paths": [{"id": "a"}]}, False),
    ("profile_cap", {}, True),
    ("profile_cap", {"count": 1}, True),
    ("profile_cap", {"count": 0}, False),
    ("profile_cap", {"count": 2**31 - 1}, True),
    ("profile_cap", {"count": 2**31}, False),
    ("update_profile", {"fields": {f"f{n}": "1" for n in range(50)}}, True),
    ("update_profile", {"fields": {f"f{n}": "1" for n in range(51)}}, False),
    ("update_profile", {"fields": {}}, False),
    ("update_profile", {"fields": {"a": 1}}, False),
    ("condition", {"paths": [PATH]}, True),
    ("condition", {"paths": []}, False),
    ("condition", {"paths": [{**PATH, "id": f"p{number}"} for number in range(50)]}, True),
    ("condition", {"paths": [{**PATH, "id": f"p{number}"} for number in range(51)]}, False),
    ("condition", {"paths": [{"id": "a"}]}, False),
    ("condition", {"paths": [{**PATH, "id": "not an id"}]}, False),
    ("condition", {"paths": [{**PATH, "label": "x" * 121}]}, False),
    ("split", {"parts": parts(50, 50)}, True),
    ("split", {"parts": parts(0, 100)}, True),
    ("split", {"parts": parts(100)}, False),
    ("split", {"parts": parts(*[5] * 20)}, True),
    ("split", {"parts": parts(*[5] * 21)}, False),
    ("split", {"parts": parts(-1, 101)}, False),
    ("split", {"parts": parts("NaN", 50)}, False),
    ("custom_action", {"action": "Tell"}, True),
    ("custom_action", {"action": ""}, False),
    ("custom_action", {"action": "Tell", "values": {"text": 3}}, False),
    ("custom_action", {"action": "Tell", "error_path": "perhaps"}, False),
    ("email", {"template": "Hello"}, True),
    ("email", {"template": ""}, False),
    ("sms", {"template": "Hello", "address": None}, False),
    ("push", {"template": "Hello", "parameters": []}, False),
    ("end", {}, True),
    ("end", {"label": "x"}, False),
]


@pytest.mark.parametrize(("kind", "config", "fits"), LIMITS, ids=range(len(LIMITS)))
def test_a_configuration_is_read_within_its_limits(kind: str, config: dict[str, Any], fits: bool) -> None:
    read, faults = read_config(ActivityDocument(kind=kind, config=config))

    assert (read is not None) == fits
    assert bool(faults) != fits


def test_each_kind_is_tried_here() -> None:
    assert {kind for kind, _, _ in LIMITS} == set(kinds())


@pytest.mark.parametrize("kind", kinds())
def test_each_kind_says_what_the_palette_shows(kind: str) -> None:
    activity = kinds()[kind]

    assert activity.kind == kind
    assert activity.title
    assert activity.help.endswith(".")
    assert activity.icon
    assert activity.category in ("events", "orchestration", "actions")
    assert activity.node_type


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, "Lobby"),
        ({"name": "first"}, "first"),
        ({"label": "Comes in"}, "Lobby – Comes in"),
        ({"name": "first", "label": "Comes in"}, "first – Comes in"),
    ],
)
def test_a_card_shows_name_and_label(given: dict[str, str], shown: str) -> None:
    drawn = ActivityDocument(kind="event", config={"event": "Lobby"}, **given)

    assert shown_name(drawn, read_config(drawn)[0]) == shown


def test_a_card_without_either_shows_its_kind() -> None:
    drawn = ActivityDocument(kind="wait", config={"duration": "PT1H"})

    assert shown_name(drawn, read_config(drawn)[0]) == "Wait"


@pytest.mark.parametrize(
    ("kind", "config", "shown"),
    [
        ("reaction", {"message": "mail", "reaction": "clicked"}, "Geklickt"),
        ("update_profile", {"fields": {"a": '"x"', "b": '"y"', "c": '"z"'}}, "3 Felder"),
        ("update_profile", {"fields": {"person.name.firstName": '"x"'}}, "person.name.firstName"),
    ],
)
def test_a_card_is_called_in_the_language_of_whoever_looks(
    kind: str, config: dict[str, Any], shown: str
) -> None:
    drawn = ActivityDocument(kind=kind, config=config)

    with override("de"):
        assert shown_name(drawn, read_config(drawn)[0], gettext) == shown


def test_what_follows_from_another_field_is_not_asked_for() -> None:
    """Nobody can fill in the first event of a target: it comes with the target."""
    _config, faults = read_config(ActivityDocument(kind="jump", config={}))

    assert [fault.field for fault in faults] == ["journey"]


def test_what_is_missing_is_said_by_the_name_that_people_see() -> None:
    _config, faults = read_config(ActivityDocument(kind="reaction", config={"message": ""}))

    assert faults == [
        ("message", "“Message” is missing; fill it in."),
        ("reaction", "“Reaction” is missing; fill it in."),
    ]


@pytest.mark.parametrize(
    ("kind", "config", "field", "message"),
    [
        ("event", {"event": "A", "timeout": "PT0S"}, "timeout", "“Timeout” must be more than 0 s."),
        ("wait", {"duration": "P91D"}, "duration", "“Duration” must be at most 90 d."),
        ("profile_cap", {"count": 0}, "count", "“People on the first path” must be at least 1."),
        ("wait", {}, "duration", "Give a duration."),
        ("wait", {"type": "date_time"}, "at", "Give a date and time."),
    ],
)
def test_limits_are_said_in_words(kind: str, config: dict[str, Any], field: str, message: str) -> None:
    _config, faults = read_config(ActivityDocument(kind=kind, config=config))

    assert faults == [(field, message)]
