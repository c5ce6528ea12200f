"""Push providers against fakes that check what is documented, field by field."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qs

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from actions.channels import ChannelProblem, load, seal_config
from actions.channels.webpush import read_subscription
from journeyorch.outbound import tokens
from journeys.demo.web import Answer, Web
from tests.actions.channels.push import DATA, PUSH, Browser, pem, service_account, unpadded
from tests.journeyorch.outbound.http2_server import Http2Server, Said

# Seconds that our own servers may take; other processes may keep the machine busy meanwhile.
PATIENCE = 30


@pytest.fixture
def push(message):
    return lambda **changes: message(**{**PUSH, **changes})


@pytest.fixture
def server():
    """Remembers requests; ``answers`` are given in turn, the last one stays."""

    class Server:
        requests: list
        answers: list

    kept = Server()
    kept.requests, kept.answers = [], [Answer(200, b"{}")]

    def answer(request):
        kept.requests.append(request)
        return kept.answers.pop(0) if len(kept.answers) > 1 else kept.answers[0]

    web = Web(0, answer)
    web.start()
    kept.url = f"http://127.0.0.1:{web.port}"
    yield kept
    web.stop()


# --- FCM ------------------------------------------------------------------------------------------

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def fcm(db, server):
    tokens.forget()
    config = {"url": server.url, "service_account": service_account(RSA, f"{server.url}/token")}
    sealed = seal_config("fcm", config, kind="push", stored={})
    assert "PRIVATE KEY" not in json.dumps(sealed)
    yield load("fcm", sealed, kind="push")
    tokens.forget()


def granted(token="ya29.a", seconds=3599):
    body = {"access_token": token, "expires_in": seconds, "token_type": "Bearer"}
    return Answer(200, json.dumps(body).encode())


def test_fcm_gets_a_token_for_a_signed_claim_and_the_message_in_its_form(server, fcm, push):
    server.answers = [granted(), Answer(200, b'{"name": "projects/hotel-1/messages/1"}')]

    outcomes = [fcm.send(push(), PATIENCE) for _ in range(2)]

    assert [outcome.status for outcome in outcomes] == ["ok", "ok"]
    grant, first, second = server.requests
    form = parse_qs(grant.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    [assertion] = form["assertion"]
    claims = jwt.decode(assertion, RSA.public_key(), algorithms=["RS256"], audience=f"{server.url}/token")
    assert jwt.get_unverified_header(assertion)["kid"] == "key-7"
    assert (claims["iss"], claims["scope"]) == (
        "push@hotel-1.iam.example",
        "https://www.googleapis.com/auth/firebase.messaging",
    )
    assert claims["exp"] - claims["iat"] == 3600
    assert (first.method, first.path) == ("POST", "/v1/projects/hotel-1/messages:send")
    assert first.header("Authorization") == second.header("Authorization") == "Bearer ya29.a"
    assert json.loads(first.body) == {
        "message": {
            "token": "device-1",
            "notification": {
                "title": "Grüße",
                "body": "Your room is ready",
                "image": "https://hotel.example/room.jpg",
            },
            "data": DATA,
            "webpush": {"fcm_options": {"link": "https://hotel.example/room"}},
        }
    }


def test_a_token_that_fcm_refuses_is_fetched_anew_once(server, fcm, push):
    server.answers = [granted("old"), Answer(401, b"{}"), granted("new"), Answer(200, b"{}")]
    assert fcm.send(push(), PATIENCE).status == "ok"
    assert server.requests[-1].header("Authorization") == "Bearer new"


FCM_ERRORS = [
    (404, {"error": {"details": [{"errorCode": "UNREGISTERED"}]}}, "error", "hardBounce", False),
    (
        400,
        {"error": {"details": [{"fieldViolations": [{"field": "message.token"}]}]}},
        "error",
        "hardBounce",
        False,
    ),
    (400, {"error": {"details": [{"fieldViolations": [{"field": "message.data"}]}]}}, "http", "400", False),
    (404, {"error": {"status": "NOT_FOUND"}}, "http", "404", False),
    (403, {"error": {"details": [{"errorCode": "SENDER_ID_MISMATCH"}]}}, "http", "403", False),
    (429, {}, "http", "429", True),
    (503, {}, "http", "503", True),
    *((400, odd, "http", "400", False) for odd in ([], {"error": []}, {"error": {"details": [3, {"a": 1}]}})),
]


@pytest.mark.parametrize(("status", "body", "ended", "code", "retryable"), FCM_ERRORS)
def test_fcm_tells_tokens_that_are_gone_from_other_errors(
    server, fcm, push, status, body, ended, code, retryable
):
    server.answers = [granted(), Answer(status, json.dumps(body).encode())]
    outcome = fcm.send(push(), PATIENCE)
    assert (outcome.status, outcome.code, outcome.retryable) == (ended, code, retryable)


@pytest.mark.parametrize("account", ["", "{}", "not JSON", "[]", '{"private_key": "x"}'])
def test_fcm_takes_only_key_files(account):
    with pytest.raises(ChannelProblem, match="service_account"):
        seal_config("fcm", {"service_account": account}, kind="push", stored={})


# --- APNs -----------------------------------------------------------------------------------------

APPLE = ec.generate_private_key(ec.SECP256R1())
TOKEN = "a1" * 32


@pytest.fixture
def apns(settings, tmp_path):
    servers = []

    def start(answer=lambda asked: Said(200)):
        servers.append(Http2Server(tmp_path, answer))
        settings.OUTBOUND_CA_BUNDLE = str(servers[-1].certificate)
        values = {"url": servers[-1].url, "team": "TEAM123456", "key_id": "KEY1234567", "key": pem(APPLE)}
        return servers[-1], load("apns", {**values, "topic": "org.example.hotel"}, kind="push")

    yield start
    for server in servers:
        server.close()


def test_apns_gets_a_signed_token_and_the_message_in_its_form(apns, push):
    server, channel = apns()

    outcomes = [channel.send(push(to=TOKEN), PATIENCE) for _ in range(2)]

    assert [outcome.status for outcome in outcomes] == ["ok", "ok"]
    first, second = server.asked
    head = first.head
    assert (head[":method"], head[":path"]) == ("POST", f"/3/device/{TOKEN}")
    assert (head["apns-topic"], head["apns-push-type"], head["apns-id"]) == (
        "org.example.hotel",
        "alert",
        DATA["messageId"],
    )
    scheme, _, token = head["authorization"].partition(" ")
    claims = jwt.decode(token, APPLE.public_key(), algorithms=["ES256"])
    assert (scheme, jwt.get_unverified_header(token)["kid"]) == ("bearer", "KEY1234567")
    assert claims["iss"] == "TEAM123456"
    assert 0 <= time.time() - claims["iat"] < 3600
    assert second.head["authorization"] == head["authorization"]
    assert json.loads(first.body) == {
        "aps": {
            "alert": {"title": "Grüße", "body": "Your room is ready"},
            "sound": "default",
            "mutable-content": 1,
        },
        "image": "https://hotel.example/room.jpg",
        **DATA,
    }


@pytest.mark.parametrize(
    ("status", "body", "ended", "code", "retryable"),
    [
        (410, b'{"reason": "Unregistered", "timestamp": 1}', "error", "hardBounce", False),
        (400, b'{"reason": "BadDeviceToken"}', "error", "hardBounce", False),
        (400, b'{"reason": "PayloadEmpty"}', "http", "400", False),
        (403, b'{"reason": "InvalidProviderToken"}', "http", "403", False),
        (429, b'{"reason": "TooManyRequests"}', "http", "429", True),
        (503, b"not JSON", "http", "503", True),
        (400, b'{"reason": ["BadDeviceToken"]}', "http", "400", False),
    ],
)
def test_apns_tells_tokens_that_are_gone_from_other_errors(apns, push, status, body, ended, code, retryable):
    _, channel = apns(lambda asked: Said(status, (), body))
    outcome = channel.send(push(to=TOKEN), PATIENCE)
    assert (outcome.status, outcome.code, outcome.retryable) == (ended, code, retryable)


def test_a_device_token_cannot_change_the_path(apns, push):
    server, channel = apns()
    sent = push(to="../../x?a=b")
    assert channel.send(sent, PATIENCE).status == "ok"
    assert server.asked[0].head[":path"] == "/3/device/..%2F..%2Fx%3Fa%3Db"
    assert channel.target(sent).endswith(server.asked[0].head[":path"])


# --- Web Push -------------------------------------------------------------------------------------

VAPID = ec.generate_private_key(ec.SECP256R1())
BROWSER = Browser(ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef")
RAW_KEY = unpadded(VAPID.private_numbers().private_value.to_bytes(32))


@pytest.mark.parametrize("key", [pem(VAPID), RAW_KEY])
def test_a_browser_can_read_what_it_gets_and_see_who_sent_it(server, push, key):
    server.answers = [Answer(201)]
    channel = load("webpush", {"key": key, "contact": "mailto:web@hotel.example"}, kind="push")

    outcome = channel.send(push(to=BROWSER.subscription(f"{server.url}/push/1")), 5)

    assert outcome.status == "ok"
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/push/1")
    assert (request.header("Content-Encoding"), request.header("TTL")) == ("aes128gcm", "86400")
    assert request.header("Topic") == "6f1d7a52000050008000000000000001"
    told = http_ece.decrypt(
        request.body, private_key=BROWSER.key, auth_secret=BROWSER.secret, version="aes128gcm"
    )
    assert json.loads(told) == {
        "title": "Grüße",
        "body": "Your room is ready",
        "image": "https://hotel.example/room.jpg",
        "url": "https://hotel.example/room",
        "data": DATA,
    }
    scheme, _, rest = request.header("Authorization").partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    claims = jwt.decode(parts["t"], VAPID.public_key(), algorithms=["ES256"], audience=server.url)
    assert (scheme, claims["sub"]) == ("vapid", "mailto:web@hotel.example")
    assert 0 < claims["exp"] - time.time() <= 24 * 3600


@pytest.mark.parametrize(
    ("status", "ended", "code"),
    [(404, "error", "hardBounce"), (410, "error", "hardBounce"), (413, "http", "413"), (429, "http", "429")],
)
def test_a_subscription_that_ended_is_gone(server, push, status, ended, code):
    server.answers = [Answer(status)]
    channel = load("webpush", {"key": RAW_KEY, "contact": "mailto:web@hotel.example"}, kind="push")
    outcome = channel.send(push(to=BROWSER.subscription(server.url)), 5)
    assert (outcome.status, outcome.code) == (ended, code)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "device-1",
        "[]",
        "{}",
        '{"endpoint": 1, "keys": {}}',
        '{"endpoint": "https://e.com", "keys": {"p256dh": "AAAA", "auth": "AAAA"}}',
        '{"endpoint": "https://e.com", "keys": {"p256dh": 5, "auth": null}}',
        BROWSER._replace(secret=b"short").subscription("https://e.com"),
    ],
)
def test_what_is_no_subscription_is_a_bad_address(push, address):
    assert read_subscription(address) is None
    channel = load("webpush", {"key": RAW_KEY, "contact": "mailto:web@hotel.example"}, kind="push")
    assert channel.send(push(to=address), 5).code == "hardBounce"


def test_a_subscription_does_not_lead_into_our_network(push, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = []
    channel = load("webpush", {"key": RAW_KEY, "contact": "mailto:web@hotel.example"}, kind="push")
    outcome = channel.send(push(to=BROWSER.subscription("http://127.0.0.1:9/")), 5)
    assert (outcome.status, outcome.code) == ("error", "refused")


def test_a_message_that_no_push_service_takes_is_not_sent(server, push):
    channel = load("webpush", {"key": RAW_KEY, "contact": "mailto:web@hotel.example"}, kind="push")
    outcome = channel.send(push(to=BROWSER.subscription(server.url), text="x" * 4000), 5)
    assert (outcome.code, server.requests) == ("tooLarge", [])
