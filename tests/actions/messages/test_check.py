"""What keeps a template from being saved."""

from __future__ import annotations

import pytest

from actions.messages.check import check_template, missing_parameters

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
        ({"text": "a\n{{ room"}, "text, line 2: {{ is never closed by }}."),
        ({"text": "a\n\n{% if x %}"}, "text, line 3:"),
        ({"text": "a\nb {{ rom }}"}, "text, line 2: “rom” is neither profile nor a parameter."),
        ({"text": "a\nb {{ profile.x | upper }}"}, "text, line 2:"),
        ({"text": "{% include 'x' %}"}, "text, line 1:"),
        ({"text": "  "}, "content: The message is empty."),
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
    assert missing_parameters(declared, ["nights"]) == ["room"]
