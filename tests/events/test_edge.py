"""The Edge Network's protocol: visitors are known again, events and consents become XDM, answers are read.

tests/clients has the SDK itself; here are the rules, one by one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
import pytest
from django.db import OperationalError
from django.test import Client

from datasources.models import Dataset, Schema
from datasources.platform.schemas.library import compose
from events.clients.consents import NotAConsent, read_consents
from events.clients.visitors import cookies_of, ecid_in, ecid_of_cookies, identity_cookie, new_ecid
from events.ingest import accept as accepting
from events.models import Event, Inlet, ReceivedEvent
from events.protocols import adapter_of
from tests.events.arrivals import entities, routed
from tests.events.seed import KEY

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORGANIZATION = "ABC123@AdobeOrg"
ECID = "38914857202846152938475610293847561029"
SHOP = "https://shop.example"
PURCHASE = {"eventType": "commerce.purchases", "timestamp": "2026-11-23T08:00:00Z"}


@pytest.fixture
def inlet(inlet: Inlet) -> Inlet:
    """With an organization, a page that may send, and schemas as the library has them."""
    sandbox = inlet.sandbox
    inlet.organization, inlet.allowed_origins = ORGANIZATION, [SHOP]
    inlet.schema = Schema.objects.create(
        sandbox=sandbox, name="Web", kind="event", tenant="acme",
        document=compose("event", ["commerce", "web", "device", "environment", "placeContext"], id="urn:web"),
    )  # fmt: skip
    inlet.profile_schema = Schema.objects.create(
        sandbox=sandbox, name="People", kind="profile", tenant="acme",
        document=compose("profile", ["consents"], id="urn:people"),
    )  # fmt: skip
    inlet.save()
    return inlet


def post(client: Client, address: str, body: Any, *, query: str = f"configId={KEY}", **headers: str) -> Any:
    """As the web SDK posts: JSON that calls itself text."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return client.post(f"{address}?{query}", data, content_type="text/plain; charset=UTF-8", headers=headers)


def handle(answer: Any, kind: str) -> list[Any]:
    """The payload of one kind in an answer."""
    return [each for one in answer.json()["handle"] if one["type"] == kind for each in one["payload"]]


def told(answer: Any) -> str:
    """The ECID that an answer tells."""
    (identity,) = handle(answer, "identity:result")
    assert identity["namespace"] == {"code": "ECID"}
    return identity["id"]


# --- Whose request it is --------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_visitor_without_an_ecid_gets_one_and_a_cookie_that_keeps_it(client: Client, inlet: Inlet) -> None:
    body = {"events": [{"xdm": PURCHASE}], "query": {"identity": {"fetch": ["ECID"]}}}

    answer = post(client, "/ee/v1/interact", body, query=f"configId={KEY}&requestId=r-1")

    assert (answer.status_code, answer.json()["requestId"]) == (200, "r-1")
    ecid = told(answer)
    assert len(ecid) == 38
    assert ecid.isdecimal()
    (cookie,) = handle(answer, "state:store")
    assert cookie == {
        "key": "kndctr_ABC123_AdobeOrg_identity", "value": identity_cookie(ecid), "maxAge": 34128000,
    }  # fmt: skip
    (entity,) = entities(inlet)
    assert entity["identityMap"] == {"ECID": [{"id": ecid, "primary": True}]}
    assert entity["eventType"] == "commerce.purchases"
    assert b"\n" not in answer.content, "apps want one line"


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["body", "header", "identityMap", "identityMap of the event"])
def test_a_visitor_is_known_again(client: Client, inlet: Inlet, where: str) -> None:
    cookie = ("kndctr_ABC123_AdobeOrg_identity", identity_cookie(ECID))
    state = {"entries": [{"key": "other", "value": 5}, {"key": cookie[0], "value": cookie[1]}]}
    named = {"identityMap": {"ECID": [{"id": ECID}]}}
    body: dict[str, Any] = {"events": [{"xdm": PURCHASE}]}
    headers = {}
    match where:
        case "body":
            body["meta"] = {"state": state}
        case "header":
            headers["Cookie"] = f"a=b; {cookie[0]}={cookie[1]}"
        case "identityMap":
            body["xdm"] = named
        case _:
            body["events"][0]["xdm"] = PURCHASE | named

    answer = post(client, "/ee/v1/interact", body, **headers)

    assert told(answer) == ECID
    (entity,) = entities(inlet)
    assert [each["id"] for each in entity["identityMap"]["ECID"]] == [ECID]


@pytest.mark.django_db
def test_a_request_that_is_sent_again_is_the_same_visitor_and_the_same_events(
    client: Client, inlet: Inlet
) -> None:
    body = {"events": [{"xdm": PURCHASE}, {"xdm": PURCHASE}]}
    query = f"configId={KEY}&requestId=r-1"
    first, again = (post(client, "/ee/v1/interact", body, query=query) for _ in range(2))
    assert told(first) == told(again)
    assert ReceivedEvent.objects.count() == 2
    # Two people whose client numbers all requests alike are two all the same.
    other = post(client, "/ee/v1/interact", {"events": [{"xdm": PURCHASE, "data": {"a": 1}}]}, query=query)
    assert told(other) != told(first)
    assert ReceivedEvent.objects.count() == 3


@pytest.mark.django_db
def test_without_a_request_id_nothing_is_the_same(client: Client, inlet: Inlet) -> None:
    first, second = (post(client, "/ee/v1/interact", {"events": [{"xdm": PURCHASE}]}) for _ in range(2))
    assert told(first) != told(second)
    assert ReceivedEvent.objects.count() == 2


@pytest.mark.django_db
def test_an_event_with_an_id_is_received_once(client: Client, inlet: Inlet) -> None:
    for _ in range(2):
        post(client, "/ee/v1/interact", {"events": [{"xdm": {"_id": "e-1", **PURCHASE}}]})
    assert [entity["_id"] for entity in entities(inlet)] == ["e-1"]


@pytest.mark.django_db
def test_a_client_may_only_ask_who_its_visitor_is(client: Client, inlet: Inlet) -> None:
    answer = post(client, "/ee/v1/identity/acquire", {"query": {"identity": {"fetch": ["ECID", "CORE"]}}})
    assert answer.status_code == 200
    assert handle(answer, "state:store")[0]["value"] == identity_cookie(told(answer))
    assert not ReceivedEvent.objects.exists()
    silent = post(client, "/ee/v1/identity/acquire", {"query": {"identity": {"fetch": ["CORE"]}}})
    assert handle(silent, "identity:result") == []
    assert post(client, "/ee/v1/identity/acquire", {}, query="configId=unknown").status_code == 401


@pytest.mark.django_db
def test_without_an_organization_no_cookie_can_be_named(client: Client, inlet: Inlet) -> None:
    inlet.organization = ""
    inlet.save()
    answer = post(client, "/ee/v1/interact", {"events": [{"xdm": PURCHASE}]})
    assert told(answer)
    assert handle(answer, "state:store") == []


@pytest.mark.django_db
def test_servers_speak_for_many_people(client: Client, inlet: Inlet) -> None:
    query = f"dataStreamId={KEY}"
    anna, ben = ({"identityMap": {"CRMID": [{"id": each, "primary": True}]}} for each in ("anna", "ben"))
    known = {"identityMap": {"ECID": [{"id": ECID}]}}

    one = post(client, "/ee/v2/interact", {"event": {"xdm": PURCHASE | anna}}, query=query)
    body = {"events": [{"xdm": PURCHASE | known}, {"xdm": PURCHASE | ben}]}
    several = post(client, "/ee/v2/collect", body, query=query)
    nobody = post(client, "/ee/v2/interact", {"event": {"xdm": PURCHASE}}, query=query)

    # Whom a server names gets no ECID that nobody would keep, least of all that of the person before.
    assert (one.status_code, one.json()["handle"]) == (200, [])
    assert (several.status_code, several.content) == (204, b"")
    found = [entity["identityMap"] for entity in entities(inlet)]
    assert [set(each) for each in found] == [{"CRMID"}, {"ECID"}, {"CRMID"}, {"ECID"}]
    assert found[3]["ECID"][0]["id"] == told(nobody)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "%%%",
        "CiY",
        "ä",
        identity_cookie("38 no digits" * 4)[:54],
        base64.b64encode(b"\n\x05hello").decode(),
    ],
)
def test_a_cookie_that_is_none_names_nobody(value: str) -> None:
    assert ecid_of_cookies([("kndctr_ABC123_AdobeOrg_identity", value)]) == ""


def test_cookies_are_read_as_clients_write_them() -> None:
    # Of the SDK's own network, with fields behind the ECID and padding, percent-encoded.
    packed = base64.b64encode(b"\n&" + ECID.encode() + b"R\x04\x08\x01\x10\x01").decode()
    for value in (identity_cookie(ECID), packed, packed.replace("=", "%3D")):
        assert ecid_of_cookies(cookies_of(f"x; kndctr_A_AdobeOrg_identity={value}; y=1")) == ECID
    assert ecid_of_cookies([("kndctr_A_AdobeOrg_consent", identity_cookie(ECID))]) == ""


@pytest.mark.parametrize(
    "identity_map",
    [
        None, [], {"ECID": ECID}, {"ECID": [ECID]}, {"ECID": [{"id": 5}]}, {"ECID": [{"id": "short"}]},
        {"ECID": [{"id": "٣" * 38}]},
    ],
)  # fmt: skip
def test_what_is_no_ecid_is_not_repeated(identity_map: Any) -> None:
    assert ecid_in(identity_map) == ""


def test_new_ecids_have_38_digits() -> None:
    made = {new_ecid(bytes([each])) for each in range(200)}
    assert len(made) == 200
    assert {len(each) for each in made} == {38}


# --- In XDM ---------------------------------------------------------------------------------------


def normalized(stored: Mapping[str, Any]) -> Any:
    return adapter_of("edge").normalize(dict(stored), received_at=NOW)


@pytest.mark.parametrize(
    ("shared", "own", "expected"),
    [
        ({}, {"Email": [{"id": "a@b.example", "primary": True}]}, {"Email": True, "ECID": False}),
        ({}, {"Email": [{"id": "a@b.example", "primary": False}]}, {"Email": False, "ECID": True}),
        ({"CRMID": [{"id": "c"}]}, {}, {"CRMID": None, "ECID": True}),
        ({"CRMID": [{"id": "c"}]}, {"Email": [{"id": "a"}]}, {"CRMID": None, "Email": None, "ECID": True}),
        ({"Email": [{"id": "old"}]}, {"Email": [{"id": "new"}]}, {"Email": None, "ECID": True}),
    ],
)
def test_the_ecid_is_primary_unless_another_identity_is(
    shared: Any, own: Any, expected: dict[str, bool | None]
) -> None:
    stored = {"event": {"xdm": {"identityMap": own}}, "xdm": {"identityMap": shared}, "ecid": ECID}
    found = normalized(stored).entity["identityMap"]
    assert {namespace: entries[0].get("primary") for namespace, entries in found.items()} == expected
    if own.get("Email"):
        assert found["Email"] == own["Email"]


def test_an_identity_map_that_is_none_is_left_for_the_schema_to_refuse() -> None:
    stored = {"event": {"xdm": {"identityMap": "text"}}, "ecid": ECID}
    assert normalized(stored).entity["identityMap"] == "text"


def test_what_xdm_has_no_place_for_stands_below_the_tenant() -> None:
    found = normalized({"event": {"xdm": PURCHASE, "data": {"basket": 3}}}).in_schema("acme")
    assert found.entity["_acme"] == {"data": {"basket": 3}}
    assert found.source == {"xdm": PURCHASE, "data": {"basket": 3}}


@pytest.mark.django_db
def test_clients_may_name_a_dataset(client: Client, inlet: Inlet) -> None:
    Dataset.objects.create(
        sandbox=inlet.sandbox, schema=inlet.schema, key="quiet", name="Quiet", feeds_profiles=False
    )
    override = {"com_adobe_experience_platform": {"datasets": {"event": {"datasetId": "quiet"}}}}
    event = {"xdm": PURCHASE | {"identityMap": {"CRMID": [{"id": "anna"}]}}}
    post(client, "/ee/v1/interact", {"events": [event], "meta": {"configOverrides": override}})
    post(client, "/ee/v1/interact", {"events": [event | {"meta": {"collect": {"datasetId": "quiet"}}}]})
    post(client, "/ee/v1/interact", {"events": [event]})
    assert [one.feeds_profile for one in routed(inlet)] == [False, False, True]


@pytest.mark.django_db
def test_an_event_without_a_time_happened_when_it_was_received(client: Client, inlet: Inlet) -> None:
    post(client, "/ee/v1/interact", {"events": [{"xdm": {"eventType": "a"}}]})
    (entity,) = entities(inlet)
    assert datetime.fromisoformat(entity["timestamp"]) == ReceivedEvent.objects.get().received_at


# --- Consents -------------------------------------------------------------------------------------


def adobe(version: str, value: Any) -> dict[str, Any]:
    return {"standard": "Adobe", "version": version, "value": value}


@pytest.mark.django_db
def test_what_a_person_consents_to_becomes_part_of_the_profile(client: Client, inlet: Inlet) -> None:
    value = {"collect": {"val": "y"}, "marketing": {"email": {"val": "n", "reason": "Too much"}}}
    body = {"consent": [adobe("2.0", value)], "identityMap": {"Email": [{"id": "Jane@Example.com"}]}}

    answer = post(client, "/ee/v1/privacy/set-consent", body)

    assert answer.status_code == 200
    (entity,) = entities(inlet)
    assert entity["consents"] == value
    identities = [(each.namespace, each.value) for each in routed(inlet)[0].identities]
    assert identities == [("Email", "jane@example.com"), ("ECID", told(answer))]
    assert routed(inlet)[0].is_record
    identity, consent = handle(answer, "state:store")
    assert identity["key"].endswith("_identity")
    assert consent == {
        "key": "kndctr_ABC123_AdobeOrg_consent", "value": "general=in", "maxAge": 15552000,
    }  # fmt: skip


def tc_string(*, purpose_1: bool, version: int = 2) -> str:
    bits = f"{version:06b}" + "0" * 146 + str(int(purpose_1)) + "0" * 47
    return base64.urlsafe_b64encode(int(bits, 2).to_bytes(25)).decode().rstrip("=") + ".YAAAAAAAAAAA"


@pytest.mark.parametrize(
    ("consents", "general", "kept"),
    [
        ([adobe("1.0", {"general": "in"})], "in", {"collect": {"val": "y"}}),
        ([adobe("1.0", {"general": "out"})], "out", {"collect": {"val": "n"}}),
        ([adobe("2.0", {"collect": {"val": "n"}})], "out", {"collect": {"val": "n"}}),
        ([adobe("2.0", {"collect": {"val": "p"}})], "", {"collect": {"val": "p"}}),
        ([adobe("2.0", {"collect": 5})], "", {"collect": 5}),  # for the schema to refuse
        (
            [adobe("1.0", {"general": "in"}), adobe("2.0", {"collect": {"val": "n"}})],
            "out",
            {"collect": {"val": "n"}},
        ),
    ],
)
def test_consents_of_adobes_standard(consents: Sequence[Any], general: str, kept: Any) -> None:
    read = read_consents(consents)
    assert (read.general, read.consents) == (general, kept)


@pytest.mark.parametrize(
    ("value", "applies", "general"),
    [
        (tc_string(purpose_1=True), True, "in"),
        (tc_string(purpose_1=False), True, "out"),
        (tc_string(purpose_1=False), False, "in"),
        (tc_string(purpose_1=True, version=1), True, "out"),
        ("nonsense", True, "out"),
        ("€", True, "out"),
    ],
)
def test_consents_of_iabs_framework(value: str, applies: bool, general: str) -> None:
    sent = {"standard": "IAB TCF", "version": "2.0", "value": value, "gdprApplies": applies}
    read = read_consents([sent])
    assert (read.general, read.consents) == (general, {})
    found = normalized({"consent": [sent], "ecid": ECID}).in_schema("acme").entity
    assert found["_acme"]["consentStrings"][0]["consentStringValue"] == value
    assert "consents" not in found


def test_what_is_no_consent_is_not_read() -> None:
    for value in (None, {}, [], [[]], [adobe("3.0", {})]):
        with pytest.raises(NotAConsent):
            read_consents(value)


# --- Refusals -------------------------------------------------------------------------------------

BAD: Mapping[str, Any] = json.loads((Path(__file__).parent / "data" / "bad_edge_requests.json").read_text())


@pytest.mark.django_db
@pytest.mark.parametrize("case", BAD.values(), ids=list(BAD))
def test_what_can_never_be_accepted_is_refused_as_a_whole(client: Client, inlet: Inlet, case: Any) -> None:
    query = case.get("query", f"configId={KEY}&requestId=r-1")
    answer = post(client, case.get("address", "/ee/v1/interact"), case["body"], query=query, Origin=SHOP)
    assert answer.status_code == case["status"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"].startswith("https://ns.adobe.com/aep/errors/EXEG-")
    assert problem["status"] == case["status"]
    assert problem["report"]["requestId"]
    assert "canary" not in answer.content.decode()
    assert not ReceivedEvent.objects.exists()


@pytest.mark.django_db
def test_a_bad_event_does_not_take_its_neighbours_with_it(client: Client, inlet: Inlet) -> None:
    answer = post(client, "/ee/v1/interact", {"events": [{"xdm": PURCHASE}, 5, {"xdm": PURCHASE}]})
    assert answer.status_code == 207
    assert told(answer)
    (error,) = answer.json()["errors"]
    assert (error["status"], error["report"]) == (400, {"eventIndex": 1})
    assert ReceivedEvent.objects.count() == 2
    collected = post(client, "/ee/v1/collect", {"events": [{"xdm": PURCHASE}, 5]})
    assert (collected.status_code, collected.json()["handle"]) == (207, [])


@pytest.mark.django_db
def test_an_inlet_that_is_open_to_everybody_takes_its_events_and_tells_of_others(
    client: Client, inlet: Inlet
) -> None:
    inlet.mode, inlet.rate_limit = Inlet.Mode.UNAUTHENTICATED, 100
    inlet.save()
    Event.objects.create(
        sandbox=inlet.sandbox, schema=inlet.schema, name="Order", type=Event.Type.RULE, namespace="ECID",
        condition='@{Order.eventType} == "commerce.purchases"',
    )  # fmt: skip
    query = f"configId={inlet.key}"
    body = {"events": [{"xdm": PURCHASE}, {"xdm": {"eventType": "something else"}}]}

    answer = post(client, "/ee/v1/interact", body, query=query)
    consent = post(
        client, "/ee/v1/privacy/set-consent", {"consent": [adobe("1.0", {"general": "in"})]}, query=query
    )

    # The visitor is known from now on, whether or not somebody wanted to hear of the event.
    assert answer.status_code == consent.status_code == 207
    assert told(answer)
    assert [error["report"] for error in answer.json()["errors"]] == [{"eventIndex": 1}]
    assert [entity["eventType"] for entity in entities(inlet)] == ["commerce.purchases"]


@pytest.mark.django_db
def test_a_server_may_show_its_key_in_a_header(client: Client, inlet: Inlet) -> None:
    body = {"event": {"xdm": PURCHASE}}
    bearer = {"Authorization": f"Bearer {KEY}"}
    assert post(client, "/ee/v2/interact", body, query="dataStreamId=inlet-1", **bearer).status_code == 200
    wrong = {"Authorization": "Bearer wrong"}
    assert post(client, "/ee/v2/interact", body, query="dataStreamId=inlet-1", **wrong).status_code == 403
    assert post(client, "/ee/v2/interact", body, query="dataStreamId=other", **bearer).status_code == 404


@pytest.mark.django_db
def test_clients_that_were_sent_to_a_region_before_are_understood(client: Client, inlet: Inlet) -> None:
    assert post(client, "/ee/irl1/v1/interact", {"events": [{"xdm": PURCHASE}]}).status_code == 200
    assert post(client, "/ee/or2/v1/privacy/set-consent", {"consent": 5}).status_code == 422


# --- Pages ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_pages_of_the_named_origins_may_send_with_their_cookies(client: Client, inlet: Inlet) -> None:
    body = {"events": [{"xdm": PURCHASE}]}
    sent = post(client, "/ee/v1/interact", body, Origin=SHOP)
    assert sent.headers["Access-Control-Allow-Origin"] == SHOP
    assert sent.headers["Access-Control-Allow-Credentials"] == "true"
    other = post(client, "/ee/v1/interact", body, Origin="https://elsewhere.example")
    assert other.status_code == 403
    assert "Access-Control-Allow-Origin" not in other.headers


@pytest.mark.django_db
def test_a_page_can_read_that_it_shall_come_again(client: Client, inlet: Inlet) -> None:
    body = {"events": [{"xdm": PURCHASE}]}
    post(client, "/ee/v1/interact", body, Origin=SHOP)
    with mock.patch.object(accepting, "store", side_effect=OperationalError):
        answer = post(client, "/ee/v1/interact", body, Origin=SHOP)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"


@pytest.mark.django_db
def test_a_page_of_an_inlet_nobody_remembers_is_told_to_come_again_while_the_database_is_away(
    client: Client, inlet: Inlet
) -> None:
    with mock.patch("events.ingest.doors.Inlet.objects") as inlets:
        inlets.filter.side_effect = inlets.select_related.side_effect = OperationalError
        answer = post(client, "/ee/v1/interact", {"events": [{"xdm": PURCHASE}]}, Origin=SHOP)
    assert answer.status_code == 503


# --- Requests of the real client ------------------------------------------------------------------


@pytest.mark.django_db
def test_requests_of_the_web_sdk_are_read_and_become_valid_xdm(
    client: Client, inlet: Inlet, shared_data: Path
) -> None:
    lines = (shared_data / "wire" / "captured-requests.jsonl").read_text().splitlines()
    captured = [one for one in map(json.loads, lines) if one["path"].startswith("/ee/")]
    assert len(captured) == 3
    statuses = []
    for one in captured:
        address, _, query = one["path"].partition("?")
        headers = {"Origin": SHOP, "User-Agent": one["headers"]["User-Agent"]}
        query = query.replace("ds-1234", KEY)
        statuses.append(post(client, address, one["body"], query=query, **headers).status_code)
    assert statuses == [200, 204, 200]
    order, click, consent = entities(inlet)
    assert order["commerce"] == one_body(captured[0])["commerce"]
    assert order["identityMap"]["Email"][0]["id"] == "jane@example.com"
    assert order["_acme"] == {"data": {"foo": 1}}
    assert click["eventType"] == "web.webinteraction.linkClicks"
    assert consent["consents"] == {"collect": {"val": "y"}}


def one_body(captured: Mapping[str, Any]) -> Any:
    return captured["body"]["events"][0]["xdm"]
