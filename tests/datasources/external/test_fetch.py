"""A fetch from its spec to its outcome, over real HTTP on loopback."""

from __future__ import annotations

import uuid
from datetime import timedelta

import orjson
import pytest
from django.utils import timezone

from datasources.external.catalog import field_groups
from datasources.external.infer import infer
from datasources.external.models import DataSource, FetchCache, FieldGroup
from journeyorch.access.models import Sandbox
from journeyorch.outbound import auth
from journeyorch.outbound.calls import CallSpec, Made, Outcome, Prepared, handler_of
from tests.journeyorch.outbound.conftest import serve  # noqa: F401
from tests.journeyorch.outbound.raw_server import http, says

pytestmark = pytest.mark.django_db

SAMPLE = {"temperature": 12.5, "wind": {"speed": 3}}
ANSWER = http(orjson.dumps(SAMPLE))


@pytest.fixture
def weather(serve):  # noqa: F811
    """Creates a source with one group on a server that answers so."""

    def make(answer=ANSWER, *, group=None, **source) -> tuple[FieldGroup, object]:
        server = serve(says(answer) if isinstance(answer, bytes) else answer)
        sandbox = Sandbox.objects.get(name="prod")
        row = DataSource.objects.create(sandbox=sandbox, name="Weather", **{"url": server.url, **source})
        values = {
            "parameters": "city",
            "response_sample": SAMPLE,
            "response_schema": infer(SAMPLE),
            **(group or {}),
        }
        return FieldGroup.objects.create(source=row, name="now", **values), server

    return make


def call(group: FieldGroup, **params) -> CallSpec:
    spec = {"group": group.pk, "params": params}
    return CallSpec(uuid.uuid4(), group.source.sandbox_id, "fetch", spec, "Email", "ada@example.com", False)


def prepared(spec: CallSpec) -> Prepared | Outcome:
    return handler_of("fetch").prepare([spec])[0]


def fetched(spec: CallSpec) -> Outcome:
    ready = prepared(spec)
    return ready if isinstance(ready, Outcome) else handler_of("fetch").send(spec, ready, 5.0)


def kept(spec: CallSpec, outcome: Outcome) -> None:
    ready = prepared(spec)
    assert isinstance(ready, Prepared)
    handler_of("fetch").record([Made(spec, ready, outcome)], timezone.now())


def test_get_brings_all_fields_of_the_group(weather):
    group, server = weather()
    spec = call(group, city="Basel")
    outcome = fetched(spec)
    assert (outcome.status, outcome.code, outcome.data) == ("ok", "200", SAMPLE)
    head = server.requests[0].decode()
    assert head.startswith("GET /?city=Basel HTTP/1.1")
    assert f"Idempotency-Key: {spec.key}" in head


def test_post_sends_the_payload_with_its_values(weather):
    group, server = weather(
        group={"method": "POST", "path": "/q", "sent_payload": {"where": {"param": "city"}}}
    )
    assert fetched(call(group, city="Basel")).status == "ok"
    assert server.requests[0].startswith(b"POST /q HTTP/1.1")
    assert server.requests[0].endswith(b'\r\n\r\n{"where":"Basel"}')


def test_the_stored_request_holds_no_credentials_but_the_sent_one_does(weather):
    group, server = weather()
    config = {"type": "api_key", "name": "X-Key", "value": "canary-1"}
    group.source.auth = auth.seal_config(config, stored={}, origin=server.url)
    group.source.save()
    spec = call(group)
    assert b"canary-1" not in orjson.dumps(prepared(spec).request)
    assert fetched(spec).status == "ok"
    assert b"X-Key: canary-1" in server.requests[0]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (http(b"<html>"), ("error", "notJson", False, None)),
        (http(b"[1]"), ("error", "notJson", False, None)),
        (http(b""), ("error", "notJson", False, None)),
        # What the other side says to it is kept for the log of a test.
        (http(status="500 Oh"), ("http", "500", True, "{}")),
        (http(status="404 Not Found"), ("http", "404", False, "{}")),
        (
            http(status="302 Found", headers="Location: http://169.254.169.254/\r\n"),
            ("http", "302", False, "{}"),
        ),
    ],
)
def test_only_a_json_object_is_a_good_answer(weather, answer, expected):
    group, _ = weather(answer)
    outcome = fetched(call(group))
    assert (outcome.status, outcome.code, outcome.retryable, outcome.data) == expected


def test_a_retry_after_500_sends_the_same_bytes(weather):
    group, server = weather(says(http(status="500 Oh"), ANSWER))
    spec = call(group, city="Basel")
    ready = prepared(spec)
    handler = handler_of("fetch")
    assert [handler.send(spec, ready, 5.0).status for _ in range(2)] == ["http", "ok"]
    assert server.requests[0] == server.requests[1]


def test_mistyped_and_foreign_fields_are_left_out(weather):
    group, _ = weather(http(b'{"temperature": "warm", "wind": {"speed": 4}, "password": "x"}'))
    outcome = fetched(call(group))
    assert (outcome.status, outcome.data) == ("ok", {"wind": {"speed": 4}})
    assert "temperature" in outcome.message


def test_the_cap_of_the_source_holds_for_all_its_groups(weather):
    group, server = weather(max_calls=3)
    outcomes = [fetched(call(group)).status for _ in range(40)]
    # The window may change once in between.
    assert set(outcomes) == {"ok", "capped"}
    assert outcomes.count("ok") == len(server.requests) <= 6


def test_a_cached_answer_needs_neither_call_nor_slot(weather):
    group, server = weather(cache_seconds=60)
    spec = call(group, city="Basel")
    kept(spec, fetched(spec))
    again = prepared(call(group, city="Basel"))
    assert isinstance(again, Outcome)
    assert (again.status, again.code, again.data) == ("ok", "cached", SAMPLE)
    assert len(server.requests) == 1


@pytest.mark.parametrize("change", ["params", "group", "time", "no cache"])
def test_a_cached_answer_is_used_only_for_the_same_question(weather, change):
    group, _ = weather(cache_seconds=60)
    spec = call(group, city="Basel")
    kept(spec, fetched(spec))
    if change == "group":
        group.path = "/v2"
        group.save()
    elif change == "time":
        FetchCache.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif change == "no cache":
        group.source.cache_seconds = 0
        group.source.save()
    assert isinstance(prepared(call(group, city="Bern" if change == "params" else "Basel")), Prepared)


def test_a_failed_fetch_is_not_kept(weather):
    group, _ = weather(http(status="500 Oh"), cache_seconds=60)
    spec = call(group)
    kept(spec, fetched(spec))
    assert not FetchCache.objects.exists()


def test_a_newer_answer_takes_the_place_of_the_older(weather):
    group, _ = weather(cache_seconds=60)
    spec = call(group)
    handler, ready = handler_of("fetch"), prepared(spec)
    for value in (1, 2):
        handler.record([Made(spec, ready, Outcome("ok", "200", {"temperature": value}))], timezone.now())
    assert prepared(call(group)).data == {"temperature": 2}


def test_an_unknown_group_is_an_error_and_harms_no_neighbour(weather):
    group, _ = weather()
    gone = call(group)._replace(spec={"group": 0, "params": {}})
    unsendable = call(group, city=2**70)
    first, second, third = handler_of("fetch").prepare([gone, unsendable, call(group)])
    assert (first.code, second.code) == ("gone", "badValue")
    assert isinstance(third, Prepared)


def test_a_change_is_seen_by_the_next_batch(weather):
    group, _ = weather()
    assert "/v2" not in prepared(call(group)).request["url"]
    group.path = "/v2"
    group.save()
    assert "/v2" in prepared(call(group)).request["url"]


def test_the_catalog_offers_groups_with_fields(weather):
    group, _ = weather()
    FieldGroup.objects.create(source=group.source, name="empty")
    offered = field_groups(group.source.sandbox_id)
    assert [(one.source, one.name, one.parameters) for one in offered] == [("Weather", "now", ("city",))]
