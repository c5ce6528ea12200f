"""Expressions on pages with forms: of a segment by a business user, of an event in the administration."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect

from datasources.models import Schema, Segment
from events.models import Event
from journeyorch.access.models import Sandbox, User
from tests.e2e.axe import Looker
from tests.e2e.login import PASSWORD, log_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]

GOLD = '#{ExperiencePlatform.ProfileFieldGroup.loyalty.status} == "gold"'


def test_a_business_user_puts_a_segment_together(hotel: Sandbox, page: Page, live_server: Any) -> None:
    ben = User.objects.create_user("ben", password=PASSWORD)
    ben.sandboxes.add(hotel)
    may = ("add_segment", "change_segment", "view_segment", "view_journey")
    ben.user_permissions.set(Permission.objects.filter(codename__in=may))
    log_in(page, live_server.url, "ben")
    page.goto(f"{live_server.url}/segments/new/")

    page.get_by_label("Name").fill("Golden")
    with page.expect_request("**/expressions/complete") as asked:
        page.get_by_role("button", name="Open editor for Expression").dblclick()
    assert asked.value.headers["x-sandbox-name"] == hotel.name, "another tab may have gone elsewhere"
    dialog = page.get_by_role("dialog", name="Expression")
    # There is one group of fields: it is open already.
    dialog.get_by_role("treeitem", name="loyalty").click()
    dialog.get_by_role("treeitem", name="status").click()
    dialog.get_by_label("Value").fill("gold")
    expect(dialog.locator(".meaning")).to_contain_text("loyalty.status")
    assert page.locator("dialog.expression").count() == 1
    assert Looker(page).faults() == []
    dialog.get_by_role("button", name="OK").click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_label("Expression", exact=True)).to_have_value(GOLD)
    expect(page.get_by_role("button", name="Open editor for Expression")).to_be_focused()

    # Escape leaves it as it is.
    page.keyboard.press("Enter")
    dialog.get_by_label("Value").fill("silver")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(lambda url: "/new/" not in url)
    assert Segment.objects.get(name="Golden").expression == GOLD


def test_a_technical_user_writes_what_an_event_is(hotel: Sandbox, page: Page, live_server: Any) -> None:
    schema = Schema.objects.filter(sandbox=hotel, kind=Schema.Kind.EVENT).first()
    assert schema is not None
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/events/event/add/")
    opening = page.get_by_role("button", name="Open editor for Condition")
    page.locator("[name=type]").select_option("rule")

    # What it can refer to is not known yet.
    opening.click()
    expect(page.get_by_role("status").filter(has_text="Fill in “Schema” first.")).to_be_visible()
    expect(page.locator("[name=schema]")).to_be_focused()
    page.locator("[name=schema]").select_option(str(schema.pk))
    page.locator("[name=name]").fill("Arrived")

    opening.click()
    dialog = page.get_by_role("dialog", name="Condition")
    dialog.get_by_role("button", name="Advanced").click()
    code = dialog.get_by_role("textbox", name="Condition", exact=True)
    expect(code).to_be_focused()
    # CodeMirror's own style sheet came along into the tree apart.
    assert code.evaluate("e => getComputedStyle(e).whiteSpaceCollapse") in ("preserve", "break-spaces")
    page.keyboard.type("@{Arr")
    offers = dialog.locator(".cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)")
    expect(offers.get_by_role("option", name="Arrived")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type('.eventType} == "arrival"')
    expect(dialog.locator(".meaning")).to_contain_text("Arrived eventType")
    # The event is not saved yet: there is a place for its field all the same.
    dialog.get_by_text("Try it").click()
    sample = dialog.get_by_role("textbox", name="Sample data")
    expect(sample).to_have_value(re.compile('"eventType": null'))
    sample.fill('{"events": {"Arrived": {"eventType": "arrival"}}}')
    expect(dialog.locator(".trial-bench__result")).to_contain_text("true")
    dialog.get_by_role("button", name="OK").click()
    written = '@{Arrived.eventType} == "arrival"'
    expect(page.locator("[name=condition]")).to_have_value(written)

    page.locator("[name=namespace]").select_option("CRMID")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Event.objects.get(name="Arrived").condition == written
