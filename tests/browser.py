"""Chromium for end-to-end tests: the fixtures ``page`` and ``open_page``.

A test fails upon any console error (refusals of the content security policy are such errors), uncaught
exception, failed request or 5xx answer that it did not announce with ``page_problems.expect``.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tools import javascript

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # containers and root have no user namespaces; only our own pages are loaded
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Nothing but this machine exists for the browser (tests/network.py does the same for Python).
ONLY_THIS_MACHINE = "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
# Milliseconds that something may take to appear: how fast this machine is must not decide about a test.
PATIENCE = 30_000
FAILURES = Path("var/test-failures")
HOW_TO_GET_IT = (
    "No Chromium could be started. Install one (Debian: apt-get update && apt-get install chromium), "
    "name one in CHROMIUM, or run: .venv/bin/playwright install --with-deps chromium"
)

expect.set_options(timeout=PATIENCE)

_failed = pytest.StashKey[bool]()


class BrowserMissing(Exception):
    """There is no browser on this machine; the message says how to get one."""


def find_chromium() -> str | None:
    """The browser of this machine; ``None`` leaves it to Playwright to look for its own."""
    if named := os.environ.get("CHROMIUM"):
        return named
    found = (shutil.which(name) for name in NAMES)
    # Ubuntu's is a stub that asks for a snap, which containers cannot run.
    return next((path for path in found if path and not _asks_for_a_snap(path)), None)


def launch(playwright: Playwright, hosts: Mapping[str, int] = MappingProxyType({})) -> Browser:
    """``hosts``: names that lead to a port of this machine. Raises ``BrowserMissing``."""
    rules = [f"MAP {name} 127.0.0.1:{port}" for name, port in hosts.items()]
    arguments = [*ARGUMENTS, f"--host-resolver-rules={', '.join([*rules, ONLY_THIS_MACHINE])}"]
    if hosts:
        # Their certificates are made by the tests. Playwright's own option spares requests, not preflights.
        arguments.append("--ignore-certificate-errors")
    try:
        return playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
    except Error as problem:
        raise BrowserMissing(f"{HOW_TO_GET_IT}\n{problem}") from problem


def _asks_for_a_snap(path: str) -> bool:
    start = Path(path).read_bytes()[:10_000]
    return start.startswith(b"#!") and b"/snap/" in start


class PageProblems:
    """What went wrong on the pages of one test."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Problems that match are part of the test, for example the console's line about a 404."""
        self._expected.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        return [line for line in self.seen if not any(pattern.search(line) for pattern in self._expected)]

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.seen.append(f"exception: {error.error}"))
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_request_failed)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.seen.append(f"console: {message.text} ({message.location.get('url')})")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.seen.append(f"answer: {response.status} {response.url}")

    def _on_request_failed(self, request: Request) -> None:
        # Leaving a page aborts what it was still loading; that is no fault of the page.
        if request.failure != "net::ERR_ABORTED":
            self.seen.append(f"request: {request.failure} {request.url}")


@pytest.fixture(scope="module")
def browser_hosts() -> Mapping[str, int]:
    """Names that the module's browser finds on this machine, and at which port; to be overridden."""
    return {}


@pytest.fixture(scope="module")
def browser(django_db_setup: object, browser_hosts: Mapping[str, int]) -> Iterator[Browser]:
    """One browser a module: while it runs, asyncio believes to be inside a loop, so no longer than that.

    Inside that loop Django has database connections of its own: the databases must exist before it, and the
    connections are closed with it. Otherwise some stay open, and the databases cannot be dropped.
    """
    javascript.ensure()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = launch(playwright, browser_hosts)
        yield started
        started.close()
        connections.close_all()


@pytest.fixture
def page_problems() -> PageProblems:
    return PageProblems()


@pytest.fixture
def open_page(
    browser: Browser, page_problems: PageProblems, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """``open_page(**options of a browser context)``: a page with cookies of its own."""
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        page_problems.watch(contexts[-1])
        return contexts[-1].new_page()

    yield open_one
    if request.node.stash.get(_failed, False):
        _keep_screenshots(contexts, request.node.name)
    for context in contexts:
        context.close()
    assert not page_problems.unexpected, "\n".join(["the pages had problems:", *page_problems.unexpected])


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """An empty page of 1440 × 900 pixels."""
    return open_page(viewport={"width": 1440, "height": 900})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report


def _keep_screenshots(contexts: list[BrowserContext], test: str) -> None:
    folder = settings.BASE_DIR / FAILURES
    name = re.sub(r"[^\w.-]", "_", test)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages, start=1):
        page.screenshot(path=folder / f"{name}-{number}.png")
