"""Takes the pictures of the documentation: the demo on free ports, with traffic, in light and dark.

    python -m tests.docs.pictures

writes ``docs/pictures/*.png``. Run it again when the pages have changed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser import launch
from tests.e2e.test_demo import ROOT, Demo

PICTURES = ROOT / "docs" / "pictures"
EVENTS, RATE = 400, 80
WIDE: ViewportSize = {"width": 1560, "height": 710}
LARGE: ViewportSize = {"width": 1200, "height": 700}
USUAL: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}
#: One of the hotel's staff, who is a test profile.
TESTER = "guest-300"


def main() -> None:
    """Start the demo, let guests walk through the hotel, take the pictures, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder))
        try:
            demo.wait_until_ready()
            _send_guests(demo)
            _take_all(demo)
        finally:
            demo.stop()


def _send_guests(demo: Demo) -> None:
    command = [sys.executable, "manage.py", "demo_events", f"--count={EVENTS}", f"--rate={RATE}"]
    subprocess.run([*command, f"--url={demo.url}"], cwd=ROOT, check=True)


def _take_all(demo: Demo) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for scheme, suffix in (("light", ""), ("dark", "-dark")):
            page = _logged_in(browser, demo, scheme=scheme)
            version = _open_journey(page, demo)
            _take(page, f"journey{suffix}")
        _take_what_is_looked_at(_logged_in(browser, demo), demo, version)
        _take_designer(_logged_in(browser, demo), version)
        _take_technical(_logged_in(browser, demo, user="technical"), demo)
        browser.close()


def _take_what_is_looked_at(page: Page, demo: Demo, version: str) -> None:
    """The list, reports, and where people and messages are."""
    page.set_viewport_size(USUAL)
    for name, address in (("list", demo.url), ("report", f"{version}report/"), ("flow", f"{version}flow/")):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        _take(page, name)
    page.goto(version)
    _open_story(page)
    _take(page, "story")
    page.goto(demo.catcher)
    page.get_by_text("Welcome,").first.click()
    page.wait_for_load_state("networkidle")
    _take(page, "catcher")


def _take_designer(page: Page, version: str) -> None:
    """A copy of the journey is drawn, tested and about to be published, and looked at on a phone."""
    page.set_viewport_size(LARGE)
    draft = _moved(page, version, "duplicate")
    page.get_by_role("button", name="Loyalty member?, Condition.").click()
    page.locator(".meaning").first.wait_for()
    _take(page, "designer")
    page.get_by_role("button", name="Open editor for Condition").click()
    page.get_by_role("treeitem").first.wait_for()
    page.locator("dialog .meaning").wait_for()
    _take(page, "expression-editor")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").wait_for()
    _take(page, "publishing")
    _moved(page, draft, "switch-test-on")
    page.get_by_role("combobox", name="Test profile").fill(TESTER)
    page.get_by_role("button", name="Send").click()
    page.locator("[data-test-now]", has_text=TESTER).wait_for()
    page.locator(".way--taken").last.wait_for(state="attached")
    page.emulate_media(color_scheme="dark")
    _take(page, "test-mode")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    page.reload()
    page.get_by_role("region", name="Step by step").wait_for()
    _take(page, "phone")


def _moved(page: Page, version: str, move: str) -> str:
    """Do something with a version; gives the address of the version that the designer shows then."""
    page.goto(f"{version}{move}/")
    page.locator("main form button.button--primary").click()
    page.wait_for_url(lambda url: not url.endswith(f"/{move}/"))
    # Once more: without the message that it is done.
    page.goto(f"{page.url.removesuffix('design/')}design/")
    page.locator("[data-step]").first.wait_for()
    return page.url.removesuffix("design/")


def _take_technical(page: Page, demo: Demo) -> None:
    """What technical users set up, and how it runs."""
    page.set_viewport_size(USUAL)
    for name, address, link in (
        ("event", "/admin/events/event/", "LobbyBeacon"),
        ("field-group", "/admin/datasources/fieldgroup/", "Booking"),
    ):
        page.goto(f"{demo.url}{address}")
        page.get_by_role("link", name=link, exact=True).click()
        page.wait_for_load_state("networkidle")
        _take(page, name)
    page.goto(f"{demo.url}/operations/")
    page.wait_for_load_state("networkidle")
    _take(page, "operations")


def _logged_in(browser: Browser, demo: Demo, *, scheme: Any = "light", user: str = "business") -> Page:
    page = browser.new_page(viewport=WIDE, color_scheme=scheme, reduced_motion="reduce")
    page.goto(demo.url)
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill("hotel-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo.url}/")
    return page


def _open_journey(page: Page, demo: Demo) -> str:
    """Gives its address."""
    page.goto(demo.url)
    page.get_by_role("link", name="Hotel welcome").first.click()
    page.locator("[data-count='total:entered']").wait_for()
    # The last calls come back within a second or two; then the page has the final figures.
    page.wait_for_timeout(4000)
    page.locator("[data-zoom='fit']").click()
    page.evaluate("scrollTo(0, 0)")
    return page.url


def _open_story(page: Page) -> None:
    """Somebody who has walked all the way to the meal."""
    page.get_by_role("link", name="People", exact=True).last.click()
    page.get_by_label("Last at").select_option(label="Discount sent")
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name=re.compile("guest-")).first.click()
    page.wait_for_load_state("networkidle")


def _take(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"{name}.png: {(PICTURES / f'{name}.png').stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
