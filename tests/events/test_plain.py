"""Plain JSON comes in, and an inlet's mapping makes XDM of it."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from django.test import Client, override_settings

from datasources.models import Schema
from datasources.platform.schemas.library import building, compose
from events.models import Event, Inlet, ReceivedEvent
from tests.events import bad_inputs
from tests.events.arrivals import entities, routed
from tests.events.seed import KEY

pytestmark = pytest.mark.django_db

BEARER = {"Authorization": f"Bearer {KEY}"}
ORDER = {"number": 4711, "customer": {"mail": " Jane@Example.com "}, "total": "25.50", "at": 1764000000}
ROWS = [
    {"source": "number", "function": "concat", "target": "_id"},
    {"source": "at", "function": "dateTime", "target": "timestamp"},
    {"function": "constant", "argument": "shop.order", "target": "eventType"},
    {"source": "customer.mail", "function": "trim", "target": "identityMap.Email[0].id"},
    {"source": "total", "function": "number", "target": "_acme.total"},
]


@pytest.fixture
def inlet(inlet: Inlet) -> Inlet:
    """With a schema, and no mapping yet."""
    document = compose("event", ["commerce"], tenant={"total": building.number("Total")}, tenant_name="acme")
    inlet.schema = Schema.objects.create(
        sandbox=inlet.sandbox, name="Orders", kind="event", tenant="acme", document=document
    )
    inlet.save()
    return inlet


@pytest.fixture
def mapped_inlet(inlet: Inlet) -> Inlet:
    inlet.mapping = ROWS
    inlet.save()
    return inlet


def post(client: Client, body: Any, media_type: str = "application/json", *, query: str = "") -> Any:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return client.post(f"/events/json/inlet-1{query}", data, content_type=media_type, headers=BEARER)


def test_the_mapping_makes_xdm_of_it(client: Client, mapped_inlet: Inlet) -> None:
    answer = post(client, ORDER)
    assert answer.status_code == 200
    assert sorted(answer.json()) == ["accepted", "inletId", "receivedTimeMs", "xactionId"]
    assert answer.json()["accepted"] == 1
    assert entities(mapped_inlet) == [
        {
            "_id": "4711",
            "timestamp": "2025-11-24T16:00:00+00:00",
            "eventType": "shop.order",
            "identityMap": {"Email": [{"id": "Jane@Example.com"}]},
            "_acme": {"total": 25.5},
        }
    ]
    (one,) = routed(mapped_inlet)
    assert [(each.namespace, each.value) for each in one.identities] == [("Email", "jane@example.com")]
    assert orjson.loads(ReceivedEvent.objects.get().body) == ORDER


def test_the_mapped_id_is_the_key_for_duplicates(client: Client, mapped_inlet: Inlet) -> None:
    assert post(client, [ORDER, ORDER, {**ORDER, "number": 4712}]).json()["accepted"] == 3
    assert post(client, ORDER).status_code == 200
    assert [entity["_id"] for entity in entities(mapped_inlet)] == ["4711", "4712"]


def test_without_a_mapping_it_is_xdm_already(client: Client, inlet: Inlet) -> None:
    event = {"_id": "e-1", "timestamp": "2026-05-01T12:00:00Z", "identityMap": {"CRMID": [{"id": "1"}]}}
    for _ in range(2):
        assert post(client, event).status_code == 200
    assert entities(inlet) == [event]


def test_what_has_no_id_and_no_time_gets_them_at_receipt_and_keeps_them(
    client: Client, mapped_inlet: Inlet
) -> None:
    who = {"customer": {"mail": "j@example.com"}}
    post(client, [who, who])
    first, second = entities(mapped_inlet)
    received_at = ReceivedEvent.objects.latest("id").received_at
    assert first["_id"] != second["_id"]
    assert first["timestamp"] == second["timestamp"] == received_at.isoformat()
    assert entities(mapped_inlet) == [first, second]


def test_an_event_that_is_mapped_can_be_a_configured_one(client: Client, mapped_inlet: Inlet) -> None:
    mapped_inlet.mode, mapped_inlet.rate_limit = Inlet.Mode.UNAUTHENTICATED, 100
    mapped_inlet.save()
    assert mapped_inlet.schema
    Event.objects.create(
        sandbox=mapped_inlet.sandbox, name="Ordered", type="rule", schema=mapped_inlet.schema,
        condition='@{Ordered.eventType} == "shop.order"', namespace="Email",
    )  # fmt: skip
    assert post(client, ORDER).status_code == 200
    # Its condition looks at XDM, so nothing but the mapping can have made it true.
    mapped_inlet.mapping = []
    mapped_inlet.save()
    assert post(client, {**ORDER, "number": 1}).status_code == 400


def test_a_record_of_a_person_gets_neither_id_nor_time(client: Client, inlet: Inlet) -> None:
    inlet.schema = Schema.objects.create(
        sandbox=inlet.sandbox, name="People", kind="profile", document=compose("profile", ["contact"])
    )
    inlet.mapping = [{"source": "mail", "target": "personalEmail.address"},
                     {"source": "id", "target": "identityMap.CRMID[0].id"}]  # fmt: skip
    inlet.save()
    post(client, {"id": "c-1", "mail": "j@example.com"})
    assert entities(inlet) == [
        {"personalEmail": {"address": "j@example.com"}, "identityMap": {"CRMID": [{"id": "c-1"}]}}
    ]


LINES = b'{"_id": "a"}\n\n{"_id": \r\n5}\n{"_id": "b"}\n'


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"_id": "a"}\n{"_id": "b"}\n', "application/x-ndjson"),
        (b'{"_id": "a"}\r\n\r\n{"_id": "b"}', "application/jsonl; charset=utf-8"),
        (b'\n{"_id": "a"}\n{"_id": "b"}', "application/json"),
        (b'{"_id": "a"}\n{"_id": "b"}', "text/plain"),
        (b'[{"_id": "a"},\n{"_id": "b"}]', "application/json"),
        (b'{"_id": "a"}\n{"_id": "b"}', ""),
    ],
)
def test_arrays_and_lines_are_several_messages(
    client: Client, inlet: Inlet, body: bytes, media_type: str
) -> None:
    answer = post(client, body, media_type)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 2)
    bodies = ReceivedEvent.objects.order_by("id").values_list("body", flat=True)
    assert [orjson.loads(body) for body in bodies] == [{"_id": "a"}, {"_id": "b"}]


def test_each_message_is_accepted_or_refused_by_itself(client: Client, inlet: Inlet) -> None:
    answer = post(client, LINES, "application/x-ndjson")
    assert answer.status_code == 207
    told = answer.json()
    assert told["accepted"] == 2
    assert [one["status"] for one in told["responses"]] == [200, 400, 400, 200]
    assert told["responses"][0]["xactionId"] == f"{told['xactionId']}:0"
    assert told["responses"][1]["detail"].startswith("Line 3: It is not valid JSON")
    answer = post(client, [{"_id": "c"}, 5])
    assert answer.json()["responses"][1] == {"status": 400, "detail": "The message is no object."}


def test_when_nothing_can_be_accepted_it_is_a_problem(client: Client, inlet: Inlet) -> None:
    for body, count in ((b"[1, 2]", 2), (b"5", 0), (b'{"a": }\n{"b": 1}', 0), (b"[]", 0), (b"", 0)):
        answer = post(client, body)
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert len(answer.json().get("responses", [])) == count
    assert not ReceivedEvent.objects.exists()


def test_checked_before_the_answer_it_says_what_is_wrong(client: Client, mapped_inlet: Inlet) -> None:
    broken = {**ORDER, "number": 5, "customer": {"mail": 7}}
    mapped_inlet.mapping = [*ROWS, {"source": "customer.mail", "target": "eventType"}]
    mapped_inlet.save()
    answer = post(client, broken, query="?syncValidation=true")
    assert answer.status_code == 400
    assert answer.json()["violations"] == [
        {"pointer": "#/eventType", "message": "expected type: String, found: Long"}
    ]
    assert post(client, ORDER, query="?syncValidation=true").status_code == 200


@override_settings(INGEST_MAX_BATCH_MESSAGES=2)
def test_more_than_a_batch_holds_is_refused(client: Client, inlet: Inlet) -> None:
    assert post(client, [{}, {}, {}]).status_code == 413
    assert post(client, b"{}\n{}\n{}", "application/x-ndjson").status_code == 413
    assert post(client, [{}, {}]).status_code == 200


def test_other_protocols_do_not_read_lines(client: Client, inlet: Inlet) -> None:
    answer = client.post("/collection/inlet-1", b"{}", content_type="application/x-ndjson", headers=BEARER)
    assert answer.status_code == 415


@pytest.mark.parametrize("case", bad_inputs.load(), ids=lambda case: case.name)
def test_whatever_is_sent_can_be_mapped_or_is_refused(
    client: Client, inlet: Inlet, case: bad_inputs.BadInput
) -> None:
    inlet.mapping = [*ROWS, {"source": "body", "target": "_acme.a.b.c"}]
    inlet.save()
    answer = client.post(
        "/events/json/inlet-1", case.body, content_type=case.media_type, headers=BEARER | case.headers
    )
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert not ReceivedEvent.objects.exists()
    routed(inlet)


def test_rows_are_laid_over_what_a_clients_protocol_gives(client: Client, inlet: Inlet) -> None:
    inlet.mapping = [
        {"source": "context.ip", "target": "environment.ipV4"},
        {"source": "properties.total", "function": "number", "target": "_acme.properties.amount"},
        {"source": "event", "function": "lower", "target": "eventType"},
    ]
    inlet.save()
    call = {"type": "track", "userId": "u1", "messageId": "m-1", "event": "Played",
            "properties": {"total": "3"}, "context": {"ip": "192.0.2.1"}}  # fmt: skip
    headers = {"Authorization": f"Basic {base64.b64encode(f'{KEY}:'.encode()).decode()}"}
    client.post("/v1/track", orjson.dumps(call), content_type="application/json", headers=headers)
    (entity,) = entities(inlet)
    assert (entity["_id"], entity["eventType"]) == ("m-1", "played")
    assert entity["environment"] == {"ipV4": "192.0.2.1"}
    assert entity["_acme"]["properties"] == {"total": "3", "amount": 3}


def test_a_mapping_that_cannot_be_used_puts_messages_into_quarantine(client: Client, inlet: Inlet) -> None:
    inlet.mapping = [{"source": "a..b", "target": "x"}]
    inlet.save()
    assert post(client, {"_id": "e"}).status_code == 200
    (one,) = routed(inlet)
    assert one.problem
    assert one.problem.code == "not_normal"
    assert post(client, {"_id": "f"}, query="?syncValidation=true").status_code == 400
