"""The pages in a real browser: strict policy, live figures, both colours, small screens.

The browser's fixtures fail a test upon any refusal of the content security policy, script error or 5xx.
"""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from datasources.models import Schema
from events.models import Event
from journeyorch.access.models import Sandbox, User
from journeys import publishing
from journeys.definition.document import Document
from journeys.models import Instance, JourneyVersion, Report
from tests.e2e.login import log_in
from tests.journeys.views.conftest import MORNING, drawing
from tools import translations

from .hands import press_twice

pytestmark = [pytest.mark.e2e, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

SIZES = [(1440, 900), (390, 844)]


@pytest.fixture
def live(live_server) -> JourneyVersion:
    cache.clear()
    sandbox = Sandbox.objects.get(name="prod")
    schema = Schema.objects.create(
        sandbox=sandbox, name="Orders", kind="event",
        document={"$id": "urn:orders", "type": "object", "properties": {"total": {"type": "number"}}},
    )  # fmt: skip
    Event.objects.create(
        sandbox=sandbox, name="Ordered", schema=schema, namespace="Email", event_id="ordered-1"
    )
    document = drawing()
    document["activities"]["pause"]["label"] = "<b>Cool</b> down"
    version = publishing.create_journey(
        sandbox, "Win <i>back</i>", by=None, document=Document.model_validate(document)
    )
    publishing.publish(version, by=None)
    return version


def enter(version: JourneyVersion, name: str) -> Instance:
    return Instance.objects.create(
        version=version, journey_id=version.journey_id, lane_id=1, namespace="Email", person_id=name,
        activity="pause", position=1, status=0, state="{}", started_at=MORNING,
    )  # fmt: skip


@pytest.fixture
def site(live_server):
    User.objects.create_superuser("anna", password="secret")
    return live_server.url


def test_from_the_list_over_a_step_to_a_person(page, site, live):
    enter(live, "anna@example.com")
    log_in(page, site)
    page.get_by_role("link", name="Win <i>back</i>").click()
    page.get_by_role("link", name="<b>Cool</b> down, Wait · 1 h. 1 person is here.").click()
    page.get_by_role("link", name="anna@example.com").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("anna@example.com")


def test_figures_renew_themselves(page, site, live):
    log_in(page, site)
    page.clock.install()
    page.goto(f"{site}/versions/{live.uid}/")
    inside = page.locator('[data-count="total:inside"]')
    expect(inside).to_have_text("0")
    enter(live, "anna@example.com")
    cache.clear()
    page.clock.run_for(5100)
    expect(inside).to_have_text("1")
    expect(page.locator('.pill[data-count="here:pause"]')).to_be_visible()


def test_a_journey_is_stopped_after_a_confirmation(page, site, live):
    enter(live, "anna@example.com")
    log_in(page, site)
    page.goto(f"{site}/versions/{live.uid}/")
    page.get_by_role("link", name="Stop").first.click()
    expect(page.get_by_text("1 person is inside.")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".head .chip")).to_have_text("Stopped")


def test_an_event_is_fired_and_leads_to_what_became_of_it(page, site, live):
    log_in(page, site)
    page.get_by_role("link", name="Fire an event").first.click()
    page.get_by_label("Person").fill("anna@example.com")
    page.get_by_role("button", name="Fire").click()
    expect(page.get_by_role("heading", name="What became of it")).to_be_visible()
    expect(page.locator("pre")).to_contain_text('"ordered-1"')


def test_all_is_done_from_the_keyboard(page, site, live):
    """Search over everything, rows and what is done with them, creating; and the keys can be switched off."""
    log_in(page, site)
    page.keyboard.press("Control+k")
    page.keyboard.type("win")
    page.get_by_role("option", name="Win <i>back</i> Version 1").wait_for()
    # Enter means the words that are written, also while others' hits still stand there.
    page.keyboard.type("ter")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing is called like that.").wait_for()
    page.keyboard.press("Control+a")
    page.keyboard.type("win")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/versions/{live.uid}/")
    page.goto(f"{site}/")
    page.keyboard.press("/")
    expect(page.get_by_label("Search by name or tag")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Win <i>back</i>")).to_be_focused()
    page.keyboard.press("d")
    page.wait_for_url(f"{site}/versions/{live.uid}/duplicate/")
    page.goto(f"{site}/")
    page.keyboard.press("?")
    switch = page.get_by_label("Keys without Ctrl do something")
    switch.uncheck()
    page.keyboard.press("Escape")
    expect(switch).to_be_hidden()
    page.keyboard.press("c")
    assert page.url == f"{site}/"
    page.evaluate("localStorage.clear()")
    page.keyboard.press("c")
    page.wait_for_url(f"{site}/journeys/new/")
    page.get_by_label("Name").fill("Lobby")
    assert press_twice(page.get_by_role("button", name="Create", exact=True)) == 1
    expect(page.get_by_role("heading", level=1)).to_have_text("Lobby")


def has_values(boxes, *values: str) -> None:
    expect(boxes).to_have_count(len(values))
    for box, value in zip(boxes.all(), values, strict=True):
        expect(box).to_have_value(value)


def test_columns_of_a_report_are_put_in_order_and_what_is_done_can_be_undone(page, site):
    log_in(page, site)
    page.goto(f"{site}/reports/custom/new/")
    page.get_by_label("Name", exact=True).fill("Weekly")
    for name in ("Day", "Failed", "Entered", "Messages sent"):
        page.get_by_role("checkbox", name=name, exact=True).check(force=True)
    chosen = page.locator("[name=panel-0-metrics]:checked")
    page.get_by_role("button", name="Move Messages sent forward").click()
    page.get_by_role("checkbox", name="Hide Entered").check(force=True)
    has_values(chosen, "failed", "sent", "entered")

    page.keyboard.press("Control+z")
    page.get_by_role("button", name="Undo").click()
    has_values(chosen, "failed", "entered", "sent")
    page.get_by_role("button", name="Redo").click()
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_role("heading", name="Weekly", level=1).wait_for()
    (panel,) = Report.objects.get().definition["panels"]
    assert (panel["dimensions"], panel["metrics"], panel["hidden"]) == (
        ["day"], ["failed", "sent", "entered"], [],
    )  # fmt: skip


def test_colours_are_chosen_and_remembered_also_in_the_admin(page, site, live):
    log_in(page, site)
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Dark").click()
    for address in ("/", "/admin/"):
        page.goto(site + address)
        expect(page.locator("body")).to_have_css("color", "rgb(236, 239, 243)")


def test_a_menu_closes_on_escape_and_gives_the_focus_back(page, site, live):
    log_in(page, site)
    page.get_by_label("Your account").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    expect(page.get_by_label("Your account")).to_be_focused()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_page_is_wider_than_the_screen(open_page, site, live, size):
    translations.compile_catalogues()
    person = enter(live, "somebody.with.a.very.long.name.indeed@department.of.long.names.example.com")
    page = open_page(viewport={"width": size[0], "height": size[1]})
    log_in(page, site)
    version = f"/versions/{live.uid}"
    addresses = [
        "/", "/?q=nothing", f"{version}/", f"{version}/people/", f"{version}/details/", f"{version}/stop/",
        f"/instances/{person.pk}/", "/people/?q=x", "/fire/", "/expressions/", "/journeys/new/", "/help/",
        "/admin/", "/admin/events/event/", "/admin/events/event/add/",
    ]  # fmt: skip
    for address in addresses:
        page.goto(site + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address

    # The longer words of another language, chosen in the menu of the account.
    page.goto(site)
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Deutsch").click()
    for address, said in (("/", "Journey anlegen"), (f"{version}/design/", "nur lesen")):
        page.goto(site + address)
        expect(page.get_by_text(said).first).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "de")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


#: WCAG 2.5.8: at least 24 × 24 pixels, but for links in a line of text; a label around a box is part of it.
TOO_SMALL = """[...document.querySelectorAll(
        'button, summary, select, input:not([type=hidden]), .button, .tabs a')]
    .filter(e => e.checkVisibility({opacityProperty: true}))
    .map(e => [e.outerHTML.slice(0, 80), (e.closest('label') ?? e).getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))
    .map(([html, box]) => `${html} ${box.width} ${box.height}`)"""
NAMELESS = """[...document.querySelectorAll(
        'a[href], button, summary, input:not([type=hidden]), select, textarea')]
    .filter(e => !e.closest('[aria-hidden=true]'))
    .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length))
    .map(e => e.outerHTML.slice(0, 120))"""


def test_the_tab_that_is_open_is_seen_on_phones(page, site, live):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, site)
    page.goto(f"{site}/versions/{live.uid}/details/")
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=0.99)
    page.goto(page.locator(".topbar__tabs a").last.evaluate("link => link.href"))
    expect(page.locator(".topbar__tabs [aria-current]")).to_be_in_viewport(ratio=0.99)


def test_controls_are_large_enough_and_named_and_every_page_has_one_main_heading(page, site, live):
    person = enter(live, "anna@example.com")
    log_in(page, site)
    version = f"/versions/{live.uid}"
    story = f"/instances/{person.pk}/"
    for address in ("/", f"{version}/", f"{version}/people/", story, "/people/", "/fire/", "/expressions/"):
        page.goto(site + address)
        expect(page.locator("h1")).to_have_count(1)
        assert not (small := page.evaluate(TOO_SMALL)), f"{address}: {small}"
        assert page.evaluate(NAMELESS) == [], address


def test_pages_that_do_not_exist_say_so(page, page_problems, site, live):
    page_problems.expect("404")
    log_in(page, site)
    page.goto(f"{site}/nothing/")
    expect(page.get_by_role("link", name="To the journeys")).to_be_visible()
