"""What a sender gets for what it sends, and what is on disk afterwards (ingestion.md, Answers)."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.test import override_settings

from events.ingest.credentials import digest
from events.ingest.sweep import forget_outdated_keys
from events.models import EventKey, Inlet, InletToken, ReceivedEvent
from events.signals import events_received
from journeyorch.access.models import Sandbox
from journeyorch.resetting.beginning import begin_reset
from tests.events.conftest import Send, message
from tests.events.seed import KEY

pytestmark = pytest.mark.django_db


def test_an_accepted_event_is_on_disk_as_it_came(inlet: Inlet, send: Send) -> None:
    sent = send(message("e-1", n=1.5))
    assert sent.status == 200
    assert sent.body["inletId"] == "inlet-1"
    assert sent.body["syncValidation"] == {"skipped": True}
    assert sent.body["xactionId"].split(":")[0] == str(sent.body["receivedTimeMs"])
    row = ReceivedEvent.objects.get()
    assert orjson.loads(row.body) == message("e-1", n=1.5)
    assert (row.inlet, row.sandbox, row.routed, row.protocol) == (inlet, inlet.sandbox, False, "collection")
    assert int(row.received_at.timestamp() * 1000) == sent.body["receivedTimeMs"]


def test_a_batch_answers_for_each_message_in_order(inlet: Inlet, send: Send) -> None:
    sent = send({"messages": [message("a"), {"header": {}}, message("b")]}, batch=True)
    assert sent.status == 207
    number = sent.body["batchId"]
    assert sent.body["responses"] == [
        {"xactionId": f"{number}:0"},
        {"statusCode": 400, "message": "inletId: [inlet-1] imsOrgId: [] Message has unknown xdm format"},
        {"xactionId": f"{number}:2"},
    ]
    stored = [orjson.loads(body)["body"]["xdmEntity"]["_id"] for body in _bodies()]
    assert stored == ["a", "b"]


def test_a_batch_that_failed_altogether_answers_207_too(inlet: Inlet, send: Send) -> None:
    sent = send({"messages": [{}, 5]}, batch=True)
    assert sent.status == 207
    assert [each["statusCode"] for each in sent.body["responses"]] == [400, 400]
    assert not ReceivedEvent.objects.exists()


def test_a_batch_is_stored_in_the_order_of_its_messages(inlet: Inlet, send: Send) -> None:
    send({"messages": [message(f"e-{n * 7919 % 500}", n=n) for n in range(500)]}, batch=True)
    numbers = [orjson.loads(body)["body"]["xdmEntity"]["n"] for body in _bodies()]
    assert numbers == list(range(500))


def test_a_repetition_is_acknowledged_and_dropped(inlet: Inlet, send: Send) -> None:
    assert send(message("e-1")).status == 200
    assert send(message("e-1", again=True)).status == 200
    assert ReceivedEvent.objects.count() == EventKey.objects.count() == 1


def test_the_first_of_a_key_in_one_request_is_kept(inlet: Inlet, send: Send) -> None:
    sent = send({"messages": [message("e", n=1), message("f", n=2), message("e", n=3)]}, batch=True)
    assert all("xactionId" in each for each in sent.body["responses"])
    assert [orjson.loads(body)["body"]["xdmEntity"]["n"] for body in _bodies()] == [1, 2]


def test_events_without_a_key_are_all_kept(inlet: Inlet, send: Send) -> None:
    send({"messages": [message(None), message(None)]}, batch=True)
    assert ReceivedEvent.objects.count() == 2
    assert not EventKey.objects.exists()


def test_the_message_id_is_the_key_where_the_event_has_none(inlet: Inlet, send: Send) -> None:
    first = message(None)
    first["header"]["msgId"] = "m-1"
    send({"messages": [first, message("m-1")]}, batch=True)
    send(first)
    assert ReceivedEvent.objects.count() == 2


def test_keys_longer_than_the_column_still_tell_events_apart(inlet: Inlet, send: Send) -> None:
    send(message("x" * 5000 + "1"))
    send(message("x" * 5000 + "2"))
    send(message("x" * 5000 + "2"))
    assert ReceivedEvent.objects.count() == 2


def test_after_seven_days_a_key_is_forgotten(inlet: Inlet, send: Send) -> None:
    send(message("e"))
    today = EventKey.objects.get().day
    assert forget_outdated_keys(today + timedelta(days=7)) == 0
    assert forget_outdated_keys(today + timedelta(days=8)) == 1
    send(message("e"))
    assert ReceivedEvent.objects.count() == 2


def test_the_same_key_in_two_inlets_is_two_events(inlet: Inlet, send: Send) -> None:
    other = Inlet.objects.create(sandbox=inlet.sandbox, key="inlet-2", name="App")
    InletToken.objects.create(inlet=other, digest=digest("other-key"), hint="othe")
    send(message("e"))
    send(message("e"), inlet="inlet-2", key="other-key")
    assert ReceivedEvent.objects.count() == 2


def test_news_go_out_once_for_a_request_that_stored_something(inlet: Inlet, send: Send) -> None:
    heard: list[int] = []

    def hear(sandbox_id: int, **_: object) -> None:
        heard.append(sandbox_id)

    events_received.connect(hear)
    try:
        send({"messages": [message("a"), message("b")]}, batch=True)
        send(message("a"))
    finally:
        events_received.disconnect(hear)
    assert heard == [inlet.sandbox_id]


def test_a_failing_listener_does_not_fail_the_sender(inlet: Inlet, send: Send) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the wake-up failed")

    events_received.connect(fail)
    try:
        assert send(message()).status == 200
    finally:
        events_received.disconnect(fail)


# --- Who may ---------------------------------------------------------------------------------------


def test_without_a_key_it_is_401(inlet: Inlet, send: Send) -> None:
    sent = send(message(), key=None)
    assert sent.status == 401
    assert sent.body == {
        "type": "https://ns.adobe.com/adobecloud/problem/data-collection-service-authorization",
        "status": "401",
        "title": "Authorization",
        "report": {"message": "[inlet-1] Ims service token is empty"},
    }
    assert not ReceivedEvent.objects.exists()


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer   ", "Basic eDp5", KEY])
def test_anything_but_a_bearer_key_counts_as_none(inlet: Inlet, send: Send, authorization: str) -> None:
    assert send(message(), key=None, Authorization=authorization).status == 401


def test_a_key_in_the_address_is_no_key(inlet: Inlet, send: Send) -> None:
    assert send(message(), key=None, query=f"?access_token={KEY}").status == 401


def test_a_wrong_key_is_403(inlet: Inlet, send: Send) -> None:
    sent = send(message(), key="wrong-key-secret")
    assert sent.status == 403
    assert "wrong-key-secret" not in str(sent)


def test_the_key_of_another_inlet_is_403(inlet: Inlet, send: Send) -> None:
    Inlet.objects.create(sandbox=inlet.sandbox, key="inlet-2", name="App")
    assert send(message(), inlet="inlet-2").status == 403


def test_an_expired_key_is_403(inlet: Inlet, send: Send) -> None:
    send(message("before"))
    token = inlet.tokens.get()
    token.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    token.save()
    assert send(message("after")).status == 403


def test_a_revoked_key_is_refused_at_once(inlet: Inlet, send: Send) -> None:
    assert send(message("before")).status == 200
    inlet.tokens.get().delete()
    assert send(message("after")).status == 403
    assert ReceivedEvent.objects.count() == 1


def test_a_new_key_works_at_once(inlet: Inlet, send: Send) -> None:
    assert send(message("before"), key="new-key").status == 403
    InletToken.objects.create(inlet=inlet, digest=digest("new-key"), hint="new-")
    assert send(message("after"), key="new-key").status == 200
    assert send(message("still")).status == 200


@pytest.mark.parametrize("name", ["unknown", "%00", "%F0%9F%98%80", "x" * 300])
def test_an_unknown_inlet_is_404(inlet: Inlet, send: Send, name: str) -> None:
    assert send(message(), inlet=name).status == 404


def test_a_disabled_or_deleted_inlet_is_404_at_once(inlet: Inlet, send: Send) -> None:
    send(message("before"))
    inlet.enabled = False
    inlet.save()
    assert send(message("after")).status == 404
    inlet.delete()
    assert send(message("later")).status == 404


def test_an_accepted_request_asks_nothing_about_its_inlet(
    inlet: Inlet, send: Send, django_assert_max_num_queries: object
) -> None:
    send(message("first"))
    # SQLite: BEGIN, generation, known keys, two inserts, COMMIT. PostgreSQL's statement is not seen here.
    with django_assert_max_num_queries(6) as seen:  # type: ignore[operator]
        send(message("second"))
    assert not [query for query in seen if "events_inlet" in query["sql"]]


# --- Limits ----------------------------------------------------------------------------------------


@override_settings(INGEST_MAX_MESSAGE_BYTES=2000)
def test_a_message_too_large_for_a_batch_is_refused_alone(inlet: Inlet, send: Send) -> None:
    sent = send({"messages": [message("big", text="x" * 3000), message("small")]}, batch=True)
    assert [each.get("statusCode") for each in sent.body["responses"]] == [413, None]
    assert ReceivedEvent.objects.count() == 1


def test_more_than_a_thousand_messages_are_413(inlet: Inlet, send: Send) -> None:
    sent = send({"messages": [message(f"e-{n}") for n in range(1001)]}, batch=True)
    assert sent.status == 413
    assert not ReceivedEvent.objects.exists()


def test_a_limited_inlet_answers_429_and_stores_nothing_over_its_limit(inlet: Inlet, send: Send) -> None:
    inlet.rate_limit = 3
    inlet.save()
    answers = [send({"messages": [message(f"{n}-{m}") for m in range(3)]}, batch=True) for n in range(8)]
    taken = [sent for sent in answers if sent.status == 207]
    refused = [sent for sent in answers if sent.status == 429]
    assert refused
    assert len(taken) + len(refused) == 8
    assert refused[0].headers["Retry-After"] == "1"
    assert refused[0].headers["RateLimit-Limit"] == "3"
    assert ReceivedEvent.objects.count() == 3 * len(taken)


def test_a_batch_that_can_never_fit_the_limit_is_413(inlet: Inlet, send: Send) -> None:
    inlet.rate_limit = 2
    inlet.save()
    assert send({"messages": [message(str(n)) for n in range(3)]}, batch=True).status == 413


def test_a_limit_that_was_lifted_refuses_nobody(inlet: Inlet, send: Send) -> None:
    inlet.rate_limit = 2
    inlet.save()
    assert send(message("first")).status == 200
    inlet.rate_limit = None
    inlet.save()
    assert send({"messages": [message(str(n)) for n in range(3)]}, batch=True).status == 207
    assert ReceivedEvent.objects.count() == 4


# --- Forms of the body -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/json; charset=UTF-8",
        "text/plain",
        "application/cloudevents+json",
        "text/json",
    ],
)
def test_any_media_type_that_bears_json_is_read(inlet: Inlet, send: Send, media_type: str) -> None:
    assert send(message(), media_type=media_type).status == 200


@pytest.mark.parametrize(
    "media_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "image/png",
        "application/json; charset=utf-16",
    ],
)
def test_other_media_types_are_415(inlet: Inlet, send: Send, media_type: str) -> None:
    assert send(message(), media_type=media_type).status == 415


def test_a_gzipped_body_is_read(inlet: Inlet, send: Send) -> None:
    body = gzip.compress(orjson.dumps(message("zipped")))
    assert send(body, **{"Content-Encoding": "gzip"}).status == 200


def test_other_encodings_are_415(inlet: Inlet, send: Send) -> None:
    assert send(message(), **{"Content-Encoding": "br"}).status == 415


def test_other_methods_are_405(inlet: Inlet, client: object) -> None:
    response = client.get("/collection/inlet-1")  # type: ignore[attr-defined]
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")


def _bodies() -> list[str]:
    return list(ReceivedEvent.objects.order_by("id").values_list("body", flat=True))


def test_events_for_a_sandbox_that_is_being_reset_are_refused_for_later(inlet: Inlet, send: Send) -> None:
    beside = Sandbox.objects.create(name="beside", title="Beside")
    other = Inlet.objects.create(sandbox=beside, key="inlet-2", name="Other")
    InletToken.objects.create(inlet=other, digest=digest("another"), hint="anot")
    assert send(message("a")).status == 200  # and the process remembers the inlet
    Sandbox.objects.filter(pk=inlet.sandbox_id).update(kind="development")
    begin_reset(inlet.sandbox, by=None)
    sent = send(message("b"))
    assert (sent.status, sent.headers["Retry-After"]) == (503, "30")
    assert send(message("b"), inlet="inlet-2", key="another").status == 200
    assert not ReceivedEvent.objects.filter(sandbox=inlet.sandbox_id, body__contains='"b"').exists()
