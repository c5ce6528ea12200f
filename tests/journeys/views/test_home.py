"""The list of journeys and the first steps."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journeys import publishing
from journeys.models import JourneyVersion


@pytest.fixture
def many(sandbox, live, person):
    """A live version with two people inside, its next draft, and 40 more drafts."""
    person("anna@example.com")
    person("bo@example.com")
    publishing.new_version(live, by=None)
    for number in range(40):
        publishing.create_journey(sandbox, f"Journey {number:02}", by=None)


def names(answer) -> list[tuple[str, int]]:
    return [(version.journey.name, version.number) for version in answer.context["shown"].object_list]


def test_without_journeys_the_page_says_what_one_is(maker, sandbox):
    page = maker.get("/").content.decode()
    assert "There is no journey yet" in page
    assert "/journeys/new/" in page


def test_the_list_comes_in_pages_and_says_how_many_there_are(reader, many):
    answer = reader.get("/")
    assert "1–30 of 42" in answer.content.decode()
    assert len(names(reader.get("/?page=2"))) == 12


def test_the_list_needs_few_queries_however_long_it_is(reader, many):
    with CaptureQueriesContext(connection) as queries:
        reader.get("/")
    assert len(queries) <= 20


def test_people_inside_are_counted(reader, many):
    rows = reader.get("/?status=live").context["rows"]
    assert [(row.version.journey.name, row.inside) for row in rows] == [("Win back", 2)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=win", [("Win back", 2), ("Win back", 1)]),
        ("q=win&latest=1", [("Win back", 2)]),
        ("q=win&status=live", [("Win back", 1)]),
        ("q=journey 0&sort=name", [(f"Journey 0{number}", 1) for number in range(10)]),
        ("q=journey 0&sort=-name", [(f"Journey 0{number}", 1) for number in range(9, -1, -1)]),
        ("q=nothing like this", []),
    ],
)
def test_search_filters_and_order_live_in_the_address(reader, many, query, expected):
    assert names(reader.get(f"/?{query}")) == expected


@pytest.mark.parametrize(
    "query", ["sort=password", "page=-1", "page=x", "status=no-such", "latest=7", "sort=--name"]
)
def test_an_address_that_makes_no_sense_shows_the_list(reader, many, query):
    assert len(names(reader.get(f"/?{query}"))) in (12, 30)


def test_the_first_steps_are_ticked_by_what_there_is(reader, live, person):
    done = [task.done for task in reader.get("/").context["tasks"]]
    assert done == [True, False, True, True, False]


def test_names_are_text_and_never_markup(maker, sandbox, event):
    publishing.create_journey(sandbox, "<script>alert(1)</script>", by=None)
    page = maker.get("/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_row_actions_are_those_that_are_possible(maker, live):
    row = maker.get("/").context["rows"][0]
    assert [move.name for move in row.moves] == ["close", "stop", "new-version", "duplicate"]
    JourneyVersion.objects.update(status="stopped")
    row = maker.get("/").context["rows"][0]
    assert [move.name for move in row.moves] == ["duplicate", "delete"]
