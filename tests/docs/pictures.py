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

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import launch
from tests.e2e.test_demo import ROOT, Demo

PICTURES = ROOT / "docs" / "pictures"
EVENTS, RATE = 400, 80
WIDE, USUAL = {"width": 1560, "height": 710}, {"width": 1280, "height": 860}


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
            page = _logged_in(browser, demo, scheme)
            _open_journey(page, demo)
            _take(page, f"journey{suffix}")
            if scheme == "light":
                page.set_viewport_size(USUAL)  # type: ignore[arg-type]
                _open_story(page)
                _take(page, "story")
                page.goto(demo.catcher)
                page.get_by_text("Welcome,").first.click()
                page.wait_for_load_state("networkidle")
                _take(page, "catcher")
        browser.close()


def _logged_in(browser: Browser, demo: Demo, scheme: str) -> Page:
    page = browser.new_page(viewport=WIDE, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(demo.url)
    page.get_by_label("Username").fill("business")
    page.get_by_label("Password").fill("hotel-demo")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Hotel welcome").first.wait_for()
    return page


def _open_journey(page: Page, demo: Demo) -> None:
    page.goto(demo.url)
    page.get_by_role("link", name="Hotel welcome").first.click()
    page.locator("[data-count='total:entered']").wait_for()
    # The last calls come back within a second or two; then the page has the final figures.
    page.wait_for_timeout(4000)
    page.locator("[data-zoom='fit']").click()
    page.evaluate("scrollTo(0, 0)")


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
