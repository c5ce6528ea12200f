"""A draft is tested in the browser: an event is triggered, the path turns green, the log tells the rest."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from datasources.models import Identity, Profile
from journeyorch.access.models import Sandbox
from journeys import publishing
from journeys.engine.drain import drain_once
from journeys.models import JourneyVersion

pytestmark = [
    pytest.mark.e2e,
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


def test_a_draft_is_tested_on_its_page(open_page: Any, live_server: Any, draft: JourneyVersion) -> None:
    page: Page = open_page(viewport={"width": 1440, "height": 900})
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/versions/{draft.uid}/")
    page.get_by_role("navigation", name="Parts of this page").get_by_role("link", name="Test").click()
    page.get_by_role("link", name="Switch the test mode on").click()
    page.get_by_role("button", name="Test").click()
    expect(page.locator(".chip--test").first).to_be_visible()

    # With the keyboard alone.
    page.get_by_role("combobox", name="Test profile").fill(TESTER)
    page.get_by_role("combobox", name="Test profile").press("Enter")
    expect(page.get_by_text("The event is sent.")).to_be_visible()
    expect(page.locator("[data-path-now]")).to_contain_text("Nobody has entered yet")
    while drain_once(draft.sandbox_id):
        pass

    expect(page.locator("[data-path-now]")).to_contain_text(TESTER, timeout=20_000)
    expect(page.locator(".way--taken").first).to_be_attached()
    expect(page.locator(".step--passed").first).to_be_visible()
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#log")).to_contain_text('"transitionHistory"')
    expect(page.get_by_role("combobox", name="Test profile")).to_have_value(TESTER)

    page.get_by_role("link", name="End the test").first.click()
    page.get_by_role("button", name="End the test").click()
    expect(page.get_by_text("The test is off; this is a draft again.")).to_be_visible()


def log_in(page: Page, url: str) -> None:
    page.goto(f"{url}/login/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{url}/")
