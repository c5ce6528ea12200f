"""The list of journeys and the first steps."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import InletToken
from journeyorch.access.models import User
from journeys import publishing
from journeys.labels import rename_journey
from journeys.models import JourneyVersion


@pytest.fixture
def many(sandbox, live, person):
    """A live version with two people inside, its next draft, and 40 more drafts."""
    person("anna@example.com")
    person("bo@example.com")
    rename_journey(live.journey, name="Win back", description="", tags=["vip", "high season"], by=None)
    publishing.new_version(live, by=None)
    for number in range(40):
        publishing.create_journey(sandbox, f"Journey {number:02}", by=None)


def names(answer) -> list[tuple[str, int]]:
    return [(version.journey.name, version.number) for version in answer.context["list"].shown.object_list]


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
    rows = reader.get("/?status=live").context["list"].rows
    assert [(row.name, row.known) for row in rows] == [("Win back", 2)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=win", [("Win back", 2), ("Win back", 1)]),
        ("q=win&latest=1", [("Win back", 2)]),
        ("q=win&status=live", [("Win back", 1)]),
        ("q=journey 0&sort=name", [(f"Journey 0{number}", 1) for number in range(10)]),
        ("q=journey 0&sort=-name", [(f"Journey 0{number}", 1) for number in range(9, -1, -1)]),
        ("q=nothing like this", []),
        ("q=win&created_from=2001-02-03&created_until=2190-01-01", [("Win back", 2), ("Win back", 1)]),
        ("created_until=2001-02-03", []),
        ("q=win&published_from=2001-02-03", [("Win back", 1)]),
        ("start=event", [("Win back", 2), ("Win back", 1)]),
        ("start=segment_qualification", []),
        ("uses=event:Ordered&status=live", [("Win back", 1)]),
        ("mine=1", []),
        ("q=high season", [("Win back", 2), ("Win back", 1)]),
    ],
)
def test_search_filters_and_order_live_in_the_address(reader, many, query, expected):
    assert names(reader.get(f"/?{query}")) == expected


def test_whose_journeys_they_are_is_who_made_or_published_them(reader, maker, many, live):
    made = publishing.create_journey(live.sandbox, "Ours", by=user_of(reader))
    JourneyVersion.objects.filter(pk=live.pk).update(published_by=user_of(reader))
    assert names(reader.get("/?mine=1&sort=name")) == [("Ours", made.number), ("Win back", live.number)]
    assert names(maker.get("/?mine=1")) == []


def user_of(client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


@pytest.mark.parametrize(
    "query",
    [
        "sort=password",
        "page=-1",
        "page=x",
        "status=no-such",
        "latest=7",
        "uses=event:Gone",
        "uses=event",
        "start=split",
        "sort=--name",
        "created_from=0001-01-01",
    ],
)
def test_an_address_that_makes_no_sense_shows_the_list(reader, many, query):
    assert len(names(reader.get(f"/?{query}"))) in (12, 30)


def test_the_first_steps_are_ticked_by_what_there_is(reader, live, person):
    tasks = reader.get("/").context["steps"].tasks
    assert [task.is_done for task in tasks] == [True, False, False, True, False, True, False]


def test_help_begins_with_what_business_users_ask(reader):
    pages = [help.page for _topic, help in reader.get("/help/").context["topics"]]
    of_users = [page.startswith("users.md") for page in pages]
    assert (of_users[0], of_users[-1]) == (True, False)
    assert of_users == sorted(of_users, reverse=True)


def test_names_are_text_and_never_markup(maker, sandbox, event):
    publishing.create_journey(sandbox, "<script>alert(1)</script>", by=None)
    page = maker.get("/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_row_actions_are_those_that_are_possible(maker, live):
    def labels() -> list[str]:
        return [str(action.label) for action in maker.get("/").context["list"].rows[0].actions]

    moves = ["Close to new entrances", "Stop", "New version", "Duplicate"]
    assert labels() == ["Name and labels", "Why does nobody enter?", "Export", *moves]
    JourneyVersion.objects.update(status="stopped")
    assert labels() == ["Export", "Duplicate", "Delete"]


def test_a_filter_that_is_chosen_stands_in_a_chip_that_takes_it_away(reader, many):
    chips = reader.get("/?status=live&status=draft&latest=1&page=2").context["list"].chips
    assert [link.chip.label for link in chips] == ["Draft", "Live", "Latest versions only"]
    assert chips[0].query == "?status=live&latest=1"


def test_columns_and_order_are_remembered_for_the_user(reader, maker, many):
    assert reader.post("/?q=win", {"columns": ["status"], "sort": "name"}).url == "/?q=win"
    ours, theirs = reader.get("/").context["list"], maker.get("/").context["list"]
    assert ([column.name for column in ours.chosen], ours.sort) == (["name", "status"], "name")
    assert ([column.name for column in theirs.chosen][-1], theirs.sort) == ("published", "-updated")
    reader.post("/", {"reset": "1"})
    assert reader.get("/").context["list"].sort == "-updated"


@pytest.mark.parametrize(
    ("query", "name", "updated"),
    [
        ("", "name", "updated"),
        ("sort=name", "-name", "-updated"),
        ("sort=-name", "name", "-updated"),
        ("sort=updated", "name", "-updated"),
    ],
)
def test_a_head_sorts_names_from_a_and_moments_from_the_latest_and_then_turns_round(
    reader, live, query, name, updated
):
    page = reader.get(f"/?{query}").content.decode()
    heads = re.findall(r'href="\?sort=([\w-]+)" data-sort="([\w-]+)"', page)
    assert {(name, name), (updated, updated)} <= set(heads)


def test_filters_are_remembered_for_the_user_who_wants_that(reader, maker, many):
    assert reader.post("/?q=win&latest=1&status=draft", {"filters": "1"}).url.endswith("status=draft")
    for query in ("", "?q=journey", "?page=2", "?sort=name"):
        shown = reader.get(f"/{query}").context["list"]
        assert {version.status for version in shown.shown.object_list} == {"draft"}
        assert [link.chip.label for link in shown.chips] == ["Draft", "Latest versions only"]
    assert {link.query for link in shown.chips} == {
        "?sort=name&latest=1&all=1",
        "?sort=name&status=draft&all=1",
    }
    assert (count(reader, shown.unfiltered_url), count(reader, "/?status=live")) == (42, 1)
    assert count(maker, "/") == 42, "others see what they want"

    reader.post("/", {"columns": ["status"]})
    assert count(reader, "/") == 42


def count(client, address: str) -> int:
    return client.get(address).context["list"].shown.paginator.count


def test_the_first_steps_can_be_hidden_and_shown_again(reader, live):
    reader.post("/first-steps/", {"hide": "1"})
    assert reader.get("/").context["steps"] is None
    reader.post("/first-steps/")
    assert reader.get("/").context["steps"]


def test_sample_data_go_into_an_empty_sandbox_as_a_draft_without_a_key(admin_client, sandbox):
    assert admin_client.get("/").context["can_load_sample"]
    admin_client.post("/sample/")
    assert JourneyVersion.objects.get().status == "draft"
    assert not InletToken.objects.exists()
    assert admin_client.post("/sample/").status_code == 403
