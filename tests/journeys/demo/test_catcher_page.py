"""The catcher's page in a real browser."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import expect

from journeys.demo.catcher import Catcher

pytestmark = [pytest.mark.e2e, pytest.mark.one_database]
MARKUP = '<img src="x" onerror="alert(1)"><script>alert(2)</script>'


@pytest.fixture
def catcher():
    with Catcher() as running:
        yield running


@pytest.fixture
def post(catcher):
    def send(path, key="", **fields):
        headers = {"Idempotency-Key": key} if key else {}
        request = urllib.request.Request(  # noqa: S310
            catcher.url + path, json.dumps(fields).encode(), headers=headers, method="POST"
        )
        urllib.request.urlopen(request, timeout=60).close()  # noqa: S310

    return send


def test_what_is_sent_shows_up_by_itself(page, catcher, post):
    page.goto(catcher.url)
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()
    post("/sms", to="+49151", text="Your room is ready", key="k-1")
    expect(page.locator("#messages li")).to_have_count(1)
    post("/sms", to="+49151", text="Your room is ready", key="k-1")
    expect(page.locator("#messages li").first.get_by_text("repeated")).to_be_visible()


def test_the_list_is_filtered_and_the_filter_stays_in_the_address(page, catcher, post):
    post("/sms", to="+49151", text="one")
    post("/email", to="ada@example.com", subject="two")
    post("/email", to="grace@example.com", subject="three")
    page.goto(catcher.url)
    page.get_by_text("Email", exact=False).first.click()
    expect(page.locator("#messages li")).to_have_count(2)
    page.get_by_placeholder("Person or address").fill("ada")
    expect(page.locator("#messages li")).to_have_count(1)
    assert page.url.endswith("?kind=email&to=ada")
    page.locator("#messages a").click()
    expect(page.get_by_role("heading", name="two")).to_be_visible()
    expect(page.locator("#messages li")).to_have_count(1)


def test_hostile_messages_are_shown_as_text_and_run_nothing(page, page_problems, catcher, post):
    page_problems.expect("Blocked script execution")  # in the email's own frame, as it should be
    page_problems.expect("^request: csp ")  # its picture
    page_problems.expect("violates the following Content Security Policy|Content-Security-Policy")
    page.on("dialog", lambda dialog: pytest.fail("a script of a message has run"))
    for path in ("/email", "/sms", "/push", "/call"):
        post(path, to=MARKUP, subject=MARKUP, text=MARKUP, html=f"<h1>Hello</h1>{MARKUP}", key=MARKUP)
    for number in range(1, 5):
        page.goto(f"{catcher.url}/messages/{number}")
        expect(page.locator("#messages li")).to_have_count(4)
        expect(page.locator("#messages img, article img")).to_have_count(0)
    page.goto(f"{catcher.url}/messages/1")
    expect(page.frame_locator("iframe").get_by_role("heading", name="Hello")).to_be_visible()


def test_a_link_in_an_email_opens_beside_it(page, catcher, post):
    there = f"{catcher.url}/?kind=sms"
    post("/email", to="ada@example.com", subject="x", html=f'<!doctype html><a href="{there}">Member</a>')
    page.goto(f"{catcher.url}/messages/1")
    with page.expect_popup() as opened:
        page.frame_locator("iframe").get_by_role("link", name="Member").click()
    expect(opened.value).to_have_url(there)
    expect(page.frame_locator("iframe").get_by_role("link", name="Member")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_at_any_width(open_page, catcher, post, width, scheme):
    page = open_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    post("/call/" + "x" * 300, to="x" * 300)
    post("/email", to="x" * 300, subject="y" * 300, html="<p>" + "z" * 500)
    for path in ("/", "/messages/1", "/messages/2"):
        page.goto(catcher.url + path)
        expect(page.locator("#messages li")).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_narrow_screen_leads_from_list_to_message_and_back(open_page, catcher, post):
    page = open_page(viewport={"width": 390, "height": 844})
    post("/sms", to="+49151", text="Hello there")
    page.goto(catcher.url)
    page.locator("#messages a").click()
    expect(page.locator(".bubble")).to_have_text("Hello there")
    page.get_by_label("All messages").click()
    expect(page.locator("#messages a")).to_be_visible()


def test_clearing_empties_the_page(page, catcher, post):
    post("/sms", to="+49151", text="x")
    page.goto(f"{catcher.url}/messages/1")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()
