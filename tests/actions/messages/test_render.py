"""What a template makes of a person, and what it must never do."""

from __future__ import annotations

import time

import pytest

from actions.messages.render import RenderProblem, render, render_once

MARKUP = "<script>alert('x')</script>"
PROFILE = {"person": {"name": {"firstName": "Ada", "lastName": MARKUP}}, "loyalty": {"tier": "gold"}}


def text(source, **values):
    return render_once(kind="sms", content={"text": source}, values={"profile": PROFILE, **values})["text"]


def html(source, **values):
    return render_once(kind="email", content={"html": source}, values={"profile": PROFILE, **values})["html"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hello {{ profile.person.name.firstName }}", "Hello Ada"),
        ("{{ profile.person.name.middleName }}|", "|"),
        ("{{ profile.person.nickName | default: 'friend' }}", "friend"),
        ("{% if profile.loyalty.tier == 'gold' %}★{% else %}☆{% endif %}", "★"),
        ("{% for item in items %}{{ item.name }};{% endfor %}", "Bed;Bath;"),
        ("{{ nights }} nights", "3 nights"),
        ("{{ profile.__class__ }}{{ profile.person.keys }}", ""),
    ],
)
def test_text_is_made_from_profile_and_parameters(source, expected):
    assert text(source, items=[{"name": "Bed"}, {"name": "Bath"}], nights=3) == expected


@pytest.mark.parametrize(
    "source",
    [
        "{{ profile.person.name.lastName }}",
        "{{ profile.person.name.lastName | upcase | downcase }}",
        "{{ profile.person.name.lastName | escape | strip_html }}",
        "{{ profile.person.name.lastName | newline_to_br | url_encode | url_decode }}",
        "{{ profile.person.name.lastName | escape_once }}",
        "{{ profile.person.name.lastName | split: '(' | join: '(' }}",
        "{% capture name %}{{ profile.person.name.lastName }}{% endcapture %}{{ name }}",
        "{{ profile }}",
        "{{ given }}",
    ],
)
def test_markup_in_values_stays_text_in_html(source):
    assert "<script" not in html(source, given=[MARKUP]).lower()


def test_markup_of_the_template_itself_is_kept():
    assert html("<b>{{ profile.person.name.firstName }}</b>") == "<b>Ada</b>"


def test_plain_text_is_not_escaped():
    assert text("{{ profile.person.name.lastName }}") == MARKUP


def test_a_subject_is_one_line_whatever_the_values_are():
    parts = render_once(
        kind="email",
        content={"subject": "For {{ who }}"},
        values={"profile": {}, "who": "A\r\nBcc: everybody\n"},
    )
    assert parts["subject"] == "For A Bcc: everybody"


def test_what_a_database_refuses_is_left_out():
    assert text("{{ odd }}", odd="a\x00b") == "ab"


HOSTILE = {
    "nested loops": "{% for i in (1..10000) %}{% for j in (1..10000) %}x{% endfor %}{% endfor %}",
    "many loops": "{% for i in (1..10000) %}{{ profile.x }}{% endfor %}" * 3000,
    "loop without an end": "{% for i in (1..100000000000) reversed %}{% endfor %}",
    "long range": "{{ (1..10000000000) | join: ',' }}",
    "list of a long range": "{% assign all = (1..10000000000) | reverse %}",
    "doubling": "{% assign s = 'aaaaaaaa' %}" + "{% assign s = s | append: s %}" * 60,
    "doubling by capture": "{% capture s %}aaaa{% endcapture %}"
    + "{% capture s %}{{s}}{{s}}{% endcapture %}" * 60,
    "doubling a list": "{% assign l = 'a,b' | split: ',' %}" + "{% assign l = l | concat: l %}" * 60,
    "squaring": "{% assign n = 999999 %}" + "{% assign n = n | times: n %}" * 40 + "{{ n }}",
    "each letter becomes the whole": "{{ long | replace: 'a', long }}",
    "long separator": "{{ long | split: '' | join: long }}",
    "much output": "{% for i in (1..100) %}{{ long }}{% endfor %}",
    "nested blocks": "{% if true %}" * 200 + "{% endif %}" * 200,
    "nested paths": "{{ a" + "[a" * 5000 + "]" * 5000 + " }}",
    "a file": "{% include '/etc/passwd' %}",
    "another file": "{% render '/etc/passwd' %}",
    "raw markup": "{{ long | safe }}",
    "never closed": "{{" * 50_000,
    "never closed tags": "{%" * 50_000,
    "raw never closed": "{% raw %}" * 15_000,
    "quotes never closed": "{{ '" * 40_000,
    "too long": "x" * 200_001,
    "division by zero": "{{ 1 | divided_by: 0 }}",
    "a time nobody lives in": "{{ '9999999999999999999999' | date: '%Y' }}",
    "half a character": "{{ half }}",
    "a format of half a character": "{{ 'now' | date: half }}",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("make", [text, html])
def test_a_hostile_template_is_refused_and_costs_little(name, make):
    started = time.thread_time()
    with pytest.raises(RenderProblem) as problem:
        make(HOSTILE[name], long="a" * 100_000, half="\ud800")
    # Far above what it takes: without the limits these take minutes and gigabytes.
    assert time.thread_time() - started < 5
    assert len(str(problem.value)) < 300


def test_a_problem_names_part_and_line():
    with pytest.raises(RenderProblem, match="The text in line 3 cannot be"):
        text("one\ntwo\n{{ 'a' | nothing }}")


def test_a_changed_template_is_compiled_again():
    def made(updated_at, source):
        return render(7, updated_at, kind="sms", content={"text": source}, values={"profile": {}})["text"]

    assert [made(1, "old"), made(1, "old"), made(2, "new")] == ["old", "old", "new"]
