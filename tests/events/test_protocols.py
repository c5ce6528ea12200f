"""Clients of neighbouring systems: what they send is stored, answered as they expect, and becomes XDM."""

from __future__ import annotations

import base64
import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from datasources.models import Schema
from datasources.platform.schemas.library import compose
from events.models import Inlet, ReceivedEvent
from events.protocols import adapter_of
from tests.events.arrivals import entities, routed
from tests.events.seed import KEY

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BASIC = {"Authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}
BEARER = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def inlet(inlet: Inlet) -> Inlet:
    """With schemas for events and for people, as the library has them."""
    sandbox = inlet.sandbox
    inlet.schema = Schema.objects.create(
        sandbox=sandbox, name="Web", kind="event", tenant="acme",
        document=compose("event", ["commerce", "web"], id="urn:web"),
    )  # fmt: skip
    inlet.profile_schema = Schema.objects.create(
        sandbox=sandbox, name="People", kind="profile", tenant="acme",
        document=compose("profile", ["person", "contact", "preferences"], id="urn:people"),
    )  # fmt: skip
    inlet.save()
    return inlet


def post(
    client: Client, address: str, body: Any, media_type: str = "application/json", **headers: str
) -> Any:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return client.post(address, data, content_type=media_type, headers=headers)


# --- Segment and RudderStack ----------------------------------------------------------------------

ORDER = {
    "type": "track",
    "userId": "u1",
    "messageId": "m-1",
    "event": "Order Completed",
    "properties": {
        "order_id": 4711,
        "total": "25.50",
        "currency": "EUR",
        "products": [{"product_id": "p1", "name": "Cup", "price": 8.5, "quantity": 3}, {"coupon": "X"}],
    },
}


def test_an_order_becomes_commerce(client: Client, inlet: Inlet) -> None:
    answer = post(client, "/v1/track", ORDER, **BASIC)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    (entity,) = entities(inlet)
    assert entity["_id"] == "m-1"
    assert entity["eventType"] == "commerce.purchases"
    assert entity["identityMap"] == {"CRMID": [{"id": "u1", "primary": True}]}
    assert entity["commerce"] == {
        "purchases": {"value": 1},
        "order": {"purchaseID": "4711", "priceTotal": 25.5, "currencyCode": "EUR"},
    }
    assert entity["productListItems"] == [{"SKU": "p1", "name": "Cup", "quantity": 3, "priceTotal": 25.5}]
    assert entity["_acme"]["properties"] == ORDER["properties"]


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({"price": "1e3", "quantity": "2"}, {"priceTotal": 2000.0, "quantity": 2}),
        ({"price": "inf", "quantity": "inf"}, {}),
        ({"price": "nan", "quantity": "nan"}, {}),
        ({"quantity": 1e300}, {}),
        ({"quantity": "-1e25"}, {}),
        ({"price": 2**62, "quantity": 2**62}, {"quantity": 2**62}),
        ({"price": 1e308, "quantity": 100}, {"quantity": 100}),
    ],
)
def test_of_an_item_only_what_json_can_hold_is_taken(
    client: Client, inlet: Inlet, item: dict[str, Any], found: dict[str, Any]
) -> None:
    order = {**ORDER, "properties": {"total": "inf", "products": [{"sku": "a", **item}]}}
    assert post(client, "/v1/track?syncValidation=true", order, **BASIC).status_code == 200
    (entity,) = entities(inlet)
    assert entity["productListItems"] == [{"SKU": "a", **found}]
    assert "order" not in entity["commerce"]


def test_whom_an_identify_names_is_a_record_of_a_person(client: Client, inlet: Inlet) -> None:
    traits = {"email": "Jane@Example.com", "firstName": "Jane", "phone": "+1", "plan": "pro", "age": 40}
    call = {"userId": "u1", "anonymousId": "a1", "traits": traits, "context": {"traits": {"timezone": "UTC"}}}
    assert post(client, "/v1/identify", call, **BASIC).status_code == 200
    (entity,) = entities(inlet)
    assert entity["personalEmail"] == {"address": "Jane@Example.com"}
    assert entity["person"] == {"name": {"firstName": "Jane"}}
    assert (entity["mobilePhone"], entity["timeZone"]) == ({"number": "+1"}, "UTC")
    assert entity["_acme"]["traits"]["plan"] == "pro"
    (one,) = routed(inlet)
    assert one.is_record
    assert one.feeds_profile
    seen = [(each.namespace, each.value) for each in one.identities]
    assert seen == [("CRMID", "u1"), ("AnonymousID", "a1"), ("Email", "jane@example.com")]


def test_a_page_is_a_view_of_it(client: Client, inlet: Inlet) -> None:
    page = {"url": "https://shop.example/a", "title": "A", "referrer": "https://s.example/"}
    post(client, "/p", {"anonymousId": "a1", "properties": page, "writeKey": KEY}, "text/plain")
    (entity,) = entities(inlet)
    assert entity["eventType"] == "web.webpagedetails.pageViews"
    assert entity["web"]["webPageDetails"] == {
        "URL": "https://shop.example/a", "name": "A", "pageViews": {"value": 1},
    }  # fmt: skip
    assert entity["web"]["webReferrer"] == {"URL": "https://s.example/"}
    assert entity["identityMap"] == {"AnonymousID": [{"id": "a1", "primary": True}]}


def test_a_batch_holds_calls_of_all_kinds_and_succeeds_although_one_is_no_use(
    client: Client, inlet: Inlet
) -> None:
    kinds = ["track", "identify", "page", "screen", "group", "alias"]
    calls = [
        {
            "type": kind,
            "userId": "u1",
            "messageId": kind,
            "event": "Played",
            "previousId": "old",
            "groupId": 7,
        }
        for kind in kinds
    ]
    answer = post(client, "/v1/batch", {"batch": [*calls, {"type": "nonsense"}, {"type": "track"}]}, **BASIC)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    stored = entities(inlet)
    assert [entity["_id"] for entity in stored] == kinds
    assert stored[4]["_acme"]["properties"]["groupId"] == 7
    assert stored[5]["identityMap"]["AnonymousID"] == [{"id": "old"}]


def test_a_batch_may_be_called_a_form(client: Client, inlet: Inlet) -> None:
    packed = gzip.compress(orjson.dumps({"batch": [ORDER]}))
    form = "application/x-www-form-urlencoded"
    answer = post(client, "/v1/batch", packed, form, **BASIC, **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [entity["_id"] for entity in entities(inlet)] == ["m-1"]


def test_a_call_is_received_once(client: Client, inlet: Inlet) -> None:
    for _ in range(2):
        post(client, "/v1/track", ORDER, **BASIC)
    assert ReceivedEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("sent_at", "expected"),
    [
        ("2026-11-23T09:00:10Z", "2026-11-23T11:59:50+00:00"),  # the client's clock is three hours late
        (None, "2026-11-23T09:00:00+00:00"),
        ("nonsense", "2026-11-23T09:00:00+00:00"),
        ("0001-01-01T00:00:00Z", "2026-11-23T09:00:00+00:00"),
    ],
)
def test_the_clients_clock_is_put_right(sent_at: str | None, expected: str) -> None:
    call = {"type": "track", "userId": "u", "event": "E", "timestamp": "2026-11-23T09:00:00Z"}
    stored = {"call": call, **({"sentAt": sent_at} if sent_at else {})}
    normalized = adapter_of("segment").normalize(stored, received_at=NOW)
    assert normalized.entity["timestamp"] == expected


def test_what_happened_before_all_calendars_happened_when_it_was_received() -> None:
    call = {**ORDER, "timestamp": "0001-01-01T00:00:00Z"}
    body = orjson.dumps({"call": call, "sentAt": "9999-12-31T23:59:59Z"}).decode()
    assert adapter_of("segment").normalize(body, received_at=NOW).timestamp == NOW


def test_without_a_time_it_happened_when_it_was_received() -> None:
    stored = {"call": {"type": "track", "userId": "u", "event": "E", "timestamp": "yesterday"}}
    assert adapter_of("segment").normalize(stored, received_at=NOW).timestamp == NOW


@pytest.mark.parametrize(
    "headers",
    [
        BASIC,
        {"Authorization": "Basic " + base64.b64encode(KEY.encode()).decode().rstrip("=")},
        {"Authorization": "basic " + base64.b64encode(f"{KEY}:password".encode()).decode()},
    ],
)
def test_the_write_key_as_clients_write_it(client: Client, inlet: Inlet, headers: dict[str, str]) -> None:
    assert post(client, "/v1/track", ORDER, **headers).status_code == 200


def test_a_write_key_that_nobody_knows_is_refused(client: Client, inlet: Inlet) -> None:
    unknown = {"Authorization": "Basic " + base64.b64encode(b"unknown:").decode()}
    for headers in (unknown, {}, {"Authorization": "Basic %%%"}):
        answer = post(client, "/v1/track", ORDER, **headers)
        assert answer.status_code == 401
        assert (answer.json()["success"], answer.json()["code"]) == (False, "unauthorized")
    # Its public id alone does not open an inlet that wants a key.
    public = {"Authorization": "Basic " + base64.b64encode(f"{inlet.key}:".encode()).decode()}
    assert post(client, "/v1/track", ORDER, **public).status_code == 403
    assert not ReceivedEvent.objects.exists()


def test_a_revoked_write_key_is_refused(client: Client, inlet: Inlet) -> None:
    assert post(client, "/v1/track", ORDER, **BASIC).status_code == 200
    inlet.tokens.get().delete()
    assert post(client, "/v1/track", {**ORDER, "messageId": "m-2"}, **BASIC).status_code == 403


def test_browsers_get_their_settings(client: Client, inlet: Inlet) -> None:
    for secure, protocol in ((False, "http"), (True, "https")):
        answer = client.get(f"/v1/projects/{KEY}/settings", secure=secure, headers={"Host": "testserver"})
        sender = answer.json()["integrations"]["Segment.io"]
        assert (sender["protocol"], sender["apiHost"]) == (protocol, "testserver/v1")
    source = client.get(f"/sourceConfig/?p=npm&writeKey={KEY}").json()["source"]
    assert (source["writeKey"], source["enabled"], source["destinations"]) == (KEY, True, [])
    assert client.get("/v1/projects/unknown/settings").status_code == 401
    assert client.get("/sourceConfig/").status_code == 401


def test_a_browser_may_ask_although_it_cannot_say_for_which_inlet(client: Client, inlet: Inlet) -> None:
    inlet.allowed_origins = ["https://shop.example"]
    inlet.save()
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = client.options("/v1/t", headers={**asked, "Origin": "https://shop.example"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    other = client.options("/v1/t", headers={**asked, "Origin": "https://elsewhere.example"})
    assert "Access-Control-Allow-Origin" not in other.headers
    sent = post(client, "/v1/t", ORDER, "text/plain", **BASIC, Origin="https://shop.example")
    assert sent.headers["Access-Control-Allow-Origin"] == "https://shop.example"


# --- CloudEvents ----------------------------------------------------------------------------------

CLOUD = {
    "specversion": "1.0", "id": "c-1", "source": "urn:shop", "type": "com.example.order", "subject": "u1",
}  # fmt: skip


def test_an_event_in_structured_mode(client: Client, inlet: Inlet) -> None:
    event = {**CLOUD, "time": "2026-11-23T08:00:00Z", "data": {"amount": 3}, "traced": "yes"}
    answer = post(client, f"/events/cloudevents/{inlet.key}", event, "application/cloudevents+json", **BEARER)
    assert (answer.status_code, answer.content) == (202, b"")
    (entity,) = entities(inlet)
    assert (entity["_id"], entity["eventType"]) == ("c-1", "com.example.order")
    assert entity["timestamp"] == "2026-11-23T08:00:00+00:00"
    assert entity["identityMap"] == {"CRMID": [{"id": "u1", "primary": True}]}
    assert entity["_acme"] == {
        "source": "urn:shop", "subject": "u1", "data": {"amount": 3}, "traced": "yes",
    }  # fmt: skip


def test_an_event_in_binary_mode(client: Client, inlet: Inlet) -> None:
    headers = {f"ce-{name}": value for name, value in CLOUD.items()} | {"ce-subject": "J%C3%B6rg"}
    answer = post(client, f"/events/cloudevents/{inlet.key}", {"amount": 3}, **headers, **BEARER)
    assert answer.status_code == 202
    (entity,) = entities(inlet)
    assert entity["_acme"]["data"] == {"amount": 3}
    assert entity["identityMap"]["CRMID"][0]["id"] == "Jörg"


def test_an_event_in_binary_mode_may_have_no_data(client: Client, inlet: Inlet) -> None:
    headers = {f"ce-{name}": value for name, value in CLOUD.items()}
    assert post(client, f"/events/cloudevents/{inlet.key}", b"", **headers, **BEARER).status_code == 202
    assert "data" not in entities(inlet)[0]["_acme"]


@pytest.mark.parametrize("header", ["ce-id", "ce-source", "ce-subject", "ce-extension"])
def test_an_attribute_may_be_anything_but_nul(client: Client, inlet: Inlet, header: str) -> None:
    headers = {f"ce-{name}": value for name, value in CLOUD.items()} | {header: "a%00b"}
    answer = post(client, "/events/cloudevents/inlet-1", b"", **BEARER, **headers)
    assert answer.status_code == 400
    assert "NUL" in answer.json()["detail"]
    assert not ReceivedEvent.objects.exists()


def test_a_batch_of_events(client: Client, inlet: Inlet) -> None:
    events = [CLOUD, {**CLOUD, "id": "c-2"}, CLOUD, {"id": "c-3"}]
    kind = "application/cloudevents-batch+json"
    assert post(client, f"/events/cloudevents/{inlet.key}", events, kind, **BEARER).status_code == 202
    assert [entity["_id"] for entity in entities(inlet)] == ["c-1", "c-2"]


WRONG: list[Any] = [
    {**CLOUD, "specversion": "0.3"}, {**CLOUD, "id": ""}, {**CLOUD, "source": 5},
    {"specversion": "1.0"}, [], 5, "text", None,
]  # fmt: skip


@pytest.mark.parametrize("event", WRONG, ids=str)
def test_what_is_no_cloud_event_is_refused(client: Client, inlet: Inlet, event: Any) -> None:
    answer = post(client, f"/events/cloudevents/{inlet.key}", event, "application/cloudevents+json", **BEARER)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not ReceivedEvent.objects.exists()


def test_a_sender_may_ask_whether_it_may_send(client: Client, inlet: Inlet) -> None:
    asked = {"WebHook-Request-Origin": "eventgrid.example", "WebHook-Request-Rate": "120"}
    answer = client.options(f"/events/cloudevents/{inlet.key}", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["WebHook-Allowed-Origin"] == "eventgrid.example"
    assert answer.headers["WebHook-Allowed-Rate"] == "120"
    assert client.options("/events/cloudevents/nothing", headers=asked).status_code == 404


# --- The others of the analytics family ---------------------------------------------------------------


def test_dittofeed_is_segment_at_other_addresses(client: Client, inlet: Inlet) -> None:
    calls = {
        "batch": [{**ORDER}, {"type": "identify", "userId": "u1", "messageId": "m-2", "traits": {"a": 1}}]
    }
    answer = post(client, "/api/public/apps/batch", calls, **BASIC)
    assert (answer.status_code, answer.content) == (204, b"")
    assert post(client, "/api/public/apps/track", {**ORDER, "messageId": "m-3"}, **BASIC).status_code == 204
    assert post(client, "/api/public/apps/track", {"event": "E"}, **BASIC).status_code == 400
    assert [entity["_id"] for entity in entities(inlet)] == ["m-1", "m-2", "m-3"]


def test_customer_io_puts_people_and_posts_what_they_did(client: Client, inlet: Inlet) -> None:
    basic = {"Authorization": "Basic " + base64.b64encode(f"SITE:{KEY}".encode()).decode()}
    person = {"email": "c@example.com", "first_name": "Carl", "plan": "pro"}
    put = client.put(
        "/api/v1/customers/5", orjson.dumps(person), content_type="application/json", headers=basic
    )
    assert (put.status_code, put.json()) == (200, {})
    done = {"name": "Product Added", "data": {"sku": "p1"}, "timestamp": 1764000000}
    assert post(client, "/api/v1/customers/5/events", done, **basic).status_code == 200
    record, event = entities(inlet)
    assert record["personalEmail"] == {"address": "c@example.com"}
    assert record["person"]["name"] == {"firstName": "Carl"}
    assert event["eventType"] == "commerce.productListAdds"
    assert event["timestamp"] == "2025-11-24T16:00:00+00:00"
    assert event["productListItems"] == [{"SKU": "p1"}]
    assert post(client, "/api/v1/customers/5/events", {"data": {}}, **basic).status_code == 400
    assert post(client, "/api/v1/customers/5/events", done, **BASIC).status_code == 401


def test_a_customers_id_may_be_anything_but_nul(client: Client, inlet: Inlet) -> None:
    basic = base64.b64encode(f"site:{KEY}".encode()).decode()
    answer = post(client, "/api/v1/customers/a%00b/events", {"name": "e"}, Authorization=f"Basic {basic}")
    assert answer.status_code == 400
    assert not ReceivedEvent.objects.exists()


def test_posthog_names_people_in_its_way(client: Client, inlet: Inlet) -> None:
    seen = {"event": "$pageview", "distinct_id": "a1", "uuid": "p-1", "properties": {
        "$current_url": "https://shop.example/", "$is_identified": False}}  # fmt: skip
    known = {"event": "$identify", "distinct_id": "u1", "uuid": "p-2", "properties": {
        "$anon_distinct_id": "a1", "$set": {"email": "p@example.com"}}}  # fmt: skip
    done = {
        "event": "Played",
        "distinct_id": "u1",
        "timestamp": "2026-11-23T08:00:00Z",
        "properties": {"a": 1},
    }
    answer = post(client, "/batch/", {"api_key": KEY, "batch": [seen, known, done, {"event": "E"}, 5]})
    assert (answer.status_code, answer.json()) == (200, {"status": 1})
    page, record, event = entities(inlet)
    assert page["web"]["webPageDetails"]["URL"] == "https://shop.example/"
    assert page["identityMap"] == {"AnonymousID": [{"id": "a1", "primary": True}]}
    assert set(record["identityMap"]) == {"CRMID", "AnonymousID", "Email"}
    assert (event["eventType"], event["_acme"]["properties"]) == ("Played", {"a": 1})
    assert post(client, "/capture/", {"api_key": KEY, **done}).status_code == 200
    assert post(client, "/e/", {"api_key": KEY, "event": "E"}).status_code == 400
    assert post(client, "/e/", {"event": "E", "distinct_id": "u"}).status_code == 401


@pytest.mark.parametrize("address", ["/e/", "/capture/", "/batch/"])
def test_posthog_in_browsers_packs_several_events_and_does_not_say_so(
    client: Client, inlet: Inlet, address: str
) -> None:
    events = [{"event": name, "distinct_id": "u1", "uuid": name} for name in ("a", "b")]
    packed = gzip.compress(orjson.dumps({"api_key": KEY, "batch": events}))
    assert post(client, address, packed, "text/plain").status_code == 200
    # Older ones name the key in each event.
    token = {"properties": {"token": KEY}}
    listed = [{"event": name, "distinct_id": "u1", "uuid": name, **token} for name in ("c", "d")]
    assert post(client, address, listed, "text/plain").status_code == 200
    assert [entity["_id"] for entity in entities(inlet)] == ["a", "b", "c", "d"]


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def test_snowplow_events_of_all_kinds(client: Client, inlet: Inlet) -> None:
    described = {"schema": "iglu:x/unstruct_event/jsonschema/1-0-0", "data": {
        "schema": "iglu:com.acme/order_placed/jsonschema/1-0-0", "data": {"amount": 3}}}  # fmt: skip
    common = {"aid": KEY, "uid": "u1", "duid": "d1"}
    times = {"dtm": "1764000000000", "stm": "1764000060000"}
    data = [
        {**common, **times, "e": "ue", "eid": "s-1", "ue_px": packed(described)},
        {**common, "e": "ue", "eid": "s-2", "ue_pr": orjson.dumps(described).decode()},
        {**common, "e": "pv", "eid": "s-3", "url": "https://shop.example/", "page": "Shop"},
        {**common, "e": "se", "eid": "s-4", "se_ca": "video", "se_ac": "play", "se_va": 2},
        {"no": "type"},
    ]
    answer = post(client, "/com.snowplowanalytics.snowplow/tp2", {"schema": "iglu:…", "data": data})
    assert (answer.status_code, answer.content) == (200, b"ok")
    first, second, page, structured = entities(inlet)
    assert first["eventType"] == second["eventType"] == "order_placed"
    assert first["_acme"]["properties"] == {"amount": 3}
    assert first["identityMap"]["AnonymousID"] == [{"id": "d1"}]
    received_at = ReceivedEvent.objects.earliest("pk").received_at
    assert datetime.fromisoformat(first["timestamp"]) == received_at - timedelta(seconds=60)
    assert page["web"]["webPageDetails"]["name"] == "Shop"
    assert structured["_acme"]["properties"] == {"category": "video", "action": "play", "value": 2}
    assert post(client, "/com.snowplowanalytics.snowplow/tp2", {"data": [{"e": "pv"}]}).status_code == 401


@pytest.mark.parametrize("text", ["", "{", '{"data": "x"}', '{"data": {"data": "\\u0000"}}', "[" * 300])
def test_what_a_snowplow_event_describes_is_read_as_strictly_as_a_body(
    client: Client, inlet: Inlet, text: str
) -> None:
    data = [{"aid": KEY, "uid": "u1", "e": "ue", "ue_pr": text}]
    post(client, "/com.snowplowanalytics.snowplow/tp2", {"data": data})
    (one,) = routed(inlet)
    assert one.problem is None or one.problem.code == "not_normal"
