"""A custom action from its spec to its outcome, over real HTTP on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid

import orjson
import pytest

from actions.custom import CustomAction, action_of, build, variables
from actions.models import Action
from journeyorch.access.models import Sandbox
from journeyorch.outbound import auth, secrets
from journeyorch.outbound.calls import CallSpec, Outcome, Prepared, handler_of
from tests.journeyorch.outbound.conftest import serve  # noqa: F401
from tests.journeyorch.outbound.raw_server import http, says

PAYLOAD = {
    "type": "object",
    "fields": {
        "source": {"type": "string", "constant": "journey"},
        "email": {"type": "string", "variable": True, "label": "E-mail"},
    },
}
ACTION = CustomAction(
    id=1,
    name="Notify",
    method="POST",
    url="https://api.example/notify?v=1",
    headers=[
        {"name": "X-Fixed", "value": "yes"},
        {"name": "X-Tier", "variable": True, "label": "Tier", "type": "string"},
    ],
    query=[{"name": "lang", "variable": True, "label": "Language"}, {"name": "n", "value": 3}],
    payload=PAYLOAD,
    auth={},
    response=None,
)


def test_the_variables_come_from_payload_headers_and_query():
    found = [(one.path, one.label, one.type) for one in variables(ACTION)]
    assert found == [
        ("/email", "E-mail", "string"),
        ("headers/X-Tier", "Tier", "string"),
        ("query/lang", "Language", "string"),
    ]


def test_the_request_carries_constants_and_values():
    values = {"/email": "ada@example.com", "headers/X-Tier": "gold", "query/lang": "d e"}
    request = build(ACTION, values)
    assert request.url == "https://api.example/notify?v=1&lang=d+e&n=3"
    assert dict(request.headers) == {
        "X-Fixed": "yes",
        "X-Tier": "gold",
        "Content-Type": "application/json; charset=utf-8",
    }
    assert orjson.loads(request.body) == {"source": "journey", "email": "ada@example.com"}


def test_null_headers_and_query_parameters_are_left_out():
    request = build(ACTION, {})
    assert request.url == "https://api.example/notify?v=1&n=3"
    assert request.header("X-Tier") is None


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_methods_without_a_body_send_none(method):
    request = build(ACTION._replace(method=method), {})
    assert request.body is None
    assert request.header("Content-Type") is None


def test_the_content_type_may_be_another_json_type():
    headers = [{"name": "content-type", "value": "application/vnd.api+json; charset=utf-8"}]
    types = [value for name, value in build(ACTION._replace(headers=headers), {}).headers]
    assert types == ["application/vnd.api+json; charset=utf-8"]


@pytest.mark.parametrize(
    ("path", "url"),
    [
        (["a/b"], "https://api.example/notify/a/b?v=1"),
        (["x/", {"value": "a/b"}, "/y"], "https://api.example/notify/x/a%2Fb/y?v=1"),
        ([{"value": ["a/b", "ü"]}], "https://api.example/notify/a%2Fb/%C3%BC?v=1"),
        (["n", {"value": 7}, {"value": True}], "https://api.example/notify/n7true?v=1"),
        (["../../admin"], "https://api.example/notify/admin?v=1"),
        ([".", {"value": "./x"}], "https://api.example/notify/..%2Fx?v=1"),
        (["//evil.example/x"], "https://api.example/notify/evil.example/x?v=1"),
        ([{"value": "@evil.example"}], "https://api.example/notify/%40evil.example?v=1"),
        (["?x=y#z"], "https://api.example/notify/%3Fx%3Dy%23z?v=1"),
        ([{"value": "?x=y#z"}], "https://api.example/notify/%3Fx%3Dy%23z?v=1"),
        ([{"value": "a\r\nb"}], "https://api.example/notify/a%0D%0Ab?v=1"),
    ],
)
def test_the_dynamic_path_adds_segments_and_nothing_else(path, url):
    action = ACTION._replace(query=[])
    assert build(action, {}, path=path).url == url


@pytest.mark.parametrize("value", [None, "", "..", ".", [], ["a", ""], ["..", "a"]])
def test_a_path_without_its_value_is_never_asked(value):
    with pytest.raises(ValueError, match="empty"):
        build(ACTION, {}, path=["guests/", {"value": value}])


@pytest.fixture
def notify(serve, db):  # noqa: F811
    def make(answer=http(), **fields) -> tuple[Action, object]:  # noqa: B008
        server = serve(says(answer) if isinstance(answer, bytes) else answer)
        values = {"name": "Notify", "url": server.url, "payload": PAYLOAD, **fields}
        return Action.objects.create(sandbox=Sandbox.objects.get(name="prod"), **values), server

    return make


def call(action: Action, **values) -> CallSpec:
    spec = {"action": action.pk, "values": values}
    return CallSpec(uuid.uuid4(), action.sandbox_id, "custom_action", spec, "Email", "ada@example.com", False)


def made(spec: CallSpec) -> Outcome:
    ready = handler_of("custom_action").prepare([spec])[0]
    return ready if isinstance(ready, Outcome) else handler_of("custom_action").send(spec, ready, 5.0)


def test_the_call_is_made_with_its_key(notify):
    action, server = notify()
    spec = call(action, **{"/email": "ada@example.com"})
    outcome = made(spec)
    assert (outcome.status, outcome.data) == ("ok", None)
    assert f"Idempotency-Key: {spec.key}".encode() in server.requests[0]
    body = server.requests[0].partition(b"\r\n\r\n")[2]
    assert orjson.loads(body) == {"source": "journey", "email": "ada@example.com"}


def test_the_response_is_kept_when_there_is_a_sample_of_it(notify):
    action, _ = notify(
        http(b'{"id": "7", "score": "x", "more": 1}'), response_sample={"id": "1", "score": 1.5}
    )
    assert made(call(action)).data == {"id": "7"}


@pytest.mark.parametrize("body", [b"", b"OK", b"[1]"])
def test_an_unreadable_response_leaves_its_fields_null_but_is_no_error(notify, body):
    action, _ = notify(http(body), response_sample={"id": "1"})
    outcome = made(call(action))
    assert (outcome.status, outcome.data) == ("ok", {})


def test_a_value_with_a_line_break_never_reaches_the_header(notify):
    headers = [{"name": "X-Tier", "variable": True, "label": "Tier"}]
    action, server = notify(headers=headers)
    outcome = made(call(action, **{"headers/X-Tier": "a\r\nX-Admin: yes"}))
    assert (outcome.status, outcome.retryable, server.requests) == ("error", False, [])


def test_credentials_are_added_only_when_sent(notify):
    action, server = notify()
    config = {"type": "basic", "username": "ada", "password": "canary-1"}
    action.auth = auth.seal_config(config, stored={}, origin=server.url)
    action.save()
    spec = call(action)
    ready = handler_of("custom_action").prepare([spec])[0]
    assert isinstance(ready, Prepared)
    assert "Authorization" not in str(ready.request)
    assert made(spec).status == "ok"
    assert b"Authorization: Basic" in server.requests[0]


def test_a_call_whose_path_has_no_value_is_an_error_and_not_made(notify):
    action, server = notify(method="DELETE")
    spec = call(action)
    pathless = spec._replace(spec={**spec.spec, "path": ["guests/", {"value": None}]})
    ended = made(pathless)
    assert (ended[:2], server.requests) == (("error", "badValue"), [])
    assert "dynamic path is empty" in ended.message


def test_a_signed_call_can_be_verified_by_its_receiver(notify):
    action, server = notify()
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    action.signing = secrets.seal(secret, bound_to=server.url)
    action.save()
    spec = call(action, **{"/email": "ada@example.com"})
    made(spec)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    sent = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    signed = f"{spec.key}.{sent['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(b"k" * 32, signed, hashlib.sha256).digest()).decode()
    assert (sent["webhook-id"], sent["webhook-signature"]) == (str(spec.key), f"v1,{expected}")
    assert int(sent["webhook-timestamp"]) > 0


def test_a_secret_of_another_address_signs_nothing(notify):
    action, server = notify()
    action.signing = secrets.seal("whsec_" + "a" * 32, bound_to="https://other.example")
    action.save()
    assert (made(call(action)).code, server.requests) == ("refused", [])


def test_errors_are_typed(notify):
    action, server = notify(http(status="503 Busy"))
    assert made(call(action))[:2] == ("http", "503")
    server.close()
    assert made(call(action)).status == "error"


def test_what_cannot_be_called_harms_no_neighbour(notify):
    action, _ = notify()
    gone = call(action)._replace(spec={"action": 0, "values": {}})
    first, second = handler_of("custom_action").prepare([gone, call(action)])
    assert (first.code, type(second)) == ("gone", Prepared)


@pytest.mark.django_db
def test_an_action_without_a_usable_response_sample_keeps_nothing():
    assert action_of(Action(name="x", url="https://x.example", response_sample=[1])).response is None
