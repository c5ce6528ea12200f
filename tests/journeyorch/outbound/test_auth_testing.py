"""The Test button of credentials that go with each request."""

from __future__ import annotations

import pytest

from journeyorch.outbound import auth
from journeyorch.outbound.auth_testing import can_be_tried, try_authentication
from tests.journeyorch.outbound.raw_server import http, says

BASIC = {"type": "basic", "username": "us", "password": "open sesame"}
HEADER = {"type": "api_key", "name": "X-Key", "value": "key-1", "location": "header"}
QUERY = {**HEADER, "name": "key", "location": "query"}


def tried(url: str, config: dict):
    stored = auth.seal_config(config, stored={}, origin=url)
    assert can_be_tried(stored)
    return try_authentication(stored, url)


@pytest.mark.parametrize(
    ("config", "sent"),
    [
        (BASIC, b"Authorization: Basic dXM6b3BlbiBzZXNhbWU="),
        (HEADER, b"X-Key: key-1"),
        (QUERY, b"/?key=key-1 "),
    ],
)
def test_the_test_of_credentials_sends_them_with_a_request_that_changes_nothing(serve, config, sent):
    server = serve(says(http(b"")))
    assert tried(server.url, config).status == "ok"
    assert server.requests[0].startswith(b"HEAD /")
    assert sent in server.requests[0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("401 Unauthorized", "refuses these credentials"),
        ("403 Forbidden", "refuses these credentials"),
        ("405 Method Not Allowed", "test call"),
        ("302 Found", "test call"),
        ("503 Service Unavailable", "test call"),
    ],
)
def test_what_does_not_show_that_they_are_accepted_is_not_green(serve, answer, words):
    outcome = tried(serve(says(http(b"", status=answer))).url, BASIC)
    assert outcome.status == "http"
    assert words in outcome.message
    assert "sesame" not in str(outcome)
