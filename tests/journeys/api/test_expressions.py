"""The expressions API: functions, completions, checks, values, and in which scopes."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client

from datasources.models import Schema
from events.models import Event, Inlet, ReceivedEvent
from journeyorch.access.models import Sandbox
from journeyorch.expressions import FUNCTIONS
from tests.events.bad_inputs import load

from .conftest import send

POSTS = ["complete", "check", "simple", "evaluate"]
VIP = {"segments": ["VIP"]}
SAMPLE = {"events": {"Order": {"total": 12, "items": [{"sku": "a"}]}}, "segments": ["VIP"]}


def test_every_function_is_listed_with_its_help(technical):
    functions = technical.get("/api/v1/expressions/functions").json()["functions"]
    upper = next(one for one in functions if one["name"] == "upper")

    assert {one["name"] for one in functions} == set(FUNCTIONS)
    assert upper == {
        "name": "upper",
        "category": "string",
        "help": "The text in upper case.",
        "signatures": ["upper(string) → string"],
        "examples": [{"source": 'upper("abc")', "result": "ABC"}],
    }


def test_what_is_wrong_is_listed_with_its_place(ask):
    answer = ask("check", expression='@{Order.totl} > 1 and\n uper("a")', scope=SAMPLE)

    assert [
        (one["code"], one["line"], one["column"], one["length"], one["suggestion"])
        for one in answer["problems"]
    ] == [
        ("ERR_EXPR_UNKNOWN_FIELD", 1, 9, 4, "total"),
        ("ERR_EXPR_UNKNOWN_FUNCTION", 2, 2, 4, "upper"),
    ]
    assert (answer["type"], answer["simple"]) == (None, None)
    assert answer["notSimple"] == "The expression has a problem. Correct it first."


def test_a_good_expression_has_a_type_words_and_a_tree(ask):
    answer = ask("check", expression="@{Order.total} > 10", scope=SAMPLE, expected="boolean")

    assert answer["problems"] == []
    assert answer["type"] == "boolean"
    assert answer["words"] == "Order total is more than 10."
    assert answer["simple"]["items"][0]["field"] == "@{Order.total}"
    assert answer["notSimple"] is None


def test_a_tree_becomes_the_text_that_it_was_read_from(ask):
    text = '@{Order.total} > 10 and (inSegment("VIP") or startWithIgnoreCase(@{Order.city}, "ro"))'
    tree = ask("check", expression=text, scope={"events": {"Order": {"total": 1, "city": ""}}, **VIP})[
        "simple"
    ]

    assert ask("simple", simple=tree) == {"expression": text}


def test_a_tree_brings_no_expression_text_in(technical):
    line = {"kind": "line", "field": "now()", "operator": "equal", "type": "integer", "values": [1]}

    answer = send(technical, "simple", json.dumps({"simple": line}))

    assert answer.status_code == 422
    assert answer.json()["errors"][0] == {
        "pointer": "/simple",
        "detail": "A condition stands on no field. Choose a field.",
    }


def test_fields_have_operators_by_their_type(technical):
    operators = technical.get("/api/v1/expressions/simple").json()["operators"]

    assert operators["boolean"] == ["equal", "notEqual", "exists", "doesNotExist"]
    assert "inLastDays" in operators["dateTime"]
    assert "listContains" in operators["listString"]


def test_why_an_expression_is_not_simple_is_said(ask):
    answer = ask("check", expression="@{Order.total} + 1 > 10", scope=SAMPLE)

    assert answer["simple"] is None
    assert answer["notSimple"] == "A condition begins with a field. Use the advanced editor for that."


def test_dynamic_values_are_written_into_the_references_of_their_group(ask, technical):
    given = [{"source": "Rooms", "group": "free", "values": {"city": "@{Order.city}"}}]
    answer = ask("parameters", expression="#{Rooms.free.count} > 1", given=given)
    assert answer == {"expression": "#{Rooms.free.count, params: {city: @{Order.city}}} > 1"}
    for body in ({"expression": "1 +", "given": []}, {"expression": "1", "given": [{"source": "a"}]}):
        assert send(technical, "parameters", json.dumps(body)).status_code == 422


def test_what_is_no_expression_has_no_words(ask):
    assert ask("check", expression="1 +")["words"] is None


def test_another_type_than_expected_is_a_problem(ask):
    (problem,) = ask("check", expression="1", expected="string")["problems"]
    assert problem["code"] == "ERR_EXPR_TYPE"


def test_completions_say_what_they_replace(ask):
    answer = ask("complete", expression="@{Order.to}", position=10, scope=SAMPLE)

    assert (answer["start"], answer["end"]) == (8, 10)
    assert answer["items"] == [
        {"label": "total", "kind": "field", "insert": "total", "detail": "integer", "help": ""}
    ]


def test_positions_count_characters_and_not_halves_of_pairs(ask):
    answer = ask("complete", expression='"😀" + upp', position=9)
    assert (answer["start"], answer["end"], answer["items"][0]["label"]) == (6, 9, "upper")


def test_segments_of_the_sample_are_offered_and_others_are_no_problem(ask):
    offered = ask("complete", expression='inSegment("', position=11, scope=SAMPLE)["items"]
    assert [one["label"] for one in offered] == ["VIP"]
    assert ask("check", expression='inSegment("Other")', scope=SAMPLE)["problems"] == []


def test_a_value_comes_with_type_and_words(ask):
    answer = ask("evaluate", expression="count(@{Order.items})", context=SAMPLE)
    assert answer == {"value": 1, "type": "integer", "words": "The number of Order items."}


@pytest.mark.parametrize(
    ("source", "code"), [("1 +", "ERR_EXPR_SYNTAX"), ('toInteger("x")', "ERR_EXPR_VALUE")]
)
def test_no_value_is_an_error_with_its_place(ask, source, code):
    error = ask("evaluate", expression=source)["error"]
    assert (error["code"], error["line"]) == (code, 1)


def test_the_expected_type_turns_integers_to_decimals(ask):
    answer = ask("evaluate", expression="1", expected="decimal")
    assert (answer["value"], answer["type"]) == (1.0, "decimal")


def test_before_an_activity_stands_what_is_on_the_paths_to_it(ask, draft):
    scope = {"version": str(draft.uid), "activity": "pause"}
    assert ask("check", expression="@{Ordered.total} > 1", scope=scope)["type"] == "boolean"
    start = {**scope, "activity": "in"}
    (problem,) = ask("check", expression="@{Ordered.total} > 1", scope=start)["problems"]
    assert problem["code"] == "ERR_EXPR_UNKNOWN_EVENT"
    labels = [one["label"] for one in ask("complete", expression="@{", position=2, scope=scope)["items"]]
    assert labels == ["Ordered", "JourneyProperties"]


def test_in_an_event_stands_its_own_payload(ask, event):
    scope = {"event": event.pk}
    assert ask("check", expression="@{Ordered.total}", scope=scope)["type"] == "decimal"
    (problem,) = ask("check", expression="@{JourneyProperties.journeyUID}", scope=scope)["problems"]
    assert problem["code"] == "ERR_EXPR_UNKNOWN_FIELD"


def test_without_a_scope_there_are_only_functions(ask):
    answer = ask("complete", expression="", position=0)
    assert {one["kind"] for one in answer["items"]} == {"function", "constant", "keyword"}


def test_samples_of_an_event_are_made_up_and_received(technical, event, sandbox):
    inlet = Inlet.objects.create(sandbox=sandbox, name="Door", key="door")
    entity = {
        "_id": "1",
        "total": 5,
        "_experience": {"campaign": {"orchestration": {"eventID": "ordered-1"}}},
    }
    entity["identityMap"] = {"Email": [{"id": "ada@example.com", "primary": True}]}
    message = {"header": {"schemaRef": {"id": "urn:orders"}}, "body": {"xdmEntity": entity}}
    ReceivedEvent.objects.create(
        sandbox=sandbox, inlet=inlet, received_at="2024-05-15T12:00Z", body=json.dumps(message)
    )

    answer = technical.get(f"/api/v1/expressions/samples?event={event.pk}").json()

    assert answer["name"] == "Ordered"
    assert [one["payload"]["total"] for one in answer["samples"]] == [1.5, 5]


def test_received_payloads_are_for_those_who_may_see_them(login, event):
    answer = login("view_event").get(f"/api/v1/expressions/samples?event={event.pk}")
    assert len(answer.json()["samples"]) == 1


def test_an_event_that_is_not_saved_yet_has_the_payload_of_its_schema(ask, event):
    scope = {"schema": event.schema_id, "name": "Bought"}
    assert ask("check", expression="@{Bought.total} > 1", scope=scope, expected="boolean")["problems"] == []
    [problem] = ask("check", expression="@{Ordered.total} > 1", scope=scope)["problems"]
    assert problem["suggestion"] is None
    offered = ask("complete", expression="@{Bought.", position=9, scope=scope)["items"]
    assert {item["label"] for item in offered} == {"_id", "total"}


def test_a_segment_sees_profiles_and_their_events_and_no_other_segment(login):
    def ask(name, **body):
        body["scope"] = {"profile": True}
        return send(login("view_segment"), name, json.dumps(body)).json()

    source = "#{ExperiencePlatform.ProfileFieldGroup."
    assert ask("check", expression=f"count({source}experienceevent.all()}}) > 2")["type"] == "boolean"
    assert ask("check", expression='inSegment("VIP")')["problems"] != []
    labels = [item["label"] for item in ask("complete", expression=source, position=len(source))["items"]]
    assert "experienceevent" in labels


# --- Who may ask, and for what -------------------------------------------------------------------------


@pytest.mark.parametrize("name", POSTS)
def test_strangers_are_refused(db, name):
    answer = send(Client(), name, "{}")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["functions", "simple", "samples"])
def test_strangers_read_nothing(db, name):
    assert Client().get(f"/api/v1/expressions/{name}").status_code == 401


def test_a_form_of_another_site_is_refused(login):
    client = Client(enforce_csrf_checks=True)
    client.cookies = login("view_event").cookies
    assert send(client, "check", '{"expression": "1"}').status_code == 403


@pytest.mark.parametrize(
    "scope",
    [
        {"version": str(uuid.uuid4()), "activity": "pause"},
        {"version": "x", "activity": "pause"},
        {"event": 0},
        {"event": -1},
        {"event": 2**63 - 1},
        {"schema": 0, "name": "Ordered"},
        {"schema": 2**63 - 1, "name": "Ordered"},
    ],
)
def test_unknown_ids_are_404(technical, draft, scope):
    answer = send(technical, "check", json.dumps({"expression": "1", "scope": scope}))
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_an_activity_that_the_version_does_not_have_is_404(technical, draft):
    scope = {"version": str(draft.uid), "activity": "nothing"}
    assert send(technical, "check", json.dumps({"expression": "1", "scope": scope})).status_code == 404


def test_what_belongs_to_another_sandbox_is_404(technical, draft, event):
    other = Sandbox.objects.create(name="other", title="Other")
    Event.objects.update(sandbox=other)
    type(draft).objects.update(sandbox=other)
    Schema.objects.update(sandbox=other)
    for scope in (
        {"version": str(draft.uid), "activity": "pause"},
        {"event": event.pk},
        {"schema": event.schema_id, "name": "Ordered"},
    ):
        answer = send(technical, "complete", json.dumps({"expression": "", "position": 0, "scope": scope}))
        assert answer.status_code == 404
    assert technical.get(f"/api/v1/expressions/samples?event={event.pk}").status_code == 404


def test_scopes_are_for_those_who_may_see_what_is_in_them(login, draft, event):
    client = login()
    for scope in (
        {"version": str(draft.uid), "activity": "pause"},
        {"event": event.pk},
        {"schema": event.schema_id, "name": "Ordered"},
        {"profile": True},
    ):
        assert send(client, "check", json.dumps({"expression": "1", "scope": scope})).status_code == 403
    assert send(client, "check", '{"expression": "1"}').status_code == 200


# --- Whatever somebody sends ----------------------------------------------------------------------------

BAD_INPUTS = load()
ODD_BODIES = [
    {},
    {"expression": None},
    {"expression": 1},
    {"expression": ["1"]},
    {"expression": "1", "position": "0"},
    {"expression": "1", "position": -1},
    {"expression": "1", "position": 2},
    {"expression": "1", "position": True, "expected": True},
    {"expression": "1", "position": 0.0, "expected": 1},
    {"expression": "1", "position": 0, "other": 1},
    {"expression": "1", "position": 2**63 - 1, "expected": "text"},
    {"expression": "1", "position": 0, "scope": [], "context": []},
    {"expression": "1", "position": 0, "scope": "x", "context": "x"},
    {"expression": "1", "position": 0, "scope": {"__proto__": {}}, "context": {"__proto__": {}}},
    {"expression": "1", "position": 0, "scope": {"events": 1}, "context": {"events": 1}},
    {"expression": "1", "position": 0, "scope": {"segments": [1]}, "context": {"segments": [1]}},
    {"expression": "1", "position": 0, "scope": {"now": "never"}, "context": {"now": "never"}},
    {"expression": "1", "position": 0, "scope": {"version": 1, "activity": "x"}, "context": {"version": 1}},
    {"expression": "1", "position": 0, "scope": {"version": "x"}, "context": {"version": "x"}},
    {"expression": "1", "position": 0, "scope": {"event": "1"}, "context": {"event": "1"}},
    {"expression": "1", "position": 0, "scope": {"event": True}, "context": {"event": True}},
    {"expression": "1", "position": 0, "scope": {"event": 1.5, "x": 1}, "context": {"event": 1.5}},
    {"expression": "1", "position": 0, "scope": {"schema": "1", "name": "A"}, "context": {"schema": "1"}},
    {"expression": "1", "position": 0, "scope": {"schema": 1}, "context": {"schema": 1}},
    {"expression": "1", "position": 0, "scope": {"schema": 1, "name": ""}, "context": {"schema": 1}},
    {"expression": "1", "position": 0, "scope": {"profile": False}, "context": {"profile": False}},
    {"expression": "1", "position": 0, "scope": {"profile": 1}, "context": {"profile": 1}},
]


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=lambda bad: bad.name)
def test_bodies_that_are_no_good_json_are_refused(technical, bad):
    headers = {f"HTTP_{key.upper().replace('-', '_')}": value for key, value in bad.headers.items()}
    answer = send(technical, "check", bad.body, bad.media_type, **headers)

    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("body", ODD_BODIES, ids=str)
def test_bodies_of_another_form_are_refused(technical, name, body):
    answer = send(technical, name, json.dumps(body))

    assert answer.status_code == 422
    details = answer.json()
    assert details["errors"]
    assert "never" not in json.dumps(details)


@pytest.mark.parametrize("event", ["", "x", "-1", "1e9", "9" * 30, "²", "\0"])
def test_addresses_that_name_no_event_are_404(technical, event):
    assert technical.get("/api/v1/expressions/samples", {"event": event}).status_code == 404


def test_an_expression_of_any_size_is_answered(ask):
    for source in ("(" * 20_000, "1+" * 100_000, "@{Order.items.all(" * 3_000, "\x7f\ufeff\u202e"):
        assert ask("check", expression=source, scope=SAMPLE)["problems"]
        assert "items" in ask("complete", expression=source, position=len(source), scope=SAMPLE)
        assert "error" in ask("evaluate", expression=source, context=SAMPLE)


def test_too_large_a_body_is_413(technical):
    answer = send(
        technical, "check", json.dumps({"expression": "1", "scope": {"events": {"E": "x" * 2**20}}})
    )
    assert answer.status_code == 413


def test_other_methods_and_addresses_are_refused_as_problems(technical):
    assert technical.get("/api/v1/expressions/check").status_code == 405
    assert technical.delete("/api/v1/expressions/functions").status_code == 405
    assert technical.options("/api/v1/expressions/check").status_code == 405
    for address in ("/api/", "/api/v1/nothing", "/api/v2/x"):
        answer = technical.post(address, "{", content_type="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
        assert technical.get(address).status_code == 404
    answer = technical.get("/api/v1/expressions/functions", HTTP_ACCEPT="text/html")
    assert answer.status_code == 406
