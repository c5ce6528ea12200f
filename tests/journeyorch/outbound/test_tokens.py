"""Methods of authentication that fetch a token first: what is asked, kept, shared, and asked again."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from urllib.parse import parse_qs

import orjson
import pytest
from django.utils import timezone

from journeyorch.outbound import auth, connections, tokens
from journeyorch.outbound.auth_testing import can_be_tried, try_authentication
from journeyorch.outbound.client import Request
from journeyorch.outbound.models import AuthToken
from journeyorch.outbound.stored import send_authenticated
from tests.journeyorch.outbound.raw_server import http, says

pytestmark = pytest.mark.django_db
CANARY = "canary-91be"


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    tokens.forget()


class Issuer:
    """A token endpoint and an API on one server: each token is good until it is revoked."""

    def __init__(self, serve) -> None:
        self.number = 0
        self.revoked: set[str] = set()
        self.answer: bytes | None = None  # instead of a token
        self.asked: list[bytes] = []
        self.called: list[str] = []
        self.server = serve(self._answer)
        self.url = self.server.url

    def _answer(self, sock, request: bytes) -> None:
        sock.sendall(self._token(request) if b" /token" in request.split(b"\r\n")[0] else self._api(request))

    def _token(self, request: bytes) -> bytes:
        self.asked.append(request)
        self.number += 1
        token = {"access_token": f"t{self.number}", "expires_in": 3600}
        return self.answer or http(orjson.dumps(token))

    def _api(self, request: bytes) -> bytes:
        line = next((each for each in request.decode().split("\r\n") if each.startswith("Authorization")), "")
        token = line.rpartition(" ")[2]
        self.called.append(token)
        return http(status="401 No") if token in self.revoked else http(b'{"ok": true}')

    def oauth2(self, **changes) -> dict:
        config = {
            "type": "oauth2",
            "token_url": f"{self.url}/token",
            "client_id": "us",
            "client_secret": CANARY,
            **changes,
        }
        return auth.seal_config(config, stored={}, origin=self.url)

    def custom(self, **changes) -> dict:
        document = {
            "type": "customAuthorization",
            "authorizationType": "bearer",
            "endpoint": f"{self.url}/token",
            "method": "POST",
            "body": {"bodyType": "form", "bodyParams": {"user": "us", "password": CANARY}},
            "tokenInResponse": "json://access_token",
            **changes,
        }
        config = {"type": "custom", "document": json.dumps(document)}
        return auth.seal_config(config, stored={}, origin=self.url)

    def call(self, config: dict, timeout: float = 5.0):
        return send_authenticated(Request("GET", f"{self.url}/api"), config, timeout)


@pytest.fixture
def issuer(serve) -> Issuer:
    return Issuer(serve)


def body_of(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


def test_client_credentials_are_asked_for_as_the_standard_says(issuer):
    assert issuer.call(issuer.oauth2(scope="a b", audience="x")).status == 200
    head = issuer.asked[0].decode()
    assert head.startswith("POST /token ")
    assert "Content-Type: application/x-www-form-urlencoded" in head
    assert "Authorization: Basic dXM6Y2FuYXJ5LTkxYmU=" in head
    assert parse_qs(body_of(issuer.asked[0]).decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["a b"],
        "audience": ["x"],
    }
    assert issuer.called == ["t1"]


def test_client_id_and_secret_may_go_in_the_body(issuer):
    issuer.call(issuer.oauth2(sent_in="body"))
    fields = parse_qs(body_of(issuer.asked[0]).decode())
    assert (fields["client_id"], fields["client_secret"]) == (["us"], [CANARY])
    assert b"Authorization" not in issuer.asked[0]


def test_a_token_is_fetched_once_for_all_calls_and_all_processes(issuer):
    config = issuer.oauth2()
    issuer.call(config)
    issuer.call(config)
    tokens.forget()  # another process
    issuer.call(config)
    assert (len(issuer.asked), issuer.called) == (1, ["t1", "t1", "t1"])


def test_a_token_is_sealed_at_rest(issuer):
    issuer.call(issuer.oauth2())
    row = AuthToken.objects.get()
    assert set(row.token) == {"secret"}
    assert '"t1"' not in json.dumps(row.token)  # two letters alone may stand in any sealed text


def test_a_token_is_not_used_until_the_very_end_of_its_life(issuer):
    issuer.call(issuer.oauth2())
    left = AuthToken.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=53) < left < timedelta(minutes=55)


def test_a_token_that_is_over_is_fetched_anew_and_its_row_replaced(issuer):
    config = issuer.oauth2()
    issuer.call(config)
    AuthToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    tokens.forget()
    issuer.call(config)
    assert issuer.called == ["t1", "t2"]
    assert AuthToken.objects.count() == 1


def test_a_401_brings_a_new_token_and_the_call_is_made_again(issuer):
    config = issuer.oauth2()
    issuer.call(config)
    issuer.revoked = {"t1"}
    assert issuer.call(config).status == 200
    assert issuer.called == ["t1", "t1", "t2"]


def test_only_one_refresh_follows_a_401(issuer):
    issuer.revoked = {"t1", "t2", "t3"}
    assert issuer.call(issuer.oauth2()).status == 401
    assert (issuer.called, len(issuer.asked)) == (["t1", "t2"], 2)


def test_a_token_that_another_process_fetched_meanwhile_is_not_fetched_again(issuer):
    """Both find their token revoked; the one that comes second takes what the first has fetched."""
    config = issuer.oauth2()
    issuer.call(config)
    method = auth.load(config, origin=issuer.url)
    key, began = tokens.key_of(config, issuer.url), timezone.now()
    refused = tokens.Refused("t1", began)
    first = tokens.token_for(method, key=key, deadline=connections.Deadline(5), refused=refused)
    tokens.forget()
    second = tokens.token_for(method, key=key, deadline=connections.Deadline(5), refused=refused)
    assert (first, second, len(issuer.asked)) == ("t2", "t2", 2)


def test_threads_wait_for_the_token_that_one_of_them_fetches(issuer, monkeypatch):
    kept: dict[str, tokens._Kept] = {}  # rows of this test's transaction are not seen by other threads
    monkeypatch.setattr(tokens, "_stored", kept.get)
    monkeypatch.setattr(tokens, "_store", kept.__setitem__)
    config = issuer.oauth2()

    def call() -> None:
        issuer.call(config)
        connections.close_kept()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(issuer.asked), issuer.called) == (1, ["t1"] * 8)


@pytest.mark.parametrize(
    ("answer", "reason", "retryable"),
    [
        (http(status="503 Busy"), "tokenLater", True),
        (http(status="401 No"), "token", False),
        (http(status="302 Found", headers="Location: /other\r\n"), "token", False),
        (http(b'{"error": "invalid_client"}'), "token", False),
        (http(b'{"access_token": 5}'), "token", False),
        (http(b'{"access_token": ""}'), "token", False),
        (http(b"[]"), "token", False),
        (http(b"<html>"), "token", False),
    ],
)
def test_without_a_token_the_call_is_not_made(issuer, answer, reason, retryable):
    issuer.answer = answer
    failure = issuer.call(issuer.oauth2())
    assert (failure.reason, failure.retryable, issuer.called) == (reason, retryable, [])
    assert failure.message


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [(100, 90), ("100", 90), (None, 3240), ("soon", 3240), (-5, 0), (1e308, 366 * 24 * 3600 * 0.9)],
)
def test_how_long_a_token_lives(issuer, expires_in, seconds):
    issuer.answer = http(orjson.dumps({"access_token": "t", "expires_in": expires_in}))
    token = tokens.fetched(auth.load(issuer.oauth2(), origin=issuer.url), 5)
    assert token.seconds == pytest.approx(seconds)


def test_the_tokens_endpoint_is_guarded_like_any_other(issuer, settings):
    config = issuer.oauth2()
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    settings.OUTBOUND_ALLOWED_HOSTS = [f"127.0.0.1:{issuer.server.port}"]
    with pytest.raises(auth.AuthProblem, match="IP address"):
        issuer.oauth2(token_url="http://169.254.169.254/token")
    with pytest.raises(auth.AuthProblem, match="IP address"):
        issuer.custom(endpoint="http://10.0.0.1/token")
    assert issuer.call(config).status == 200


def test_the_secret_is_sent_neither_to_another_api_nor_to_another_endpoint(issuer):
    stored = issuer.oauth2()
    with pytest.raises(auth.AuthProblem):
        auth.load(stored, origin="https://evil.example")
    moved = {"type": "oauth2", "token_url": "https://evil.example/token", "client_id": "us"}
    with pytest.raises(auth.AuthProblem, match="another address"):
        auth.seal_config(moved, stored=stored, origin=issuer.url)
    with pytest.raises(auth.AuthProblem, match="another address"):
        auth.load({**stored, "token_url": "https://evil.example/token"}, origin=issuer.url)


def test_an_answer_that_echoes_token_or_secret_is_redacted(serve):
    token = http(orjson.dumps({"access_token": "t0k3n-abc"}))
    server = serve(says(token, http(orjson.dumps({"you": f"t0k3n-abc {CANARY}"}))))
    config = {
        "type": "oauth2",
        "token_url": f"{server.url}/token",
        "client_id": "us",
        "client_secret": CANARY,
    }
    sealed = auth.seal_config(config, stored={}, origin=server.url)
    body = send_authenticated(Request("GET", server.url), sealed, 5).body
    assert (b"t0k3n-abc" in body, CANARY.encode() in body) == (False, False)


# --- The custom document --------------------------------------------------------------------------


def test_a_form_is_sent_and_the_token_becomes_a_bearer(issuer):
    assert issuer.call(issuer.custom()).status == 200
    assert b"Content-Type: application/x-www-form-urlencoded" in issuer.asked[0]
    assert body_of(issuer.asked[0]) == b"user=us&password=canary-91be"
    assert issuer.called == ["t1"]


def test_json_and_headers_are_sent_as_they_are_written(issuer):
    body = {"bodyType": "json", "bodyParams": {"user": {"id": 5}, "password": CANARY}}
    issuer.call(issuer.custom(body=body, headers={"X-Tenant": "hotel"}))
    assert b"Content-Type: application/json" in issuer.asked[0]
    assert b"X-Tenant: hotel" in issuer.asked[0]
    assert orjson.loads(body_of(issuer.asked[0])) == body["bodyParams"]


@pytest.mark.parametrize(
    ("kind", "line", "header"),
    [
        ("header", "GET /api HTTP/1.1", "X-Token: t1"),
        ("HEADER", "GET /api HTTP/1.1", "X-Token: t1"),
        ("queryParam", "GET /api?X-Token=t1 HTTP/1.1", ""),
        ("Bearer", "GET /api HTTP/1.1", "Authorization: Bearer t1"),
    ],
)
def test_the_token_goes_where_the_document_says(issuer, kind, line, header):
    issuer.call(issuer.custom(authorizationType=kind, tokenTarget="X-Token"))
    sent = issuer.server.requests[-1].decode()
    assert sent.startswith(line)
    assert header in sent


@pytest.mark.parametrize(
    ("where", "answer", "token"),
    [
        ("response", b" abc\n", "abc"),
        ("response", b"", None),
        ("json://token", b'{"token": "abc"}', "abc"),
        ("json://data.inner.token", b'{"data": {"inner": {"token": "abc"}}}', "abc"),
        ("json://data.token", b'{"data": ["abc"]}', None),
        ("json://token", b'{"token": 5}', None),
        ("json://token", b"not json", None),
    ],
)
def test_where_the_token_stands_in_the_answer(issuer, where, answer, token):
    issuer.answer = http(answer)
    found = tokens.fetched(auth.load(issuer.custom(tokenInResponse=where), origin=issuer.url), 5)
    assert getattr(found, "text", None) == token


@pytest.mark.parametrize(
    ("duration", "unit", "seconds"),
    [
        (500, "milliseconds", 0.5),
        (5, "seconds", 5),
        (5, "minutes", 300),
        (2, "hours", 7200),
        (1, "days", 86_400),
        (1, "months", 2_592_000),
        (1, "years", 31_536_000),
        (999_999_999, "years", 315_360_000),
    ],
)
def test_how_long_the_document_keeps_a_token(issuer, duration, unit, seconds):
    config = issuer.custom(cacheDuration={"duration": duration, "timeUnit": unit})
    assert tokens.fetched(auth.load(config, origin=issuer.url), 5).seconds == pytest.approx(seconds)


def test_a_token_is_kept_for_an_hour_if_the_document_does_not_say(issuer):
    assert tokens.fetched(auth.load(issuer.custom(), origin=issuer.url), 5).seconds == 3600


def test_a_get_asks_with_its_endpoint_alone(issuer):
    issuer.call(issuer.custom(method="GET", body=None, endpoint=f"{issuer.url}/token?key={CANARY}"))
    assert issuer.asked[0].startswith(f"GET /token?key={CANARY} ".encode())


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "other"},
        {"authorizationType": "cookie"},
        {"authorizationType": "header"},
        {"authorizationType": "queryParam"},
        {"authorizationType": "header", "tokenTarget": "X Y"},
        {"endpoint": "nowhere"},
        {"endpoint": "https://user@api.example/"},
        {"method": "PUT"},
        {"method": "GET"},
        {"body": None},
        {"body": {"bodyType": "xml", "bodyParams": {}}},
        {"body": {"bodyType": "form", "bodyParams": {"a": {"b": 1}}}},
        {"headers": {"Host": "x"}},
        {"headers": {"X": "a\r\nY: b"}},
        {"headers": {"X": 5}},
        {"tokenInResponse": "xml://token"},
        {"tokenInResponse": "json://"},
        {"tokenInResponse": "json://a..b"},
        {"cacheDuration": {"duration": 0, "timeUnit": "seconds"}},
        {"cacheDuration": {"duration": 1, "timeUnit": "weeks"}},
        {"cacheDuration": {"duration": "x", "timeUnit": "days"}},
        {"cacheDuration": 5},
        {"surplus": 1},
    ],
)
def test_a_document_that_cannot_work_is_refused_without_showing_it(issuer, changes):
    with pytest.raises(auth.AuthProblem) as caught:
        issuer.custom(**changes)
    assert CANARY not in str(caught.value)
    assert caught.value.messages


@pytest.mark.parametrize("document", ["", "{", "[]", "5", '{"a": NaN}', "{}"])
def test_what_is_no_document_is_refused(document):
    with pytest.raises(auth.AuthProblem):
        auth.seal_config({"type": "custom", "document": document}, stored={}, origin="https://api.example")


def test_a_document_is_shown_without_its_secrets_and_keeps_them_when_it_is_saved_so(issuer):
    body = {"bodyType": "json", "bodyParams": {"grant_type": "password", "password": CANARY}}
    stored = issuer.custom(
        body=body,
        headers={"X-Key": CANARY, "Accept": "text/plain"},
        endpoint=f"{issuer.url}/token?k={CANARY}",
    )
    assert CANARY not in json.dumps(stored)
    text = auth.load(stored, origin=issuer.url).shown()["document"]
    shown = json.loads(text)
    assert CANARY not in text
    assert shown["headers"] == {"X-Key": {"secret": "set"}, "Accept": "text/plain"}
    assert shown["body"]["bodyParams"] == {"grant_type": "password", "password": {"secret": "set"}}

    shown["cacheDuration"] = {"duration": 5, "timeUnit": "minutes"}
    again = auth.seal_config(
        {"type": "custom", "document": json.dumps(shown)}, stored=stored, origin=issuer.url
    )
    issuer.call(again)
    assert issuer.asked[0].startswith(f"POST /token?k={CANARY} ".encode())
    assert f"X-Key: {CANARY}".encode() in issuer.asked[0]
    assert orjson.loads(body_of(issuer.asked[0])) == body["bodyParams"]


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "https://evil.example/token"},
        {"headers": {"X-New": {"secret": "set"}}},
    ],
)
def test_a_stored_secret_does_not_move_to_another_endpoint_or_name(issuer, changes):
    stored = issuer.custom()
    shown = {**json.loads(auth.load(stored, origin=issuer.url).shown()["document"]), **changes}
    with pytest.raises(auth.AuthProblem):
        auth.seal_config({"type": "custom", "document": json.dumps(shown)}, stored=stored, origin=issuer.url)


# --- The Test button ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["oauth2", "custom"])
def test_the_test_turns_green_when_a_token_comes_and_keeps_nothing(issuer, kind):
    config = getattr(issuer, kind)()
    assert can_be_tried(config)
    assert try_authentication(config, issuer.url).status == "ok"
    assert not AuthToken.objects.exists()


def test_the_test_says_why_no_token_came(issuer):
    issuer.answer = http(f'{{"error": "{CANARY}"}}'.encode(), status="401 No")
    outcome = try_authentication(issuer.oauth2(), issuer.url)
    assert (outcome.status, CANARY in outcome.message) == ("error", False)
    assert "401" in outcome.message


def test_the_endpoints_own_word_is_told_if_it_is_one_of_the_standards(issuer):
    issuer.answer = http(b'{"error": "invalid_scope", "error_description": "x"}', status="400 Bad Request")
    outcome = try_authentication(issuer.oauth2(), issuer.url)
    assert outcome.message == "No token came: its endpoint answered 400 (invalid_scope)."


def test_without_an_authentication_there_is_nothing_to_try():
    assert not can_be_tried({"type": "none"})
    assert not can_be_tried({})
