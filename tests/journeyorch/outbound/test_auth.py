from __future__ import annotations

import base64
import json

import pytest

from journeyorch.outbound import auth
from journeyorch.outbound.client import Request
from journeyorch.outbound.stored import send_authenticated
from tests.journeyorch.outbound.raw_server import http, says

CANARY = "canary-7f3a"
ORIGIN = "https://api.example"
REQUEST = Request("GET", f"{ORIGIN}/x?a=1")
BASIC = {"type": "basic", "username": "ada", "password": CANARY}


def sealed(config: dict, stored: dict | None = None, origin: str = ORIGIN) -> dict:
    return auth.seal_config(config, stored=stored or {}, origin=origin)


def applied(config: dict) -> Request:
    return auth.load(sealed(config), origin=ORIGIN).apply(REQUEST)


@pytest.mark.parametrize("config", [{}, {"type": "none"}])
def test_none_adds_nothing(config):
    assert applied(config) == REQUEST


def test_basic_sends_user_and_password():
    expected = base64.b64encode(b"ada:canary-7f3a").decode()
    assert applied(BASIC).header("authorization") == f"Basic {expected}"


def test_an_api_key_goes_into_a_header_or_the_query():
    key = {"type": "api_key", "name": "X-Key", "value": "a&b"}
    assert applied(key).header("x-key") == "a&b"
    assert applied({**key, "location": "query"}).url == f"{ORIGIN}/x?a=1&X-Key=a%26b"


def test_credentials_take_the_place_of_a_header_of_the_same_name():
    request = REQUEST._replace(headers=(("authorization", "forged"),))
    assert len(auth.load(sealed(BASIC), origin=ORIGIN).apply(request).headers) == 1


@pytest.mark.parametrize(
    "config",
    [
        {"type": "magic"},
        {"type": ["basic"]},
        {"type": "basic", "username": "a:b", "password": CANARY},
        {"type": "basic", "username": "ada"},
        {"type": "basic", "username": "ada", "password": 5},
        {"type": "basic", "username": "ada", "password": CANARY, "extra": 1},
        {"type": "api_key", "name": "Host", "value": CANARY},
        {"type": "api_key", "name": "X", "value": f"{CANARY}\r\nX: y"},
        {"type": "api_key", "name": "X", "value": CANARY, "location": "cookie"},
    ],
)
def test_what_cannot_work_is_refused_without_showing_the_secret(config):
    with pytest.raises(auth.AuthProblem) as caught:
        sealed(config)
    assert caught.value.messages
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("password", ["", None, {"secret": "set"}])
def test_a_secret_left_out_keeps_the_stored_one(password):
    stored = sealed(BASIC)
    again = sealed({"type": "basic", "username": "bob", "password": password}, stored)
    loaded = auth.load(again, origin=ORIGIN)
    assert (loaded.username, loaded.secrets()[0]) == ("bob", CANARY)


def test_a_stored_secret_does_not_move_to_another_origin():
    with pytest.raises(auth.AuthProblem):
        sealed({"type": "basic", "username": "ada"}, sealed(BASIC), origin="https://evil.example")
    with pytest.raises(auth.AuthProblem):
        auth.load(sealed(BASIC), origin="https://evil.example")


def test_a_secret_is_in_no_representation():
    config = sealed(BASIC)
    assert CANARY not in json.dumps(config)
    assert CANARY not in repr(auth.load(config, origin=ORIGIN))


@pytest.mark.parametrize("name", sorted(auth.methods()))
def test_every_method_describes_its_form(name):
    cls = auth.methods()[name]
    fields = cls.model_json_schema()["properties"] if cls.model_fields else {}
    assert all(fields[secret]["writeOnly"] for secret in cls.secret_fields())


def test_an_answer_that_echoes_the_secret_is_redacted(serve):
    server = serve(says(http(json.dumps({"you": f"ada:{CANARY}"}).encode())))
    config = sealed(BASIC, origin=server.url)
    answer = send_authenticated(Request("GET", server.url), config, 5)
    assert CANARY.encode() not in answer.body
    assert b"Basic" in server.requests[0]


def test_a_secret_of_another_origin_is_never_sent(serve):
    server = serve(says(http()))
    answer = send_authenticated(Request("GET", server.url), sealed(BASIC), 5)
    assert (answer.reason, server.requests) == ("refused", [])
