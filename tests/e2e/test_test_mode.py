"""A draft is tested in the browser: an event is triggered, the path turns green, the log tells the rest."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from datasources.models import Identity, Profile, Segment
from journeyorch.access.models import Sandbox
from journeys import publishing, testing
from journeys.definition.document import Document
from journeys.engine.drain import drain_once
from journeys.models import JourneyVersion
from tests.e2e.login import log_in

from .hands import at_once, held, press_twice

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database("postgres"),
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]

TESTER = "tester-001"


@pytest.fixture
def draft(hotel: Sandbox) -> JourneyVersion:
    """The next version of the hotel's journey, and a test profile."""
    profile = Profile.objects.create(sandbox=hotel, attributes={"testProfile": True}, test_profile=True)
    Identity.objects.create(
        sandbox=hotel, profile=profile, namespace="CRMID", value=TESTER, seen_at=timezone.now()
    )
    return publishing.new_version(JourneyVersion.objects.get(), by=None)


def test_a_draft_is_tested_in_the_designer(open_page: Any, live_server: Any, draft: JourneyVersion) -> None:
    page: Page = open_page(viewport={"width": 1440, "height": 900})
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/versions/{draft.uid}/design/")
    # With the keyboard alone.
    page.keyboard.press("t")
    page.get_by_role("dialog").get_by_role("button", name="Test").press("Enter")
    expect(page.locator(".chip--test")).to_be_visible()
    expect(page.get_by_text("The test is on: send an event.").first).to_be_visible()

    pane = page.get_by_role("complementary", name="Test")
    expect(pane.get_by_role("heading", name="Trigger an event")).to_be_visible()
    # What is typed next belongs into the form, however soon it comes.
    assert at_once(page, "e", "document.activeElement.id") == "trigger-person"
    person = pane.get_by_role("combobox", name="Test profile")
    page.keyboard.type("tester-002")
    page.keyboard.press("Tab")
    pane.get_by_role("button", name="Make tester-002 a new test profile").click()
    expect(page.get_by_text("tester-002 is a test profile now.").first).to_be_visible()
    pane.get_by_role("button", name="Show as JSON").click()
    expect(pane.get_by_label("Payload as JSON")).to_be_visible()
    pane.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The event is sent.").first).to_be_visible()
    while drain_once(draft.sandbox_id):
        pass

    expect(page.locator("[data-test-now]")).to_contain_text("tester-002")
    expect(page.locator(".way--taken").first).to_be_attached()
    expect(page.get_by_role("button", name="Passed in the test.").first).to_be_visible()
    expect(page.locator("[aria-live]").first).to_contain_text("tester-002")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("l")
    expect(page.get_by_role("region", name="The instances as JSON")).to_contain_text('"transitionHistory"')
    # Another profile has another path.
    person.fill(TESTER)
    person.press("Tab")
    expect(page.locator(".way--taken")).to_have_count(0)

    page.get_by_role("button", name="End the test").click()
    end = page.get_by_role("dialog").get_by_role("button", name="End the test")
    assert press_twice(end) == 1
    expect(page.get_by_text("The test is off; this is a draft again.").first).to_be_visible()


def test_a_qualification_is_sent_once(open_page: Any, live_server: Any, draft: JourneyVersion) -> None:
    Segment.objects.create(sandbox=draft.sandbox, name="Members", expression="true")
    qualified = {"kind": "segment_qualification", "config": {"segment": "Members", "namespace": "CRMID"}}
    document = Document.model_validate({"start": ["in"], "activities": {"in": qualified}})
    version = publishing.create_journey(draft.sandbox, "By segment", by=None, document=document)
    testing.switch_on(version, by=None)
    page: Page = open_page(viewport={"width": 1440, "height": 900})
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/versions/{version.uid}/design/")
    pane = page.get_by_role("complementary", name="Test")
    expect(pane.get_by_role("heading", name="Segment qualification")).to_be_visible()
    assert at_once(page, "p", "document.activeElement.id") == "qualify-person"
    page.keyboard.insert_text(TESTER)
    # Who gets no answer at once may press again.
    with held(page, "**/test/qualification") as sent:
        pane.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_text("The qualification is sent.").first).to_be_visible()
    assert len(sent) == 1
