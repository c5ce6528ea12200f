"""Trying expressions in the browser: problems, suggestions by keyboard, sample data, functions."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from events.models import Inlet, ReceivedEvent
from journeyorch.access.models import User
from tests.e2e.login import log_in
from tests.journeys.views.conftest import event, sandbox

from .hands import held

__all__ = ["event", "sandbox"]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]


#: What is asked for suggestions.
COMPLETE = "**/expressions/complete"


@pytest.fixture
def trial(live_server, page: Page, event) -> Page:
    """The page, opened by a technical user, with what is shown at first."""
    User.objects.create_superuser("anna", password="secret")
    log_in(page, live_server.url)
    tabs = page.get_by_role("navigation", name="Main")
    tabs.get_by_text("More", exact=True).click()
    tabs.get_by_role("link", name="Expressions").click()
    expect(page.locator("#value")).to_have_text("true")
    return page


def expression(page: Page) -> Locator:
    return page.get_by_label("Expression", exact=True)


def offered(page: Page, name: str = "") -> Locator:
    """The suggestions, or those with this text."""
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option", name=name)


def test_a_value_comes_with_its_type_and_in_plain_words(trial):
    expression(trial).fill('upper("a") + @{Order.address.city}')
    expect(trial.locator("#value")).to_have_text('"ARome"')
    expect(trial.locator("#type")).to_have_text("string")
    expect(trial.locator("#words")).to_have_text("“a” in upper case plus Order address.city.")
    expect(trial.locator("#problems")).to_have_text("No problems.")


def test_a_problem_is_underlined_told_and_mended(trial):
    expression(trial).fill("\n  @{Order.totl} > 1 ")
    expect(trial.locator("#marks mark")).to_have_text("totl")
    expect(trial.locator("#problems")).to_contain_text("Line 2, column 11:")
    expect(expression(trial)).to_have_attribute("aria-invalid", "true")
    trial.get_by_role("button", name="Use total").click()
    expect(expression(trial)).to_have_value("\n  @{Order.total} > 1 ")
    expect(trial.locator("#value")).to_have_text("true")
    expect(trial.locator("#marks mark")).to_have_count(0)


def test_suggestions_are_chosen_with_the_keyboard_alone(trial):
    expression(trial).fill("")
    expression(trial).press_sequentially("ord")
    expect(offered(trial, "Order")).to_be_visible()
    trial.keyboard.press("ArrowDown")
    expect(expression(trial)).to_have_attribute("aria-activedescendant", "offer-0")
    trial.keyboard.press("Enter")
    expect(expression(trial)).to_have_value("@{Order.")
    expect(offered(trial, "items")).to_be_visible()
    expression(trial).press_sequentially("ite")
    expect(offered(trial)).to_have_count(1)
    trial.keyboard.press("ArrowDown")
    trial.keyboard.press("Tab")
    expression(trial).press_sequentially(".first(currentEventField.pr")
    expect(offered(trial, "price")).to_be_visible()
    trial.keyboard.press("Escape")
    expect(trial.get_by_role("listbox", name="Suggestions")).to_be_hidden()
    expression(trial).press_sequentially("ice < 10).sku}")
    expect(trial.locator("#value")).to_have_text('"B-2"')


def test_keys_that_are_faster_than_answers_mean_what_is_seen(trial):
    suggestions = trial.get_by_role("listbox", name="Suggestions")
    expression(trial).fill("ord")
    expect(offered(trial, "Order")).to_be_visible()
    with held(trial, COMPLETE):
        with trial.expect_request(COMPLETE):
            expression(trial).press_sequentially("e")
        trial.keyboard.press("ArrowDown")
    expect(expression(trial)).to_have_attribute("aria-activedescendant", "offer-0")
    trial.keyboard.press("Enter")
    expect(expression(trial)).to_have_value("@{Order.")

    expect(offered(trial, "items")).to_be_visible()
    with held(trial, COMPLETE):
        with trial.expect_request(COMPLETE):
            expression(trial).press_sequentially("ite")
        trial.keyboard.press("Escape")
    expect(suggestions).to_be_hidden()


def test_enter_writes_a_line_while_nothing_is_chosen_and_the_list_can_be_asked_for(trial):
    expression(trial).fill("1 ")
    expression(trial).press("Control+Space")
    expect(offered(trial, "and").first).to_be_visible()
    trial.keyboard.press("Enter")
    expect(expression(trial)).to_have_value("1 \n")
    expression(trial).press("Tab")
    expect(expression(trial)).not_to_be_focused()


def test_what_was_taken_can_be_taken_back(trial):
    expression(trial).fill("")
    expression(trial).press_sequentially("upp")
    offered(trial, "upper").click()
    expect(expression(trial)).to_have_value("upper(")
    expression(trial).press("Control+z")
    expect(expression(trial)).to_have_value("upp")


def test_characters_beyond_the_first_plane_do_not_move_the_places(trial):
    expression(trial).fill('"😀" + upp')
    expression(trial).press("Control+Space")
    offered(trial, "upper").click()
    expect(expression(trial)).to_have_value('"😀" + upper(')


def test_sample_data_that_is_no_context_says_so(trial, page_problems):
    page_problems.expect("422")
    trial.get_by_label("Context").fill("{")
    expect(trial.locator("#context-error")).to_contain_text("no valid JSON")
    trial.get_by_label("Context").fill('{"evnts": {}}')
    expect(trial.locator("#context-error")).to_have_text("")
    expect(trial.locator("#failure")).to_contain_text("Did you mean events?")


def test_numbers_of_the_sample_stay_as_they_are_written(trial):
    trial.get_by_label("Context").fill('{"events": {"E": {"n": 9007199254740993}}}')
    expression(trial).fill("toString(@{E.n})")
    expect(trial.locator("#value")).to_have_text('"9007199254740993"')


def test_a_received_event_is_the_sample(trial, event, sandbox):
    inlet = Inlet.objects.create(sandbox=sandbox, name="Door", key="door")
    entity = {
        "_id": "1",
        "total": 777,
        "_experience": {"campaign": {"orchestration": {"eventID": "ordered-1"}}},
        "identityMap": {"Email": [{"id": "ada@example.com", "primary": True}]},
    }
    message = {"header": {"schemaRef": {"id": "urn:orders"}}, "body": {"xdmEntity": entity}}
    ReceivedEvent.objects.create(
        sandbox=sandbox, inlet=inlet, received_at="2024-05-15T12:00Z", body=json.dumps(message)
    )
    expression(trial).fill("@{Ordered.total}")
    trial.get_by_label("Begin with").select_option(label="Ordered")
    expect(trial.locator("#value")).to_have_text("1.5")
    trial.get_by_label("Payload").select_option(index=1)
    expect(trial.locator("#value")).to_have_text("777")
    # Of two choices the later one holds, whichever is answered first.
    with held(trial, "**/samples*"):
        trial.get_by_label("Begin with").select_option(label="The example")
        trial.get_by_label("Begin with").select_option(label="Ordered")
        trial.get_by_label("Begin with").select_option(label="The example")
    expect(trial.get_by_label("Context")).to_have_value(re.compile("Regular guests"))


def test_functions_are_searched_and_their_examples_inserted(trial):
    expression(trial).fill("")
    trial.get_by_role("searchbox", name="Search").fill("reserved for nothing")
    expect(trial.get_by_text("No function has these words.")).to_be_visible()
    trial.get_by_role("searchbox", name="Search").fill("upper case")
    trial.get_by_text("The text in upper case.").click()
    trial.get_by_role("button", name='Insert upper("abc")').click()
    expect(expression(trial)).to_have_value('upper("abc")')
    expect(trial.locator("#value")).to_have_text('"ABC"')
