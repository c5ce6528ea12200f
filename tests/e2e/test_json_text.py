"""A technical user forgets a brace in a document with secrets: nothing is sent, and nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from datasources.models import DataSource
from journeyorch.access.models import Sandbox, User
from tests.e2e.login import log_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]
BROKEN = '{"type": "customAuthorization", "headers": {"X-Key": "secret"'


@pytest.fixture
def page(open_page: Any, live_server: Any) -> Page:
    cache.clear()
    User.objects.create_superuser("anna", password="secret").sandboxes.add(Sandbox.objects.get(name="prod"))
    page = open_page()
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/datasources/datasource/add/")
    return page


def test_a_document_that_is_no_json_stays_in_the_form(page: Page) -> None:
    page.locator("#id_name").fill("Stays")
    page.locator("#id_url").fill("https://api.example.com")
    page.locator("#id_auth_type").select_option("custom")
    document = page.get_by_label("How to get the token:")
    document.fill(BROKEN)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(document).to_be_focused()
    expect(document).to_have_value(BROKEN)
    told = document.evaluate("area => area.validationMessage")
    assert told.startswith("This is not JSON.")

    # Of another choice it is not looked at.
    page.locator("#id_auth_type").select_option("none")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert DataSource.objects.get().name == "Stays"
