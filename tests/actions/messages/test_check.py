"""What keeps a template from being saved."""

from __future__ import annotations

import pytest
from django.utils import translation

from actions.messages.check import check_template
from actions.messages.parameters import NotTyped, missing_parameters, typed, with_defaults
from actions.messages.render import RenderProblem, render_once
from journeyorch.telling import told

ROOM = {"name": "room", "type": "string", "required": True, "sample": "12"}


def problems(content, parameters=(), kind="sms"):
    return [str(each) for each in check_template(kind=kind, content=content, parameters=list(parameters))]


def test_a_template_over_profile_and_parameters_is_right():
    content = {
        "subject": "Room {{ room }}",
        "html": "{% assign name = profile.person.name.firstName %}<p>{{ name }}</p>"
        "{% for offer in profile.offers %}{{ offer.title }} {{ forloop.index }}{% endfor %}",
        "text": "",
    }
    assert problems(content, [ROOM], kind="email") == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"text": "a\n{{ room"}, "text, line 2: It cannot be read: {{ is never closed by }}."),
        ({"text": "a\n\n{% if x %}"}, "text, line 3:"),
        ({"text": "a\nb {{ rom }}"}, "text, line 2: “rom” is neither profile nor a parameter."),
        ({"text": "a\nb {{ profile.x | upper }}"}, "text, line 2:"),
        ({"text": "{% include 'x' %}"}, "text, line 1:"),
        ({"text": "  "}, "text: The message is empty."),
        ({"text": 5}, "content: It must hold only texts"),
        ({"html": "x"}, "content: It must hold only texts"),
        ([], "content: It must be an object"),
        (None, "content: It must be an object"),
    ],
)
def test_a_wrong_text_is_named_with_its_line(content, expected):
    assert any(problem.startswith(expected) for problem in problems(content, [ROOM])), problems(
        content, [ROOM]
    )


def test_an_empty_message_is_told_where_its_words_are_written():
    assert problems({"title": "Hello"}, kind="push") == [
        "body: The message is empty. Write at least its text."
    ]
    assert problems({"subject": "Hello"}, kind="email")[0].startswith("html: ")


@pytest.mark.parametrize(
    ("data", "is_fine"),
    [('{"a": 1}', True), ("", True), ("{{ room | json }}", True), ("{bad", False), ("[1]", False)],
)
def test_data_that_are_the_same_for_everybody_are_a_json_object(data, is_fine):
    found = problems({"body": "Hello", "data": data}, [ROOM], kind="push")
    assert (found == []) is is_fine, found
    assert is_fine or found[0].startswith("data: The data is no JSON object")


def test_an_email_needs_a_subject():
    assert problems({"html": "<p>Hello</p>"}, kind="email") == ["subject: An email needs a subject."]


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        {},
        ["room"],
        [{"type": "string"}],
        [{"name": "1st"}],
        [{"name": "profile"}],
        [{"name": "a", "type": "text"}],
        [{"name": "a", "required": "yes"}],
        [{"name": "a", "secret": 1}],
        [{"name": "a", "type": "integer", "default": "two"}],
        [ROOM, ROOM],
        [{"name": f"p{number}"} for number in range(101)],
    ],
)
def test_wrong_parameters_are_one_problem(parameters):
    found = check_template(kind="sms", content={"text": "x"}, parameters=parameters)
    assert [problem.part for problem in found] == ["parameters"]


def test_an_unknown_kind_is_a_problem():
    assert [problem.part for problem in check_template(kind="fax", content={}, parameters=[])] == ["kind"]


def test_only_required_parameters_are_missing():
    declared = [ROOM, {"name": "offer", "required": False}, {"name": "nights"}]
    assert missing_parameters(declared, {"nights": 2}) == ["room"]


def test_what_has_a_default_is_not_missing_and_has_it_where_nothing_is_given():
    declared = [ROOM, {"name": "nights", "type": "integer", "default": 1}]
    assert missing_parameters(declared, {"room": "12", "nights": None}) == []
    assert with_defaults(declared, {"room": "12", "nights": None}) == {"room": "12", "nights": 1}
    assert with_defaults(declared, {"room": "12", "nights": 0}) == {"room": "12", "nights": 0}


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("string", "5", "5"),
        ("integer", "5", 5),
        ("integer", "5.5", NotTyped),
        ("decimal", "5.5", 5.5),
        ("boolean", "true", True),
        ("boolean", "yes", NotTyped),
        ("dateOnly", "2026-03-01", "2026-03-01"),
        ("dateOnly", "tomorrow", NotTyped),
        ("dateTime", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"),
        ("listInteger", "[1, 2]", [1, 2]),
        ("listInteger", '["a"]', NotTyped),
        ("listObject", '[{"a": 1}]', [{"a": 1}]),
        ("listAny", '[1, "a"]', [1, "a"]),
        ("integer", "[", NotTyped),
        ("integer", "", None),
    ],
)
def test_a_value_is_typed_as_its_type_wants_it(type, text, value):
    if value is NotTyped:
        with pytest.raises(NotTyped):
            typed(type, text)
    else:
        assert typed(type, text) == value


# --- In the reader's language ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "{% if a %}x",
        "{{ a",
        "{% foo %}",
        "{% if %}x{% endif %}",
        "{{ profile.a b }}",
        "{% for x profile.a %}{% endfor %}",
        "{{ 'abc }}",
        "{{ profile. }}",
        "{% assign x %}",
        "{{ | upcase }}",
        "{{ profile.a[ }}",
        "{% comment %}",
        "{% raw %}",
        "{% unsubscribe 'a' b %}",
        "x" * 200_001,
    ],
)
def test_what_liquid_refuses_is_said_in_german_too(source):
    (problem,) = check_template(kind="sms", content={"text": source}, parameters=[{"name": "a"}])
    with translation.override("de"):
        german = told(problem.message)
    reason = german.removeprefix("Das ist nicht lesbar: ").removesuffix(".")
    assert reason != german
    assert reason not in problem.message


@pytest.mark.parametrize(
    "source",
    [
        "{{ profile.a | fooo }}",
        "{{ profile.a | divided_by: 0 }}",
        "{{ profile.a | truncate: 'x' }}",
        "{% for i in (1..99999) %}{% endfor %}",
        "{{ profile.a | plus }}",
        "{{ profile.a | upcase: 1 }}",
        "{{ profile.a | json: 1 }}",
        "{{ profile.l | concat: 'x' }}",
        "{% if profile.a < 'x' %}{% endif %}",
        "{% if profile.a contains 1 %}{% endif %}",
        "{{ profile.l | sort }}",
        "{% for i in profile.l limit: 'x' %}{% endfor %}",
    ],
)
def test_what_cannot_be_made_is_said_in_german_too(source):
    with pytest.raises(RenderProblem) as raised:
        render_once(kind="sms", content={"text": source}, values={"profile": {"a": 1, "l": [1, "a"]}})
    with translation.override("de"):
        german = told(raised.value)
    reason = german.removeprefix("Text, Zeile 1, ließ sich nicht erstellen: ").removesuffix(".")
    assert reason != german
    assert reason not in str(raised.value)


def test_a_filter_with_other_values_than_it_takes_is_not_explained_in_pythons_words():
    with pytest.raises(RenderProblem, match="the filter json needs more values, or fewer"):
        render_once(kind="sms", content={"text": "{{ profile.a | json: 1 }}"}, values={"profile": {}})
