"""A technical user maps what a system sends, with the keyboard alone; the page breaks no policy."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from datasources.models import Schema
from datasources.platform.schemas.library import compose
from events.models import Inlet
from journeyorch.access.models import Sandbox, User
from tests.e2e.login import log_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]


def test_rows_are_written_tried_and_saved_with_the_keyboard(open_page: Any, live_server: Any) -> None:
    cache.clear()
    sandbox = Sandbox.objects.get(name="prod")
    schema = Schema.objects.create(
        sandbox=sandbox, name="Orders", kind="event", document=compose("event", ["commerce"])
    )
    inlet = Inlet.objects.create(sandbox=sandbox, key="shop", name="Shop", schema=schema)
    User.objects.create_superuser("anna", password="secret").sandboxes.add(sandbox)
    page = open_page(viewport={"width": 390, "height": 844})
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/events/inlet/{inlet.pk}/mapping/")

    page.get_by_label("Source").first.focus()
    for text in ("order.id", "", "", "_id"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.get_by_label("Function").first.select_option("concat")
    page.get_by_label("Body").fill('{"order": {"id": 7}, "type": 5}')
    page.get_by_role("button", name="Preview").press("Enter")
    page.get_by_text("It follows schema Orders.").wait_for()
    expect(page.locator("pre")).to_contain_text('"_id": "7"')
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page is wider than a phone"

    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_text("The mapping was saved.").wait_for()
    row = {"source": "order.id", "function": "concat", "argument": "", "target": "_id", "only_for": ""}
    assert Inlet.objects.get().mapping == [row]
