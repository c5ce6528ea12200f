"""What is copied from a page and pasted sends an event, and a new one each time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import orjson
import pytest

from events.samples import sample_message
from events.snippets import snippets

AWKWARD = """it's "quoted" ''' <b> $HOME `id` \\ é"""
EVENT = {"_id": "text", "timestamp": "2026-01-31T12:00:00Z", "text": AWKWARD, "at": None, "yes": True}
INTERPRETERS = {
    "curl": ["sh", "-euc"],
    "Python": [sys.executable, "-c"],
    "JavaScript": ["node", "--input-type=module", "--eval"],
}


class Sent(NamedTuple):
    path: str
    authorization: str | None
    media_type: str | None
    body: Any


@pytest.fixture(scope="module")
def endpoint() -> Iterator[tuple[str, list[Sent]]]:
    """An address, and what was sent there."""
    sent: list[Sent] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            sent.append(Sent(self.path, self.headers["Authorization"], self.headers["Content-Type"], body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/collection/x", sent
        server.shutdown()


@pytest.mark.parametrize("language", INTERPRETERS)
def test_a_snippet_sends_its_event_as_a_new_one_of_this_moment(endpoint: Any, language: str) -> None:
    url, sent = endpoint
    message = sample_message(EVENT, schema_ref="https://x.example/s")
    snippet = snippets(url, message, authenticated=True)[language]
    subprocess.run([*INTERPRETERS[language], snippet], check=True, capture_output=True)

    path, authorization, media_type, body = sent.pop()
    assert (path, authorization, media_type) == ("/collection/x", "Bearer YOUR-KEY", "application/json")
    assert body["header"] == message["header"]
    event = body["body"]["xdmEntity"]
    assert event | {"_id": "text", "timestamp": EVENT["timestamp"]} == EVENT
    assert event["_id"] != "text"
    assert abs(datetime.fromisoformat(event["timestamp"]) - datetime.now(UTC)) < timedelta(hours=1)


def test_an_event_that_is_sent_as_it_is_is_a_new_one_too(endpoint: Any) -> None:
    url, sent = endpoint
    snippet = snippets(url, EVENT, authenticated=False)["curl"]
    subprocess.run([*INTERPRETERS["curl"], snippet], check=True, capture_output=True)
    assert sent[-1].body["text"] == AWKWARD
    assert (sent[-1].body["_id"] == "text", sent.pop().authorization) == (False, None)
