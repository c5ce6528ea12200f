"""Logging in as people do, where the way there is not what a test is about."""

from __future__ import annotations

from playwright.sync_api import Page

#: Of everybody whom a test creates.
PASSWORD = "secret"


def log_in(page: Page, site: str, name: str = "anna") -> None:
    """From anywhere to Home."""
    page.goto(f"{site}/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{site}/")
