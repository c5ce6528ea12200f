"""Publish, close, stop, copy, delete, edit: what pages ask and what they then do."""

from __future__ import annotations

import json

import pytest

from journeys.models import Journey, JourneyVersion
from tests.journeys.views.conftest import drawing


def status(version) -> str:
    version.refresh_from_db()
    return version.status


def test_publishing_is_confirmed_first(maker, draft):
    asked = maker.get(f"/versions/{draft.uid}/publish/")
    assert "Publish this version?" in asked.content.decode()
    assert status(draft) == "draft"
    assert maker.post(f"/versions/{draft.uid}/publish/").url == f"/versions/{draft.uid}/"
    assert status(draft) == "live"
    assert draft.published_by is not None


def test_a_draft_with_errors_has_no_button_to_publish_it(maker, draft):
    JourneyVersion.objects.filter(pk=draft.pk).update(document={**drawing(), "start": []})
    page = maker.get(f"/versions/{draft.uid}/publish/").content.decode()
    assert "ERR_JOURNEY_NO_START" in page
    assert '<button class="button button--primary">' not in page
    maker.post(f"/versions/{draft.uid}/publish/")
    assert status(draft) == "draft"


def test_stopping_says_how_many_people_are_inside(maker, live, person):
    for number in range(3):
        person(f"{number}@x.org")
    page = maker.get(f"/versions/{live.uid}/stop/").content.decode()
    assert "3 people are inside." in page
    maker.post(f"/versions/{live.uid}/stop/")
    assert status(live) == "stopped"


def test_publishing_a_new_version_says_what_becomes_of_the_old_one(maker, live, person):
    person("a@x.org")
    made = maker.post(f"/versions/{live.uid}/new-version/")
    page = maker.get(f"{made.url}publish/").content.decode()
    assert "Version 1 is closed; 1 person inside it finishes it." in page


def test_closing_lets_nobody_in_any_more(maker, live):
    maker.post(f"/versions/{live.uid}/close/")
    assert status(live) in ("closed", "finished")


@pytest.mark.parametrize("move", ["close", "stop", "new-version"])
def test_what_is_not_possible_is_refused_with_a_reason(maker, draft, move):
    assert "cannot be done" in maker.get(f"/versions/{draft.uid}/{move}/").content.decode()
    answer = maker.post(f"/versions/{draft.uid}/{move}/", follow=True)
    assert "notice--error" in answer.content.decode()
    assert status(draft) == "draft"


def test_a_copy_is_a_new_journey_with_a_name_of_its_own(maker, live):
    for _ in range(2):
        maker.post(f"/versions/{live.uid}/duplicate/")
    assert Journey.objects.count() == 3
    assert JourneyVersion.objects.filter(status="draft").count() == 2


def test_deleting_the_only_draft_deletes_the_journey(maker, draft):
    assert maker.post(f"/versions/{draft.uid}/delete/").url == "/"
    assert not Journey.objects.exists()


# --- Creating and editing -------------------------------------------------------------------------


def test_a_journey_begins_with_its_name(maker, sandbox):
    answer = maker.post("/journeys/new/", {"name": "Welcome"})
    version = JourneyVersion.objects.get(journey__name="Welcome")
    assert answer.url == f"/versions/{version.uid}/edit/"


@pytest.mark.parametrize("name", ["", "   ", "Win back", "x" * 121])
def test_a_name_that_is_empty_taken_or_too_long_is_refused(maker, draft, name):
    answer = maker.post("/journeys/new/", {"name": name})
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]
    assert Journey.objects.count() == 1


def save(client, version, document, revision: int | None = None):
    text = document if isinstance(document, str) else json.dumps(document)
    data = {"document": text, "revision": revision if revision is not None else version.revision}
    return client.post(f"/versions/{version.uid}/edit/", data)


def test_a_definition_that_can_be_read_is_saved_even_if_it_is_unfinished(maker, draft):
    assert save(maker, draft, {"start": [], "activities": {}}).url == f"/versions/{draft.uid}/"
    draft.refresh_from_db()
    assert draft.document["activities"] == {}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{"start": ', "This is no valid JSON: look at line 1"),
        ("", "This field is required"),
        ({"activities": {"a": {"kind": "wait", "colour": "red"}}}, "activities.a.colour cannot be read"),
        ([], "The definition cannot be read"),
        ({"start": ["no spaces allowed"]}, "start.0"),
    ],
)
def test_a_definition_that_cannot_be_read_is_shown_again_and_not_saved(maker, draft, document, message):
    answer = save(maker, draft, document)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    before = draft.document
    draft.refresh_from_db()
    assert draft.document == before


def test_two_people_do_not_overwrite_each_other(maker, draft):
    save(maker, draft, drawing())
    answer = save(maker, draft, {"activities": {}})
    assert answer.status_code == 422
    assert "Somebody else" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.document["activities"]


def test_published_versions_are_not_edited(maker, live):
    assert maker.get(f"/versions/{live.uid}/edit/").url == f"/versions/{live.uid}/"
    before = live.document
    save(maker, live, {"activities": {}})
    live.refresh_from_db()
    assert live.document == before
