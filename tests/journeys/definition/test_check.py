"""What keeps a journey from being published: each problem with the smallest drawing that has it."""

from __future__ import annotations

from typing import Any

import pytest

from journeys.activities.wait import Wait
from journeys.definition.check import check
from journeys.definition.document import Document, read_document
from journeys.definition.graph import Graph
from tests.journeys.drawings import CATALOG, document, problems
from tests.journeys.world import act

LOBBY = act("event", "next", event="Lobby")
END = {"next": act("end")}


def after_lobby(activity: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"start": "lobby", "lobby": LOBBY, "next": activity, **more}


def paths(*expressions: str, **more: Any) -> dict[str, Any]:
    listed = [{"id": f"p{number}", "expression": one} for number, one in enumerate(expressions)]
    return act("condition", {}, **{"paths": listed, **more})


MAIL = act("email", "react", template="Hello", parameters={"name": '"x"'})
MESSAGES = {
    "email": MAIL,
    "sms": act("sms", "react", template="Short"),
    "push": act("push", "react", template="Bell"),
    "campaign": act("custom_action", "react", action="Letter"),
    "call": act("custom_action", "react", action="Shout"),
}


def reaction(message: str, reaction: str = "sent", to: Any = None, **more: Any) -> dict[str, Any]:
    return act("reaction", to, **{"message": message, "reaction": reaction, "timeout": "PT1H", **more})


def reacting(kind: str, what: str, **more: Any) -> dict[str, Any]:
    return after_lobby(MESSAGES[kind], react=reaction("next", what, **more))


ANY = {"amount": "1.5", "text": '"x"'}
FROM_LOBBY = {"amount": "@{Lobby.amount}", "text": "@{Lobby.text}"}


def jump(journey: str, *, event: str = "Meal", values: Any = None, **more: Any) -> dict[str, Any]:
    return act("jump", **{"journey": journey, "event": event, "values": values or FROM_LOBBY, **more})


def qualified(segment: str = "Rich", to: Any = None, **more: Any) -> dict[str, Any]:
    return act("segment_qualification", to, **{"segment": segment, "timeout": "PT1H", **more})


def by_segment(to: Any = None, **more: Any) -> dict[str, Any]:
    return qualified(to=to, **{"timeout": None, "namespace": "CRMID", **more})


# Code, activity that is named, field, and the drawing.
PROBLEMS: list[tuple[str, str | None, str, dict[str, Any]]] = [
    ("ERR_JOURNEY_NO_START", None, "", {"start": []}),
    ("ERR_JOURNEY_TARGET_MISSING", None, "", {"start": "gone"}),
    ("ERR_JOURNEY_WRONG_START", "wait", "", {"start": "wait", "wait": act("wait", duration="PT1H")}),
    ("ERR_JOURNEY_WRONG_START", "end", "", {"start": "end", "end": act("end")}),
    (
        "ERR_JOURNEY_START_TIMEOUT",
        "lobby",
        "timeout",
        {"start": "lobby", "lobby": act("event", event="Lobby", timeout="PT1H")},
    ),
    (
        "ERR_JOURNEY_TIME_ZONE",
        None,
        "",
        {"start": "lobby", "lobby": act("event", event="Lobby"), "properties": {"time_zone": "Mars/Olympus"}},
    ),
    (
        "ERR_JOURNEY_NAMESPACES",
        None,
        "",
        {"start": "lobby", "lobby": LOBBY, "next": act("event", event="Elsewhere", timeout="PT1H")},
    ),
    (
        "ERR_JOURNEY_LOOP",
        "a",
        "",
        {
            "start": "lobby",
            "lobby": act("event", "a", event="Lobby"),
            "a": act("wait", "b", duration="PT1H"),
            "b": act("wait", "a", duration="PT1H"),
        },
    ),
    ("ERR_JOURNEY_LOOP", "next", "next", after_lobby(act("wait", "lobby", duration="PT1H"))),
    ("ERR_JOURNEY_LOOP", "next", "", after_lobby(act("wait", "next", duration="PT1H"))),
    ("ERR_JOURNEY_NAME_TWICE", "next", "name", after_lobby(act("event", event="Lobby", timeout="PT1H"))),
    (
        "ERR_JOURNEY_NAME_TWICE",
        "next",
        "name",
        after_lobby(act("event", event="Meal", timeout="PT1H", name="JourneyProperties")),
    ),
    (
        "ERR_JOURNEY_NOT_CONNECTED",
        "alone",
        "",
        {"start": "lobby", "lobby": LOBBY, **END, "alone": act("end")},
    ),
    (
        "ERR_JOURNEY_DATES",
        None,
        "end_at",
        {
            "start": "lobby",
            "lobby": act("event", event="Lobby"),
            "properties": {"start_at": "2026-02-01T00:00:00Z", "end_at": "2026-02-01T00:00:00Z"},
        },
    ),
    (
        "WARN_JOURNEY_TIMED_OUT",
        "late",
        "",
        after_lobby(act("wait", "late", duration="P20D"), late=act("wait", duration="P11D")),
    ),
    ("ERR_JOURNEY_CONFIGURATION", "next", "", after_lobby(act("teleport"))),
    ("ERR_JOURNEY_CONFIGURATION", "next", "duration", after_lobby(act("wait"))),
    ("ERR_JOURNEY_CONFIGURATION", "next", "extra", after_lobby(act("wait", duration="PT1H", extra=1))),
    ("ERR_JOURNEY_TARGET_MISSING", "lobby", "next", {"start": "lobby", "lobby": LOBBY}),
    (
        "ERR_JOURNEY_WAY_MISSING",
        "lobby",
        "timeout",
        {"start": "lobby", "lobby": act("event", {"timeout": ["next"]}, event="Lobby"), **END},
    ),
    (
        "WARN_JOURNEY_ALTERNATIVE_EMPTY",
        "next",
        "timeout",
        after_lobby(act("event", event="Meal", timeout="PT1H", timeout_path=True)),
    ),
    ("WARN_JOURNEY_ALTERNATIVE_EMPTY", "next", "error", after_lobby(paths("true", error_path=True))),
    (
        "ERR_JOURNEY_PARALLEL",
        "lobby",
        "next",
        {
            "start": "lobby",
            "lobby": act("event", {"next": ["a", "b"]}, event="Lobby"),
            "a": act("end"),
            "b": act("end"),
        },
    ),
    (
        "ERR_JOURNEY_PARALLEL",
        "lobby",
        "next",
        {
            "start": "lobby",
            "lobby": act("event", {"next": ["a", "a"]}, event="Lobby"),
            "a": act("wait", duration="PT1H"),
        },
    ),
    ("ERR_JOURNEY_EVENT_MISSING", "lobby", "event", {"start": "lobby", "lobby": act("event", event="Gone")}),
    ("ERR_JOURNEY_ACTION_MISSING", "next", "action", after_lobby(act("custom_action", action="Gone"))),
    (
        "ERR_JOURNEY_VALUE_MISSING",
        "next",
        "values.text",
        after_lobby(act("custom_action", action="Tell", values={"text": "  "})),
    ),
    (
        "ERR_JOURNEY_VALUE_UNKNOWN",
        "next",
        "values.colour",
        after_lobby(act("custom_action", action="Tell", values={"text": '"x"', "colour": '"red"'})),
    ),
    (
        "ERR_JOURNEY_EXPR_TYPE",
        "next",
        "values.text",
        after_lobby(act("custom_action", action="Tell", values={"text": "3 > 2"})),
    ),
    ("ERR_JOURNEY_TEMPLATE_MISSING", "next", "template", after_lobby(act("email", template="Gone"))),
    ("ERR_JOURNEY_TEMPLATE_MISSING", "next", "template", after_lobby(act("sms", template="Hello"))),
    ("ERR_JOURNEY_REACTION_MESSAGE", "next", "message", after_lobby(reaction("gone"))),
    ("ERR_JOURNEY_REACTION_MESSAGE", "next", "message", after_lobby(reaction("lobby"))),
    (
        # The message stands on the other path.
        "ERR_JOURNEY_REACTION_MESSAGE",
        "react",
        "message",
        {
            "start": "lobby",
            "lobby": act("event", "half", event="Lobby"),
            "half": act(
                "split",
                {"a": ["mail"], "b": ["react"]},
                parts=[{"id": "a", "percent": 50}, {"id": "b", "percent": 50}],
            ),
            "mail": {**MAIL, "to": {}},
            "react": reaction("mail"),
        },
    ),
    (
        "ERR_JOURNEY_REACTION_MESSAGE",
        "next",
        "message",
        after_lobby(reaction("late", to="late"), late={**MAIL, "to": {}}),
    ),
    ("ERR_JOURNEY_REACTION_KIND", "react", "reaction", reacting("sms", "opened")),
    ("ERR_JOURNEY_REACTION_KIND", "react", "reaction", reacting("sms", "clicked")),
    ("ERR_JOURNEY_REACTION_KIND", "react", "reaction", reacting("push", "opened")),
    ("ERR_JOURNEY_REACTION_KIND", "react", "reaction", reacting("campaign", "opened")),
    ("ERR_JOURNEY_REACTION_MESSAGE", "react", "message", reacting("call", "sent")),
    ("WARN_JOURNEY_NO_TIMEOUT", "react", "timeout", reacting("email", "opened", timeout=None)),
    ("ERR_JOURNEY_SEGMENT_MISSING", "next", "segment", after_lobby(qualified("Gone"))),
    ("WARN_JOURNEY_SEGMENT_UNEVALUATED", "next", "segment", after_lobby(qualified("New"))),
    ("WARN_JOURNEY_NO_TIMEOUT", "next", "timeout", after_lobby(qualified(timeout=None))),
    ("ERR_JOURNEY_SEGMENT_NAMESPACE", "in", "namespace", {"start": "in", "in": by_segment(namespace="")}),
    ("ERR_JOURNEY_SEGMENT_NAMESPACE", "in", "namespace", {"start": "in", "in": by_segment(namespace="X")}),
    ("ERR_JOURNEY_NAMESPACES", None, "", after_lobby(qualified(namespace="Email"))),
    (
        "ERR_JOURNEY_PROFILE_WITHOUT_NAMESPACE",
        "next",
        "",
        {"start": "door", "door": act("event", "next", event="Anybody"), "next": qualified()},
    ),
    (
        "ERR_JOURNEY_MIXED_START",
        "lobby",
        "",
        {"start": ["in", "lobby"], "in": by_segment(), "lobby": act("event", event="Lobby")},
    ),
    ("ERR_JOURNEY_MIXED_START", "out", "", {"start": ["in", "out"], "in": by_segment(), "out": by_segment()}),
    (
        "ERR_JOURNEY_START_TIMEOUT",
        "in",
        "timeout",
        {"start": "in", "in": by_segment(timeout="PT1H")},
    ),
    (
        "ERR_JOURNEY_JUMP_SEGMENT",
        "jump",
        "",
        after_lobby(qualified(to="jump"), jump=jump("u-2")),
    ),
    (
        "ERR_JOURNEY_EXPR_UNKNOWN_SEGMENT",
        "next",
        "paths.0.expression",
        after_lobby(paths('inSegment("Gone")')),
    ),
    (
        "ERR_JOURNEY_PROFILE_WITHOUT_NAMESPACE",
        "next",
        "",
        {"start": "door", "door": act("event", "next", event="Anybody"), "next": paths('inSegment("Rich")')},
    ),
    (
        # An event of that name could not be told apart from it.
        "ERR_JOURNEY_NAME_TWICE",
        "next",
        "name",
        after_lobby(
            qualified(to="again"),
            again=act("event", event="Meal", name="SegmentQualification", timeout="PT1H"),
        ),
    ),
    ("ERR_JOURNEY_JUMP_TARGET", "next", "journey", after_lobby(jump("u-9"))),
    ("ERR_JOURNEY_JUMP_TARGET", "next", "journey", after_lobby(jump("u-6"))),
    ("ERR_JOURNEY_JUMP_TARGET", "next", "journey", after_lobby(jump("u-7"))),
    ("ERR_JOURNEY_JUMP_LOOP", "next", "journey", after_lobby(jump("u-1", event="Lobby"))),
    ("ERR_JOURNEY_JUMP_LOOP", "next", "journey", after_lobby(jump("u-4", event="Gym"))),
    ("ERR_JOURNEY_JUMP_EVENT", "next", "event", after_lobby(jump("u-3"))),
    ("ERR_JOURNEY_JUMP_EVENT", "next", "event", after_lobby(jump("u-2", event="Gone"))),
    ("ERR_JOURNEY_JUMP_NAMESPACE", "next", "journey", after_lobby(jump("u-8", event="Elsewhere"))),
    (
        "ERR_JOURNEY_JUMP_NAMESPACE",
        "next",
        "journey",
        {"start": "lobby", "lobby": act("event", "next", event="Anybody"), "next": jump("u-2", values=ANY)},
    ),
    (
        "ERR_JOURNEY_VALUE_MISSING",
        "next",
        "values.text",
        after_lobby(jump("u-2", values={"amount": "1.5"})),
    ),
    ("ERR_JOURNEY_EXPR_TYPE", "next", "values.text", after_lobby(jump("u-2", values={**ANY, "text": "1"}))),
    (
        "ERR_JOURNEY_VALUE_UNKNOWN",
        "next",
        "values.colour",
        after_lobby(jump("u-2", values={**ANY, "colour": "1"})),
    ),
    ("WARN_JOURNEY_ALTERNATIVE_EMPTY", "next", "error", after_lobby(jump("u-2", error_path=True))),
    (
        "ERR_JOURNEY_SPLIT",
        "next",
        "parts",
        after_lobby(act("split", parts=[{"id": "a", "percent": 30}, {"id": "b", "percent": 60}])),
    ),
    (
        "ERR_JOURNEY_SPLIT",
        "next",
        "parts",
        after_lobby(act("split", parts=[{"id": "a", "percent": 33.3}, {"id": "b", "percent": 66.6}])),
    ),
    (
        "ERR_JOURNEY_PATH_TWICE",
        "next",
        "paths",
        after_lobby(
            act("condition", paths=[{"id": "a", "expression": "true"}, {"id": "a", "expression": "true"}])
        ),
    ),
    ("ERR_JOURNEY_EXPR_TYPE", "next", "paths.1.expression", after_lobby(paths("true", "3"))),
    (
        "ERR_JOURNEY_EXPR_UNKNOWN_FIELD",
        "next",
        "paths.0.expression",
        after_lobby(paths("@{Lobby.nothing} > 1")),
    ),
    (
        "ERR_JOURNEY_EXPR_UNKNOWN_SOURCE",
        "next",
        "paths.0.expression",
        after_lobby(paths('#{Gone.here.city} == "a"')),
    ),
    ("WARN_JOURNEY_NO_TIMEOUT", "next", "timeout", after_lobby(act("event", event="Meal"))),
    (
        "ERR_JOURNEY_PROFILE_WITHOUT_NAMESPACE",
        "next",
        "",
        {
            "start": "door",
            "door": act("event", "next", event="Anybody"),
            "next": paths("#{ExperiencePlatform.ProfileFieldGroup.points} > 3"),
        },
    ),
]


@pytest.mark.parametrize(
    ("code", "activity", "field", "drawn"),
    PROBLEMS,
    ids=[f"{number} {row[0].split('_', 2)[2]}" for number, row in enumerate(PROBLEMS)],
)
def test_each_problem_is_found_at_its_place(
    code: str, activity: str | None, field: str, drawn: dict[str, Any]
) -> None:
    found = problems(**drawn)

    assert (code, activity, field) in [(one.code, one.activity, one.field) for one in found]
    assert {one.code for one in found} == {code}, "one mistake, one kind of problem"
    assert all(one.message.endswith(".") for one in found)
    assert all(one.is_error == code.startswith("ERR") for one in found)


def test_what_hangs_on_something_that_is_not_connected_is_told_apart_from_it() -> None:
    loose = {"alone": act("wait", "after", duration="PT1H"), "after": act("end")}
    found = problems("lobby", lobby=LOBBY, **END, **loose)

    assert [(one.code, one.activity) for one in found] == [
        ("ERR_JOURNEY_NOT_CONNECTED", "alone"),
        ("ERR_JOURNEY_UNREACHABLE", "after"),
    ]


def test_a_start_of_several_kinds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever may start a journey besides events starts it alone."""
    monkeypatch.setattr(Wait, "can_start", True)
    found = problems(["lobby", "wait"], lobby=LOBBY, **END, wait=act("wait", duration="PT1H"))

    assert [(one.code, one.activity) for one in found] == [("ERR_JOURNEY_MIXED_START", "wait")]


SOUND: list[dict[str, Any]] = [
    {"start": "lobby", "lobby": act("event", event="Lobby")},
    {"start": ["lobby", "meal"], "lobby": LOBBY, "meal": act("event", "next", event="Meal"), **END},
    after_lobby(
        act(
            "event",
            {"next": ["end"], "timeout": ["end"]},
            event="Lobby",
            name="again",
            timeout="PT1H",
            timeout_path=True,
        ),
        end=act("end"),
    ),
    after_lobby(paths("@{Lobby.amount} > 1", "#{Weather.here.city} == @{Lobby.text}")),
    after_lobby(paths("#{ExperiencePlatform.ProfileFieldGroup.points} > 1")),
    after_lobby(
        act("custom_action", "check", action="Tell", values={"text": '"x"'}), check=paths('@{Tell.id} == "r"')
    ),
    # An action that leaves nothing may be used several times under its own name.
    after_lobby(act("custom_action", "more", action="Shout"), more=act("custom_action", action="Shout")),
    after_lobby(act("email", template="Hello", parameters={"name": "@{Lobby.text}"})),
    *(reacting("email", what) for what in ("sent", "opened", "clicked", "failed")),
    *(reacting("sms", what) for what in ("sent", "failed")),
    *(reacting("push", what) for what in ("sent", "clicked", "failed")),
    after_lobby(jump("u-2")),
    {"start": "in", "in": by_segment("next"), **END},
    {
        "start": "in",
        "in": by_segment("next", on="both"),
        "next": qualified(to="x", on="left"),
        "x": qualified(),
    },
    after_lobby(qualified(to="check"), check=paths('@{SegmentQualification.status} == "exited"')),
    after_lobby(paths('inSegment("Rich") and not inSegment("New")')),
    after_lobby(act("split", parts=[{"id": str(n), "percent": 100 / 3} for n in range(3)])),
    # Exactly as long as people may stay; and of what waits in parallel the shortest ends it.
    after_lobby(act("wait", "late", duration="P20D"), late=act("wait", duration="P10D")),
    {
        "start": "lobby",
        "lobby": act("event", {"next": ["long", "short"]}, event="Lobby"),
        "long": act("wait", "later", duration="P20D"),
        "short": act("wait", "later", duration="P1D"),
        "later": act("wait", duration="P15D"),
    },
    # Who listens beside something that ends has an end to the listening.
    {
        "start": "lobby",
        "lobby": act("event", {"next": ["meal", "until"]}, event="Lobby"),
        "meal": act("event", event="Meal"),
        "until": act("wait", duration="P1D"),
    },
]


@pytest.mark.parametrize("drawn", SOUND, ids=range(len(SOUND)))
def test_what_is_sound_has_no_problem(drawn: dict[str, Any]) -> None:
    assert problems(**drawn) == []


def test_an_expression_sees_only_what_stands_before_it_on_its_path() -> None:
    """The response of an action on another branch does not exist for this one."""
    drawn = after_lobby(
        act(
            "split",
            {"a": ["tell"], "b": ["check"]},
            parts=[{"id": "a", "percent": 50}, {"id": "b", "percent": 50}],
        ),
        tell=act("custom_action", action="Tell", values={"text": '"x"'}),
        check=paths('@{Tell.id} == "r"'),
    )
    assert [(one.activity, one.field) for one in problems(**drawn)] == [("check", "paths.0.expression")]


def test_a_syntax_error_names_its_line_and_column() -> None:
    (found,) = problems(**after_lobby(paths("true and\n  > 3")))

    assert (found.line, found.column) == (2, 3)


def test_more_activities_than_allowed_are_too_many() -> None:
    drawn = document("lobby", lobby=LOBBY, **END)

    assert check(drawn, CATALOG, max_activities=2) == []
    assert [one.code for one in check(drawn, CATALOG, max_activities=1)] == [
        "ERR_JOURNEY_TOO_MANY_ACTIVITIES"
    ]


def test_a_kind_of_message_needs_a_channel() -> None:
    drawn = document("lobby", lobby=LOBBY, next=act("email", template="Hello", parameters={"name": '"x"'}))

    found = check(drawn, CATALOG._replace(channels={}), max_activities=50)

    assert [one.code for one in found] == ["ERR_JOURNEY_CHANNEL_MISSING"]


def test_nothing_that_is_drawn_makes_the_check_fail() -> None:
    """Everything wrong at once: loops, missing targets, unknown kinds, broken configurations."""
    everything = {
        f"a{number}": activity for number, row in enumerate(PROBLEMS) for activity in _activities(row[3])
    }

    assert problems(["a0", "a1", "gone"], **everything)


def _activities(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    return [value for name, value in drawn.items() if name not in ("start", "properties")]


# --- The document ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (None, "The definition"),
        ([], "The definition"),
        ("text", "The definition"),
        ({"start": "lobby"}, "start"),
        ({"unknown": 1}, "unknown"),
        ({"activities": {"bad id!": {"kind": "end"}}}, "activities.bad id!.[key]"),
        ({"activities": {"a": {}}}, "activities.a.kind"),
        ({"activities": {"a": {"kind": "end", "to": {"next": "b"}}}}, "activities.a.to.next"),
        ({"activities": {"a": {"kind": "end", "label": "x" * 121}}}, "activities.a.label"),
        ({"properties": {"timeout_seconds": 0}}, "properties.timeout_seconds"),
        ({"properties": {"timeout_seconds": 31}}, "properties.timeout_seconds"),
        ({"properties": {"reentrance": {"wait": "P31D"}}}, "properties.reentrance.wait"),
        ({"properties": {"reentrance": {"wait": "-PT1S"}}}, "properties.reentrance.wait"),
        ({"properties": {"reentrance": {"wait": "soon"}}}, "properties.reentrance.wait"),
        ({"properties": {"start_at": "2026-01-01T00:00:00"}}, "properties.start_at"),
    ],
)
def test_what_is_no_document_is_refused_with_its_place(data: Any, place: str) -> None:
    read, found = read_document(data)

    assert read is None
    assert [one.code for one in found] == ["ERR_JOURNEY_FORMAT"]
    assert found[0].message.startswith(f"{place} cannot be read" if data else place)


def test_a_document_is_read_as_it_was_written() -> None:
    drawn = document(
        "lobby",
        properties={"reentrance": {"wait": "PT90M"}, "start_at": "2026-01-01T00:00:00Z"},
        lobby=act("event", "next", event="Lobby", timeout="PT1H"),
        **END,
    )
    assert Document.model_validate(drawn.model_dump(mode="json")) == drawn


# --- The graph ------------------------------------------------------------------------------------


def chain(**after: list[str]) -> Graph:
    return Graph(document(next(iter(after)), **{id: act("wait", {"next": to}) for id, to in after.items()}))


def test_what_can_be_reached_and_what_stands_before() -> None:
    graph = chain(a=["b", "c"], b=["d"], c=["d"], d=[], e=["d"])

    assert graph.reachable() == {"a", "b", "c", "d"}
    assert graph.upstream("d") == {"a", "b", "c", "e"}
    assert graph.upstream("a") == set()


@pytest.mark.parametrize(
    ("after", "loop"),
    [
        ({"a": ["b", "c"], "b": ["c"], "c": []}, set()),
        ({"a": ["a"]}, {"a"}),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, {"b", "c"}),
        # Nobody gets there, and it is a loop all the same.
        ({"a": [], "b": ["c"], "c": ["b"]}, {"b", "c"}),
    ],
)
def test_a_loop_is_found_wherever_it_is(after: dict[str, list[str]], loop: set[str]) -> None:
    assert set(chain(**after).loop()) == loop


def test_a_very_deep_drawing_is_no_problem() -> None:
    ids = [f"n{number}" for number in range(5000)]
    graph = chain(**{id: ids[number + 1 : number + 2] for number, id in enumerate(ids)})

    assert graph.loop() == []
    assert len(graph.upstream(ids[-1])) == 4999
