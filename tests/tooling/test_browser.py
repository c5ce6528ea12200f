"""The browser fixtures: what fails a page test, and that the browser stays on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.one_database]

PAGES = {
    "/favicon.ico": "",
    "/good": "<h1>Good</h1>",
    "/inline-script": "<script>document.title = 'ran'</script>",
    "/inline-style": "<p style='color: red'>red</p>",
    "/exception": "<script src='/throw.js'></script>",
    "/missing": "<img src='/nothing.png'>",
    "/broken": "<img src='/500'>",
    "/elsewhere": "<img src='http://images.example.test/a.png'>",
    "/throw.js": "throw new Error('thrown on purpose')",
}
POLICY = "default-src 'self'; script-src 'self'; img-src *"


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = 500 if self.path == "/500" else 200 if self.path in PAGES else 404
        self.send_response(status)
        self.send_header("Content-Type", "text/javascript" if self.path.endswith(".js") else "text/html")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(PAGES.get(self.path, "").encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_good_page_has_no_problems(page, site):
    page.goto(f"{site}/good")
    expect(page.locator("h1")).to_have_text("Good")


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/inline-script", "console: .*Content Security Policy"),
        ("/inline-style", "console: .*Content Security Policy"),
        ("/exception", "exception: .*thrown on purpose"),
        ("/missing", "console: .*404.*nothing.png"),
        ("/broken", "answer: 500"),
        ("/elsewhere", "request: net::ERR_NAME_NOT_RESOLVED"),
    ],
)
def test_a_page_with_a_problem_fails_its_test_unless_announced(page, page_problems, site, path, problem):
    page.goto(f"{site}{path}", wait_until="networkidle")
    assert page_problems.unexpected
    page_problems.expect(problem)
    page_problems.expect("console: Failed to load resource")
    assert len(page_problems.unexpected) == 0


def test_pages_of_two_people_share_no_cookies(open_page, site):
    first, second = open_page(), open_page(color_scheme="dark")
    for page in (first, second):
        page.goto(f"{site}/good")
    first.evaluate("document.cookie = 'who=first'")
    assert second.evaluate("document.cookie") == ""


@pytest.mark.django_db
def test_the_database_may_be_used_while_a_page_is_open(page, site):
    from journeyorch.access.models import Sandbox

    page.goto(f"{site}/good")
    assert Sandbox.objects.filter(name="prod").exists()
