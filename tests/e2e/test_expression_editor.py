"""A condition is written in the editor of expressions, in both modes, under the strict policy."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from journeys import publishing
from journeys.models import JourneyVersion
from tests.e2e.axe import Looker
from tests.e2e.hands import held
from tests.e2e.test_designer import design, draft, eventually

__all__ = ["design", "draft"]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]

STATUS = "#{ExperiencePlatform.ProfileFieldGroup.loyalty.status}"
PROFILE = {"loyalty": {"status": 'a "member"'}}
DRAWING = {
    "start": ["in"],
    "activities": {
        "in": {"kind": "event", "config": {"event": "LobbyBeacon"}, "to": {"next": ["if"]}},
        "if": {
            "kind": "condition",
            "config": {"paths": [{"id": "path-1", "label": "", "expression": f'{STATUS} == "gold"'}]},
            "to": {},
        },
    },
}


def open_editor(page: Page) -> Locator:
    # A card of the drawing, or a row of the list that phones begin with.
    page.locator('[data-step="if"], [data-outline="if"]').click()
    page.get_by_role("button", name="Open editor for Condition").click()
    dialog = page.get_by_role("dialog", name="Condition")
    expect(dialog.get_by_role("group", name="Condition on ExperiencePlatform")).to_be_visible()
    return dialog


def written(version: JourneyVersion) -> str:
    version.refresh_from_db()
    return str(version.document["activities"]["if"]["config"]["paths"][0]["expression"])


def test_a_condition_in_both_modes(design: Any, draft: JourneyVersion, page_problems: Any) -> None:
    publishing.save_draft(draft, DRAWING, revision=draft.revision)
    page = design()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    assert not page.evaluate("performance.getEntriesByType('resource').some(e => e.name.includes('dialog-'))")
    with held(page, "**/dialog-*"):
        page.locator('[data-step="if"]').click()
        page.get_by_role("button", name="Open editor for Condition").dblclick()
    dialog = page.get_by_role("dialog", name="Condition")
    expect(dialog.get_by_role("group", name="Condition on ExperiencePlatform")).to_be_visible()
    assert page.locator("dialog").count() == 1
    assert any("/dialog-" in url for url in loaded)

    dialog.get_by_role("button", name="Advanced").click()
    code = dialog.get_by_role("textbox", name="Condition", exact=True)
    expect(code).to_be_focused()
    # The style sheet that CodeMirror makes itself is let in by the nonce.
    assert code.evaluate("e => getComputedStyle(e).whiteSpaceCollapse") in ("preserve", "break-spaces")
    page.keyboard.press("Control+a")
    page.keyboard.type("#{ExperiencePlatform.ProfileFieldGroup.loy")
    # What is offered for the text before this character cannot be chosen any more.
    offers = dialog.locator(".cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)")
    expect(offers.get_by_role("option", name="loyalty")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type('.statu} == "gold"')
    expect(dialog.locator(".cm-lintRange-error")).to_have_text("statu")
    expect(dialog.get_by_role("list", name="Problems")).to_contain_text("statu")
    dialog.get_by_role("button", name="Simple").click()
    expect(dialog.locator(".faults")).to_contain_text("The expression has a problem. Correct it first.")
    dialog.get_by_role("button", name="Use status").click()
    expect(dialog.locator(".meaning")).to_contain_text("loyalty.status")
    expect(dialog.locator(".cm-lintRange-error")).to_have_count(0)

    dialog.get_by_role("button", name="Simple").click()
    dialog.get_by_label("Operator").select_option("contains")
    dialog.get_by_label("Value").fill('"member"')
    dialog.get_by_role("treeitem", name="LobbyBeacon").click()
    expect(dialog.get_by_role("treeitem", name="LobbyBeacon")).to_have_attribute("aria-expanded", "true")
    expect(dialog.get_by_role("treeitem").nth(1)).to_have_attribute("aria-level", "2")
    try_it(dialog)
    dialog.get_by_role("button", name="OK").click()
    expect(page.get_by_role("button", name="Open editor for Condition")).to_be_focused()
    expect(page.locator("#expression-path-1")).to_have_value(f'contain({STATUS}, "\\"member\\"")')
    eventually(page, f'contain({STATUS}, "\\"member\\"")', lambda: written(draft))

    # Escape leaves everything as it was.
    open_again = page.get_by_role("button", name="Open editor for Condition")
    open_again.click()
    dialog.get_by_label("Value").fill("other")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert written(draft) == f'contain({STATUS}, "\\"member\\"")'
    give_parameters(page, draft)
    ask_for_help(page)
    label_it_while_it_is_live(page, draft)
    assert page_problems.seen == []


def give_parameters(page: Page, draft: JourneyVersion) -> None:
    """What a source asks for is a tab of its own, until it is in the text."""
    dialog = open_editor(page)
    dialog.get_by_role("button", name="Advanced").click()
    expect(dialog.get_by_role("textbox", name="Condition", exact=True)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("#{Reservations.Booking.reservation.active}")
    dialog.get_by_role("button", name="Parameters (1)").click()
    dialog.get_by_role("button", name="Write into the expression").click()
    expect(dialog.get_by_text("Without this value nothing can be fetched.")).to_be_visible()
    # As quickly as somebody types: no letter is lost.
    dialog.get_by_role("textbox", name="guest").press_sequentially("@{JourneyProperties.profileId}")
    dialog.get_by_role("button", name="Write into the expression").click()
    expect(dialog.get_by_role("button", name=re.compile("^Parameters"))).to_have_count(0)
    dialog.get_by_role("button", name="OK").click()
    given = "#{Reservations.Booking.reservation.active, params: {guest: @{JourneyProperties.profileId}}}"
    eventually(page, given, lambda: written(draft))


def ask_for_help(page: Page) -> None:
    """It unfolds below its button; Escape closes it and nothing else."""
    page.get_by_role("button", name="Help: Condition").click()
    expect(page.get_by_role("link", name="Read more")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Read more")).to_have_count(0)
    expect(page.get_by_role("complementary", name="Step")).to_be_visible()


def label_it_while_it_is_live(page: Page, draft: JourneyVersion) -> None:
    """Words can be changed when people are inside, and nothing else."""
    draft.refresh_from_db()
    publishing.publish(draft, by=None)
    with page.expect_response(lambda answer: "/presence" in answer.url) as told:
        page.reload()
    # Who loads the page again does not look on beside themselves.
    assert told.value.json()["others"] == []
    page.locator('[data-step="if"]').click()
    pane = page.get_by_role("complementary", name="Step")
    pane.get_by_role("textbox", name="Label", exact=True).first.fill("In the house?")
    pane.get_by_role("textbox", name="Label of path 1").fill("Yes")
    pane.get_by_role("button", name="Save labels and description").click()
    expect(page.get_by_role("button", name="In the house?, Condition.")).to_be_visible()
    expect(page.locator("[data-chip]").filter(has_text="Yes")).to_be_visible()
    expect(pane.get_by_role("button", name="Delete")).to_have_count(0)


def try_it(dialog: Locator) -> None:
    dialog.get_by_text("Try it").click()
    expect(dialog.get_by_label("Payload").get_by_role("option")).to_have_text(["Made from the schema"])
    dialog.get_by_label("Sample data").fill(
        json.dumps({"datasources": {"ExperiencePlatform": {"ProfileFieldGroup": PROFILE}}})
    )
    expect(dialog.locator(".trial-bench__result")).to_contain_text("true")


def test_it_is_whole_on_a_phone_and_in_the_dark(design: Any, draft: JourneyVersion) -> None:
    publishing.save_draft(draft, DRAWING, revision=draft.revision)
    # axe writes styles into the page that the policy refuses; the test above looks at the policy.
    page = design(390, bypass_csp=True, color_scheme="dark")
    looker, faults = Looker(page), []
    dialog = open_editor(page)
    dialog.get_by_text("Try it").click()
    for mode in ("Simple", "Advanced"):
        dialog.get_by_role("button", name=mode).click()
        expect(dialog.get_by_role("button", name=mode)).to_have_attribute("aria-pressed", "true")
        assert dialog.evaluate("e => e.scrollWidth <= e.clientWidth")
        faults += [f"{mode}: {fault}" for fault in looker.faults()]
    assert faults == []
