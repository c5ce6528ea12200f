"""SMS and the demo's catcher against real HTTP servers on this machine."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs

import pytest

from actions.channels import ChannelProblem, load, providers, seal_config
from journeys.demo.catcher import Catcher
from journeys.demo.web import Answer, Web

CANARY = "canary-31c4"


@pytest.fixture
def provider_server():
    """Remembers requests; ``answer`` is what it says."""

    class Server:
        requests: list = []
        answer = Answer(201, b'{"sid": "SM1"}')

    server = Server()
    server.requests = []

    def answer(request):
        server.requests.append(request)
        return server.answer

    web = Web(0, answer)
    web.start()
    server.url = f"http://127.0.0.1:{web.port}"
    yield server
    web.stop()


@pytest.fixture
def sms(message):
    return message(kind="sms", to="+49151", sender="+49170", subject="", html="", text="Grüße & mehr")


def twilio(url):
    config = {"url": url, "account": "AC1", "token": CANARY, "number": "+49170"}
    return load("twilio", seal_config("twilio", config, kind="sms", stored={}), kind="sms")


def test_twilios_way_is_a_form_with_basic(provider_server, sms):
    assert twilio(provider_server.url).send(sms, 5).status == "ok"
    [request] = provider_server.requests
    assert (request.method, request.path) == ("POST", "/2010-04-01/Accounts/AC1/Messages.json")
    assert parse_qs(request.body.decode()) == {"To": ["+49151"], "From": ["+49170"], "Body": ["Grüße & mehr"]}
    assert request.header("Authorization") == f"Basic {base64.b64encode(f'AC1:{CANARY}'.encode()).decode()}"
    assert request.header("Idempotency-Key") == sms.key
    assert twilio(provider_server.url).target(sms) == provider_server.url + request.path


@pytest.mark.parametrize(
    ("answer", "status", "code", "retryable"),
    [
        (Answer(400, b'{"code": 21211, "message": "invalid"}'), "error", "hardBounce", False),
        (Answer(400, b'{"code": 20001}'), "http", "400", False),
        (Answer(400, b"not JSON"), "http", "400", False),
        (Answer(400, b"[]"), "http", "400", False),
        (Answer(401, b"{}"), "http", "401", False),
        (Answer(429, b"{}"), "http", "429", True),
        (Answer(503, b"{}"), "http", "503", True),
    ],
)
def test_a_bad_number_is_told_from_a_bad_request(provider_server, sms, answer, status, code, retryable):
    provider_server.answer = answer
    outcome = twilio(provider_server.url).send(sms, 5)
    assert (outcome.status, outcome.code, outcome.retryable) == (status, code, retryable)
    assert CANARY not in repr(outcome)


def test_the_plain_way_is_json(provider_server, sms):
    config = {"url": f"{provider_server.url}/send?v=1", "token": CANARY, "number": "Hotel"}
    assert load("sms_json", config, kind="sms").send(sms, 5).status == "ok"
    [request] = provider_server.requests
    assert (request.target, request.header("Authorization")) == ("/send?v=1", f"Bearer {CANARY}")
    assert json.loads(request.body) == {
        "id": sms.key,
        "to": "+49151",
        "from": "+49170",
        "text": "Grüße & mehr",
    }


def test_without_a_token_no_authorization_is_sent(provider_server, sms):
    load("sms_json", {"url": provider_server.url}, kind="sms").send(sms, 5)
    assert provider_server.requests[0].header("Authorization") == ""


@pytest.mark.parametrize("kind", ["email", "sms", "push"])
def test_the_catcher_gets_every_word_and_tells_repetitions(message, kind):
    with Catcher() as catcher:
        channel = load("catcher", {"url": catcher.url}, kind=kind)
        outcomes = [channel.send(message(kind=kind, html="<b>", text="t"), 5) for _ in range(2)]
        again, first = catcher.box.find()
    assert [outcome.status for outcome in outcomes] == ["ok", "ok"]
    assert (first["kind"], first["to"], first["title"], first["text"]) == (
        kind,
        "ada@example.com",
        "Grüße",
        "t",
    )
    assert (first["key"], first["repeated"], again["repeated"]) == (message().key, False, True)


def test_a_secret_is_bound_to_its_host():
    stored = seal_config("twilio", {"account": "AC1", "token": CANARY, "number": "1"}, kind="sms", stored={})
    assert CANARY not in json.dumps(stored)
    kept = seal_config("twilio", {**stored, "token": "", "number": "2"}, kind="sms", stored=stored)
    assert load("twilio", kept, kind="sms").token.get_secret_value() == CANARY
    with pytest.raises(ChannelProblem, match="Enter it again"):
        load("twilio", {**stored, "url": "https://evil.example"}, kind="sms")
    with pytest.raises(ChannelProblem, match="Enter it again"):
        seal_config("twilio", {**stored, "url": "https://evil.example"}, kind="sms", stored=stored)


def test_secrets_show_in_no_representation_and_no_problem():
    channel = load("twilio", {"account": "AC1", "token": CANARY, "number": "1"}, kind="sms")
    assert CANARY not in repr(channel) + str(channel.model_dump())
    with pytest.raises(ChannelProblem) as problem:
        load("twilio", {"account": "AC1", "token": CANARY * 100, "number": "1"}, kind="sms")
    assert CANARY not in str(problem.value)


def test_providers_are_offered_by_kind():
    assert set(providers("sms")) == {"catcher", "sms_json", "twilio"}
    assert set(providers("email")) == {"catcher", "esp", "ses", "smtp"}
    assert set(providers("push")) == {"apns", "catcher", "fcm", "webpush"}
    with pytest.raises(ChannelProblem, match="No provider “smtp”"):
        load("smtp", {}, kind="sms")
