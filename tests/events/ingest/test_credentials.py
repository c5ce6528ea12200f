"""Three kinds of keys: shown, signed with, exchanged for a token; and which web pages may send."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.conf import settings
from django.test import Client, override_settings

from events.ingest import doors, tokens
from events.ingest.credentials import TOLERANCE, sign
from events.ingest.origins import origin_of
from events.inlets import Kind, create_key
from events.models import Inlet, InletToken, ReceivedEvent
from tests.events.conftest import Send, message

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example"

# --- Signatures -----------------------------------------------------------------------------------


@pytest.fixture
def secret(inlet: Inlet) -> str:
    return create_key(inlet, kind=Kind.SIGNING).plain


Signed = Callable[..., dict[str, str]]


@pytest.fixture
def signed(secret: str) -> Signed:
    """Headers of a signed request; what is named differs from what is right."""

    def headers(body: bytes, *, id: str = "msg_1", late: timedelta = timedelta(), **other: Any) -> Any:
        at = str(int((datetime.now(UTC) - late).timestamp()))
        key = base64.b64decode(other.get("secret", secret).removeprefix("whsec_"))
        signature = "v1," + sign(f"{id}.{at}.".encode() + other.get("content", body), key)
        return {
            "webhook-id": other.get("sent_id", id),
            "webhook-timestamp": other.get("timestamp", at),
            "webhook-signature": other.get("signature", signature),
        }

    return headers


def test_a_signed_request_needs_no_key(send: Send, signed: Signed, inlet: Inlet) -> None:
    body = orjson.dumps(message())
    assert send(body, key=None, **signed(body)).status == 200
    assert ReceivedEvent.objects.count() == 1


def test_one_of_several_signatures_is_enough(send: Send, signed: Signed) -> None:
    body = orjson.dumps(message())
    headers = signed(body)
    headers["webhook-signature"] = f"v1,AAAA v2,BBBB {headers['webhook-signature']}"
    assert send(body, key=None, **headers).status == 200


def test_a_compressed_body_is_signed_as_it_is_sent(send: Send, signed: Signed) -> None:
    import gzip

    body = gzip.compress(orjson.dumps(message()))
    assert send(body, key=None, **signed(body), **{"Content-Encoding": "gzip"}).status == 200


def test_a_replay_adds_nothing_also_where_events_have_no_id(send: Send, signed: Signed) -> None:
    body = orjson.dumps({"messages": [message(None), message(None), message("e-1")]})
    headers = signed(body)
    for _ in range(2):
        assert send(body, key=None, batch=True, **headers).status == 207
    assert ReceivedEvent.objects.count() == 3


WRONG: dict[str, dict[str, Any]] = {
    "another body": {"content": b"{}"},
    "another id than was signed": {"sent_id": "msg_2"},
    "no id": {"sent_id": ""},
    "an id that is too long": {"id": "m" * 101},
    "a recording": {"late": TOLERANCE + timedelta(seconds=2)},
    "a clock that is fast": {"late": -TOLERANCE - timedelta(seconds=5)},
    "a time that is none": {"timestamp": "today"},
    "a time beyond all years": {"timestamp": "99999999999"},
    "an Arabic number": {"timestamp": "١٢٣"},
    "another secret": {"secret": "whsec_" + base64.b64encode(b"x" * 32).decode()},
    "another version": {"signature": "v2,abcd"},
    "no signature in it": {"signature": "v1,"},
    "letters that are no base64": {"signature": "v1,ünïcödé"},
}


@pytest.mark.parametrize("case", WRONG)
def test_a_signature_that_is_wrong_is_refused(send: Send, signed: Signed, case: str) -> None:
    body = orjson.dumps(message())
    sent = send(body, key=None, **signed(body, **WRONG[case]))
    assert sent.status == 403
    assert not ReceivedEvent.objects.exists()


def test_a_wrong_signature_is_not_saved_by_a_right_bearer_key(send: Send, signed: Signed) -> None:
    body = orjson.dumps(message())
    assert send(body, **signed(body, content=b"{}")).status == 403


def test_a_signing_secret_that_has_expired_is_refused(send: Send, signed: Signed) -> None:
    InletToken.objects.filter(kind=Kind.SIGNING).update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    body = orjson.dumps(message())
    assert send(body, key=None, **signed(body)).status == 403


def test_a_secret_that_cannot_be_decrypted_leaves_the_other_keys_alone(send: Send, secret: str) -> None:
    InletToken.objects.filter(kind=Kind.SIGNING).update(sealed={"secret": "nonsense"})
    assert send(message()).status == 200


def test_the_secret_is_stored_encrypted(secret: str) -> None:
    row = InletToken.objects.get(kind=Kind.SIGNING)
    assert secret.removeprefix("whsec_") not in str(InletToken.objects.filter(pk=row.pk).values())


# --- Clients --------------------------------------------------------------------------------------


Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client) -> Ask:
    def ask(headers: dict[str, str] | None = None, /, **form: str) -> Any:
        return client.post(
            "/oauth/token",
            urlencode({"grant_type": "client_credentials", **form}),
            content_type="application/x-www-form-urlencoded",
            headers=headers or {},
        )

    return ask


def test_a_client_sends_with_a_token_that_it_gets_for_its_secret(send: Send, ask: Ask, inlet: Inlet) -> None:
    secret, client = create_key(inlet, kind=Kind.CLIENT)
    answer = ask(client_id=client, client_secret=secret)
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3600)
    assert send(message(), key=answer.json()["access_token"]).status == 200


def test_a_client_may_name_itself_by_basic_authentication(ask: Ask, inlet: Inlet) -> None:
    secret, client = create_key(inlet, kind=Kind.CLIENT)
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    assert ask({"Authorization": f"Basic {basic}"}).status_code == 200


def test_whoever_is_not_the_client_gets_no_token(ask: Ask, inlet: Inlet) -> None:
    secret, client = create_key(inlet, kind=Kind.CLIENT)
    bearer = create_key(inlet).plain
    for form in (
        {"client_id": client, "client_secret": "wrong"},
        {"client_id": client, "client_secret": bearer},
        {"client_id": "", "client_secret": bearer},
        {"client_id": "no\0body", "client_secret": secret},
        {},
    ):
        answer = ask(**form)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["WWW-Authenticate"] == "Basic"
    for garbage in ("%%%", base64.b64encode(b"\xff\xfe").decode(), ""):
        assert ask({"Authorization": f"Basic {garbage}"}).status_code == 401


def test_a_client_that_has_expired_or_whose_inlet_is_closed_gets_no_token(ask: Ask, inlet: Inlet) -> None:
    old = datetime.now(UTC) - timedelta(seconds=1)
    secret, client = create_key(inlet, kind=Kind.CLIENT, expires_at=old)
    assert "expired" in ask(client_id=client, client_secret=secret).json()["error_description"]
    inlet.enabled = False
    inlet.save()
    secret, client = create_key(inlet, kind=Kind.CLIENT)
    assert ask(client_id=client, client_secret=secret).status_code == 401


def test_requests_for_tokens_that_are_none(client: Client, ask: Ask) -> None:
    assert ask(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert client.get("/oauth/token").status_code == 405
    assert client.post("/oauth/token", "{}", content_type="application/json").status_code == 415
    form = "application/x-www-form-urlencoded"
    assert client.post("/oauth/token", b"a" * 9000, content_type=form).status_code == 413
    assert client.post("/oauth/token", b"\xff\x00=%zz&&&", content_type=form).status_code == 400


def test_a_token_opens_only_the_inlet_of_its_client(send: Send, ask: Ask, inlet: Inlet) -> None:
    other = Inlet.objects.create(sandbox=inlet.sandbox, key="inlet-2", name="Other")
    secret, client = create_key(other, kind=Kind.CLIENT)
    token = ask(client_id=client, client_secret=secret).json()["access_token"]
    assert send(message(), key=token).status == 403
    assert send(message(), key=token, inlet="inlet-2").status == 200


def test_a_token_ends_after_its_hour_and_with_its_client(send: Send, inlet: Inlet) -> None:
    _, client = create_key(inlet, kind=Kind.CLIENT)
    now = datetime.now(UTC)
    old = tokens.issue(client, inlet=inlet.key, now=now - tokens.LIFETIME)
    assert "expired" in send(message(), key=old).body["report"]["message"]
    token = tokens.issue(client, inlet=inlet.key, now=now)
    assert send(message(), key=token).status == 200
    InletToken.objects.get(client_id=client).delete()
    assert send(message("e-2"), key=token).status == 403


def test_tokens_survive_a_change_of_the_secret_key(send: Send, inlet: Inlet) -> None:
    _, client = create_key(inlet, kind=Kind.CLIENT)
    token = tokens.issue(client, inlet=inlet.key, now=datetime.now(UTC))
    with override_settings(SECRET_KEY="n" * 60):
        assert send(message(), key=token).status == 403
    with override_settings(SECRET_KEY="n" * 60, SECRET_KEY_FALLBACKS=["o" * 60, settings.SECRET_KEY]):
        assert send(message(), key=token).status == 200


@pytest.mark.parametrize(
    "claims", [{"alg": "none"}, {"exp": None}, {"iss": "x"}, {"sub": None}, {"aud": ["other"]}], ids=str
)
def test_a_forged_token_is_refused(send: Send, inlet: Inlet, claims: dict[str, Any]) -> None:
    import jwt

    _, client = create_key(inlet, kind=Kind.CLIENT)
    algorithm = claims.pop("alg", "HS256")
    exp = datetime.now(UTC) + timedelta(hours=1)
    told = {"iss": "journeyorch", "sub": client, "aud": inlet.key, "exp": exp, **claims}
    told = {name: value for name, value in told.items() if value is not None}
    key = tokens._key(settings.SECRET_KEY) if algorithm == "HS256" else None
    assert send(message(), key=jwt.encode(told, key, algorithm=algorithm)).status == 403


# --- Web pages ------------------------------------------------------------------------------------


@pytest.fixture
def shop(inlet: Inlet) -> Inlet:
    inlet.allowed_origins = [SHOP]
    inlet.save()
    return inlet


def test_a_page_may_read_the_answer_by_its_exact_origin(send: Send, shop: Inlet) -> None:
    sent = send(message(), Origin=SHOP)
    assert sent.status == 200
    assert sent.headers["Access-Control-Allow-Origin"] == SHOP
    assert sent.headers["Access-Control-Allow-Credentials"] == "true"
    assert sent.headers["Vary"] == "Origin"


def test_a_page_may_read_a_refusal_too(send: Send, shop: Inlet) -> None:
    sent = send(message(), key=None, Origin=SHOP)
    assert (sent.status, sent.headers["Access-Control-Allow-Origin"]) == (401, SHOP)


def test_other_pages_may_not_send(send: Send, shop: Inlet) -> None:
    sent = send(message(), Origin="https://elsewhere.example")
    assert sent.status == 403
    assert "Access-Control-Allow-Origin" not in sent.headers
    assert not ReceivedEvent.objects.exists()


def test_systems_that_are_no_browsers_go_on(send: Send, shop: Inlet) -> None:
    assert send(message()).status == 200


def test_a_browser_may_ask_before_it_sends(client: Client, shop: Inlet) -> None:
    wanted = {
        "Origin": SHOP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,authorization",
    }
    answer = client.options(f"/collection/{shop.key}", headers=wanted)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type, authorization"
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    refused = client.options(f"/collection/{shop.key}", headers={**wanted, "Origin": "https://x.example"})
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert client.options("/collection/nothing", headers=wanted).status_code == 204


def test_a_page_that_has_just_been_allowed_need_not_wait(client: Client, send: Send, inlet: Inlet) -> None:
    send(message())  # the inlet is remembered, without pages
    Inlet.objects.filter(pk=inlet.pk).update(allowed_origins=[SHOP])
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    answer = client.options(f"/collection/{inlet.key}", headers=asked)
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert doors.origins_of(inlet.key, SHOP) == {SHOP}


ORIGINS = {
    "https://shop.example": SHOP,
    " HTTPS://Shop.Example/ ": SHOP,
    "https://shop.example:443": SHOP,
    "http://shop.example:8080": "http://shop.example:8080",
    "http://127.0.0.1:3000": "http://127.0.0.1:3000",
    "*": None,
    "https://*.example": None,
    "shop.example": None,
    "https://shop.example/page": None,
    "https://shop.example?a": None,
    "https://user@shop.example": None,
    "ftp://shop.example": None,
    "https://shop.example:99999": None,
    "null": None,
    "": None,
}


@pytest.mark.parametrize("text", ORIGINS)
def test_origins_as_people_write_them(text: str) -> None:
    assert origin_of(text) == ORIGINS[text]
