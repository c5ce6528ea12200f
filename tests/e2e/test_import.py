"""A technical user imports profiles with the screens alone, watches it, and erases one of the people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from datasources.models import Profile, Schema
from journeyorch.access.models import Sandbox, User
from journeyorch.background.models import BackgroundTask
from journeyorch.background.running import work
from tests.datasources.importing.conftest import DOCUMENT
from tests.e2e.login import log_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database("postgres"),
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]

FILE = "CRMID;firstName;visits\n" + "".join(f"guest-{n};Zoe;{n if n != 7 else 'x'}\n" for n in range(300))


@pytest.fixture
def page(live_server: Any, open_page: Callable[..., Page]) -> Page:
    cache.clear()
    prod = Sandbox.objects.get(name="prod")
    Schema.objects.create(sandbox=prod, name="Guests", kind="profile", document=DOCUMENT)
    User.objects.create_superuser("anna", password="secret").sandboxes.add(prod)
    page = open_page(viewport={"width": 1440, "height": 900})
    log_in(page, live_server.url)
    return page


def test_profiles_are_imported_watched_and_one_erased(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/admin/datasources/profile/")
    page.get_by_role("link", name="Import profiles").click()
    page.get_by_label("Schema:").select_option(label="Guests")
    file = {"name": "guests.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.get_by_label("File:").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Show what it means").click()

    expect(page.get_by_label("Values are parted by:")).to_have_value(";")
    expect(page.get_by_label("Field for firstName")).to_have_value("person.name.firstName")
    expect(page.get_by_text("the value is no integer")).to_be_visible()
    page.get_by_role("button", name="Start the import").click()

    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "0")
    assert work(owner="test")
    expect(page.get_by_text("It breaks the schema").or_(page.get_by_text("is no integer"))).to_be_visible()
    while work(owner="test"):
        pass
    # By itself, without loading the page.
    expect(bar).to_have_attribute("value", "100", timeout=30_000)
    expect(page.get_by_role("heading", name="Import of records: Done")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel it")).to_be_hidden()
    assert Profile.objects.count() == 299

    page.goto(f"{live_server.url}/admin/datasources/profile/?q=guest-8")
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_role("link", name=f"Import {BackgroundTask.objects.get().pk}").first).to_be_visible()
    page.get_by_role("link", name="Export or erase").click()
    page.get_by_role("button", name="Find").click()
    page.get_by_label("To erase, enter the identity again:").fill("guest-8")
    page.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_role("heading", name="Erasure of a person: Under way")).to_be_visible()
    while BackgroundTask.objects.open().exists():
        BackgroundTask.objects.update(not_before="2020-01-01T00:00Z")
        work(owner="test")
    expect(page.get_by_role("heading", name="Erasure of a person: Done")).to_be_visible(timeout=30_000)
    assert Profile.objects.count() == 298
