"""The WSGI application: marked views are called without the signals around a request, and answer the same."""

from __future__ import annotations

import io
from typing import Any
from wsgiref.util import setup_testing_defaults

import orjson
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import DEFAULT_DB_ALIAS, connections

from events.models import Inlet, ReceivedEvent
from journeyorch.direct import with_direct_views
from tests.events.conftest import message
from tests.events.seed import INLET, KEY

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done to the test's own connection, which must stay open."""
    looks: list[str] = []
    monkeypatch.setattr(
        connections[DEFAULT_DB_ALIAS], "close_if_unusable_or_obsolete", lambda: looks.append("looked after")
    )
    return looks


def ask(handler: Any, path: str, *, body: Any = None, **more: str) -> tuple[str, dict[str, str], bytes]:
    environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_HOST": "localhost", **more}
    if body is not None:
        data = orjson.dumps(body)
        environ |= {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json"}
        environ |= {"CONTENT_LENGTH": str(len(data)), "wsgi.input": io.BytesIO(data)}
    setup_testing_defaults(environ)
    started: list[Any] = []
    answer = handler(environ, lambda *head: started.extend(head))
    content = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    return started[0], dict(started[1]), content


def test_answers_are_those_of_django(inlet: Inlet, connection: list[str], settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    secure = {"HTTP_AUTHORIZATION": f"Bearer {KEY}", "HTTP_X_FORWARDED_PROTO": "https"}
    address = f"/collection/{INLET}"
    ours, djangos = with_direct_views(WSGIHandler()), WSGIHandler()
    for path, body, headers, status in (
        (address, {"not": "a message"}, secure, "400 Bad Request"),
        (address, message("e-1"), {**secure, "HTTP_AUTHORIZATION": "Bearer other"}, "403 Forbidden"),
        (address, message("e-1"), {}, "301 Moved Permanently"),
        (address, None, secure, "405 Method Not Allowed"),
        ("/healthz", None, {}, "200 OK"),
    ):
        answer = ask(ours, path, body=body, **headers)
        assert answer == ask(djangos, path, body=body, **headers)
        assert answer[0] == status
    assert not ReceivedEvent.objects.exists()


def test_a_marked_view_has_the_connection_looked_after_and_nothing_else(
    inlet: Inlet, connection: list[str]
) -> None:
    def note(**signal: Any) -> None:
        connection.append("signal")

    for signal in (request_started, request_finished):
        signal.connect(note)
    try:
        status, headers, _ = ask(
            with_direct_views(WSGIHandler()),
            f"/collection/{INLET}",
            body=message("e-1"),
            HTTP_AUTHORIZATION=f"Bearer {KEY}",
        )
    finally:
        for signal in (request_started, request_finished):
            signal.disconnect(note)
    assert (status, headers["X-Content-Type-Options"]) == ("200 OK", "nosniff")
    assert ReceivedEvent.objects.count() == 1
    assert connection == ["looked after"]
