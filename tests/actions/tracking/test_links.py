"""What becomes of the links in a message."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.conf import settings
from gunicorn.app.wsgiapp import WSGIApplication

from actions.tracking.dressing import Tracking, as_page, dressed
from actions.tracking.links import Links, with_tracked_links
from actions.tracking.signed import Purpose, unsign

LINKS = Links("https://j.example", UUID("6f1d7a52-0000-5000-8000-000000000001"))


def targets(html: str) -> list[object]:
    """Where each tracked link leads, with its label; links that are left alone as they are."""
    found = []
    for url in re.findall(r'href="([^"]*)"', html):
        meant = unsign(Purpose.CLICK, url.rpartition("/")[2]) if "/m/c/" in url else None
        found.append(tuple(meant[1]) if meant else url)
    return found


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="https://example.com/a">x</a>', [("https://example.com/a", "")]),
        ('<A CLASS="b" HREF="HTTPS://example.com/a">x</A>', [("HTTPS://example.com/a", "")]),
        ("<a href='http://example.com/?a=1&amp;b=2'>x</a>", [("http://example.com/?a=1&b=2", "")]),
        ("<a href=https://example.com/a class=b>x</a>", [("https://example.com/a", "")]),
        (
            '<a href="https://e.com" data-label="Book &quot;now&quot;">x</a>',
            [("https://e.com", 'Book "now"')],
        ),
        ('<a title="a > b" href="https://e.com/">x</a>', [("https://e.com/", "")]),
        ('<a title="href=\'https://evil.example\'" href="https://e.com/">x</a>', [("https://e.com/", "")]),
        ('<a href="https://e.com/a\\1$2">x</a>', [("https://e.com/a\\1$2", "")]),
        # Left alone.
        ('<a href="https://e.com/" data-track="off">x</a>', ["https://e.com/"]),
        ('<a href="https://e.com/bye" data-category="unsubscribe">x</a>', ["https://e.com/bye"]),
        ('<a href="https://e.com/web" data-category="mirror">x</a>', ["https://e.com/web"]),
        ('<a href="mailto:a@example.com">x</a>', ["mailto:a@example.com"]),
        ('<a href="javascript:alert(1)">x</a>', ["javascript:alert(1)"]),
        ('<a href="#top">x</a>', ["#top"]),
        ('<a href="/relative">x</a>', ["/relative"]),
        ('<a href="https://j.example/m/p/abc">x</a>', ["https://j.example/m/p/abc"]),
        (f'<a href="https://e.com/{"x" * 5000}">x</a>', [f"https://e.com/{'x' * 5000}"]),
        (f'<a href="https://e.com/{"я" * 2500}">x</a>', [f"https://e.com/{'я' * 2500}"]),
        ('<link href="https://e.com/a.css">', ["https://e.com/a.css"]),
        ('<abbr href="https://e.com/">x</abbr>', ["https://e.com/"]),
        ('<a name="top">x</a><p>href="https://e.com"</p>', ["https://e.com"]),
    ],
)
def test_web_links_lead_through_us(html, expected):
    assert targets(with_tracked_links(html, LINKS)) == expected


def test_the_longest_link_is_one_that_the_server_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["gunicorn", "journeyorch.wsgi"])
    monkeypatch.chdir(settings.BASE_DIR)
    html = f'<a href="https://e.com/{"x" * 3986}" data-label="{"я" * 200}">x</a>'
    (link,) = re.findall(r'href="https://j.example([^"]*)"', with_tracked_links(html, LINKS))
    assert len(f"GET {link} HTTP/1.1\r\n") <= WSGIApplication().cfg.limit_request_line
    assert unsign(Purpose.CLICK, link.rpartition("/")[2]) is not None


def test_what_templates_say_of_their_links_does_not_go_out():
    html = '<a href="https://e.com" data-label="L" data-category="normal" data-x="stays">x</a>'
    for links in (LINKS, None):
        sent = dressed({"html": html}, links, Tracking())["html"]
        assert "data-label" not in sent
        assert "data-category" not in sent
        assert 'data-x="stays"' in sent


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("clicks", [True, False])
def test_a_channel_follows_only_what_it_is_told_to(opens, clicks):
    parts = {"subject": "Hi", "html": '<body><a href="https://e.com">x</a></body>', "text": "https://e.com"}
    sent = dressed(parts, LINKS, Tracking(opens=opens, clicks=clicks))
    assert ("/m/o/" in sent["html"]) is opens
    assert ("/m/c/" in sent["html"]) is clicks
    assert sent["html"].endswith("</body>")
    assert (sent["subject"], sent["text"]) == ("Hi", "https://e.com")


def test_without_an_address_of_ours_nothing_is_tracked():
    html = '<a href="https://e.com">x</a>'
    assert dressed({"html": html}, None, Tracking()) == {"html": html}
    assert dressed({"text": "x"}, LINKS, Tracking()) == {"text": "x"}


def test_looking_at_the_page_is_no_opening():
    sent = dressed({"html": "<p>Hi</p>"}, LINKS, Tracking())["html"]
    assert as_page(sent, LINKS) == "<p>Hi</p>"
