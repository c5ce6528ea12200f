"""Publish, close, stop, copy, delete, edit: what pages ask and what they then do."""

from __future__ import annotations

import pytest

from journeys import publishing, testing
from journeys.definition.document import Document
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
    page = maker.get(f"/versions/{live.uid}/stop/").content.decode()
    assert "Nobody is inside." in page
    assert "All of them are ended" not in page
    for number in range(3):
        person(f"{number}@x.org")
    page = maker.get(f"/versions/{live.uid}/stop/").content.decode()
    assert "3 people are inside." in page
    maker.post(f"/versions/{live.uid}/stop/")
    assert status(live) == "stopped"


def test_publishing_a_new_version_says_what_becomes_of_the_old_one(maker, live, person):
    person("a@x.org")
    made = maker.post(f"/versions/{live.uid}/new-version/")
    page = maker.get(made.url.replace("design/", "publish/")).content.decode()
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


def test_a_jump_into_a_journey_in_test_can_be_tested_and_not_published(maker, sandbox, draft):
    to = {"journey": str(draft.journey.uid), "event": "Ordered", "values": {"total": "1.0"}}
    jump = {"kind": "jump", "config": to}
    start = {"kind": "event", "config": {"event": "Ordered"}, "to": {"next": ["there"]}}
    document = Document.model_validate({"start": ["in"], "activities": {"in": start, "there": jump}})
    origin = publishing.create_journey(sandbox, "Origin", by=None, document=document)
    address = f"/versions/{origin.uid}"
    asked = f"/api/v1/versions/{origin.uid}/moves"
    assert (
        "error keeps this draft from being tested" in maker.get(f"{address}/switch-test-on/").content.decode()
    )

    testing.switch_on(draft, by=None)

    moves = {move["name"]: move["errors"] for move in maker.get(asked).json()["moves"]}
    assert (moves["publish"], moves["switch-test-on"]) == (1, 0)
    assert "error keeps" not in maker.get(f"{address}/switch-test-on/").content.decode()
    assert "error keeps this draft from being published" in maker.get(f"{address}/publish/").content.decode()


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
    assert answer.url == f"/versions/{version.uid}/design/"


@pytest.mark.parametrize("name", ["", "   ", "Win back", "x" * 121])
def test_a_name_that_is_empty_taken_or_too_long_is_refused(maker, draft, name):
    answer = maker.post("/journeys/new/", {"name": name})
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"]
    assert Journey.objects.count() == 1
