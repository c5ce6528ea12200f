"""Whom received events concern (engine.md, Route)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from datasources.models import Dataset, Namespace, Schema
from datasources.platform.schemas.library import building, compose
from events.catalog import Catalog, catalog_of
from events.loading import load_entities, load_raw, load_unrouted
from events.models import Event, Inlet, ReceivedEvent
from events.routing import Raw, Recipient, Routed, route
from events.sightings import sightings_of
from journeyorch.access.models import Sandbox
from tests.events.conftest import Send, message

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TENANT = {"room": building.text("Room"), "guest": building.integer("Guest"), "mail": building.email("Mail")}


@pytest.fixture
def schema(sandbox: Sandbox) -> Schema:
    document = compose("event", ["orchestration"], id="urn:hotel", tenant=TENANT, tenant_name="hotel")
    return Schema.objects.create(sandbox=sandbox, name="Hotel", kind="event", document=document)


@pytest.fixture
def lobby(sandbox: Sandbox, schema: Schema) -> Event:
    """A system-generated event about the person in CRMID."""
    return Event.objects.create(
        sandbox=sandbox, name="Lobby", type="system", event_id="lobby-id", schema=schema, namespace="CRMID"
    )


def rule(schema: Schema, name: str, condition: str, **more: Any) -> Event:
    return Event.objects.create(
        sandbox=schema.sandbox, name=name, type="rule", schema=schema, condition=condition, **more
    )


def raw(
    entity: dict[str, Any], *, id: int = 1, inlet_id: int = 0, schema: str = "urn:hotel", dataset: str = ""
) -> Raw:
    header = {"schemaRef": {"id": schema}} if schema else {}
    header |= {"datasetId": dataset} if dataset else {}
    body = {"header": header, "body": {"xdmEntity": entity}}
    return Raw(id, inlet_id, "collection", orjson.dumps(body).decode(), NOW)


def entity(*, event_id: str = "", **more: Any) -> dict[str, Any]:
    orchestration = {"campaign": {"orchestration": {"eventID": event_id}}}
    own = {"_experience": orchestration} if event_id else {}
    return {"_id": "e-1", "timestamp": "2026-11-23T10:00:00Z", **own, **more}


def people(**ids: str) -> dict[str, Any]:
    return {
        namespace: [{"id": value, "primary": index == 0}]
        for index, (namespace, value) in enumerate(ids.items())
    }


def current(sandbox_id: int) -> Catalog:
    return catalog_of(sandbox_id)


def routed(row: Raw, sandbox: Sandbox) -> Routed:
    (result,) = route([row], current(sandbox.pk))
    return result


def test_a_system_generated_event_is_found_by_its_id(sandbox: Sandbox, lobby: Event) -> None:
    result = routed(raw(entity(event_id="lobby-id", identityMap=people(CRMID="c-1"))), sandbox)
    assert result.problem is None
    assert result.recipients == [Recipient("CRMID", "c-1", [lobby.pk])]
    assert result.feeds_profile


def test_an_event_nobody_configured_concerns_its_primary_identity(sandbox: Sandbox, lobby: Event) -> None:
    result = routed(raw(entity(identityMap=people(ECID="x", Email=" A@Example.COM "))), sandbox)
    assert result.recipients == [Recipient("ECID", "x", ())]
    assert [(each.namespace, each.value, each.primary) for each in result.identities] == [
        ("ECID", "x", True),
        ("Email", "a@example.com", False),
    ]


def test_an_event_that_feeds_no_profile_and_matches_nothing_concerns_nobody(
    sandbox: Sandbox, schema: Schema
) -> None:
    schema.feeds_profiles = False
    schema.save()
    result = routed(raw(entity(identityMap=people(ECID="x"))), sandbox)
    assert (result.recipients, result.problem, result.feeds_profile) == ([], None, False)


@pytest.mark.parametrize(
    ("schema_feeds", "dataset_feeds", "named", "feeds"),
    [
        (True, True, True, True),
        (True, False, True, False),
        (False, True, True, False),
        (True, False, False, False),
        (True, True, False, True),
    ],
)
def test_only_schema_and_dataset_together_feed_profiles(
    sandbox: Sandbox, schema: Schema, schema_feeds: bool, dataset_feeds: bool, named: bool, feeds: bool
) -> None:
    schema.feeds_profiles = schema_feeds
    schema.save()
    dataset = Dataset.objects.create(sandbox=sandbox, schema=schema, name="D", feeds_profiles=dataset_feeds)
    inlet = Inlet.objects.create(sandbox=sandbox, key="i", name="I", dataset=None if named else dataset)
    row = raw(entity(identityMap=people(ECID="x")), inlet_id=inlet.pk, dataset=dataset.key if named else "")

    result = routed(row, sandbox)
    assert (result.problem, result.feeds_profile, bool(result.recipients)) == (None, feeds, feeds)


def test_every_schema_has_a_default_dataset(sandbox: Sandbox, schema: Schema) -> None:
    default = schema.datasets.get()
    assert (default.is_default, default.feeds_profiles) == (True, True)
    default.feeds_profiles = False
    default.save()
    assert not routed(raw(entity(identityMap=people(ECID="x"))), sandbox).feeds_profile


@pytest.mark.parametrize("key", ["unknown", "of-another"])
def test_a_dataset_must_be_there_and_of_the_schema(sandbox: Sandbox, schema: Schema, key: str) -> None:
    other = Schema.objects.create(sandbox=sandbox, name="Other", kind="event", document=compose("event"))
    other.datasets.update(key="of-another")
    problem = routed(raw(entity(), dataset=key), sandbox).problem
    assert problem
    assert problem.code == {"unknown": "unknown_dataset", "of-another": "wrong_dataset"}[key]


def test_a_dataset_alone_says_which_schema(sandbox: Sandbox, schema: Schema) -> None:
    key = schema.datasets.get().key
    result = routed(raw(entity(identityMap=people(ECID="x")), schema="", dataset=key), sandbox)
    assert result.recipients == [Recipient("ECID", "x", ())]


def test_further_fields_hold_identities_too(sandbox: Sandbox, schema: Schema) -> None:
    schema.document = {
        **schema.document,
        "meta:identities": {"_hotel.mail": {"namespace": "Email", "primary": False}},
    }
    schema.save()
    result = routed(raw(entity(_hotel={"mail": "A@b.org"}, identityMap=people(ECID="x"))), sandbox)
    assert [(each.namespace, each.value, each.primary) for each in result.identities] == [
        ("Email", "a@b.org", False),
        ("ECID", "x", True),
    ]


def test_a_record_of_a_thing_concerns_nobody(sandbox: Sandbox) -> None:
    document = compose("record", id="urn:room", tenant=TENANT, tenant_name="hotel")
    Schema.objects.create(sandbox=sandbox, name="Rooms", kind="record", document=document)
    result = routed(raw({"_id": "r-1", "identityMap": people(ECID="x")}, schema="urn:room"), sandbox)
    assert (result.problem, result.recipients, result.is_record) == (None, [], True)


def test_one_received_event_can_be_several_configured_ones(
    sandbox: Sandbox, schema: Schema, lobby: Event
) -> None:
    vip = rule(schema, "Vip", '@{Vip._hotel.room} == "900"', namespace="CRMID")
    other = rule(schema, "Other", '@{Other._hotel.room} == "1"', namespace="CRMID")
    by_mail = rule(schema, "Mail", "true", namespace="Email", key="@{Mail._hotel.mail}")
    result = routed(
        raw(
            entity(
                event_id="lobby-id", identityMap=people(CRMID="c"), _hotel={"room": "900", "mail": "G@x.org"}
            )
        ),
        sandbox,
    )
    found = {(each.namespace, each.person_id): sorted(each.event_ids) for each in result.recipients}
    assert found == {("CRMID", "c"): sorted([vip.pk, lobby.pk]), ("Email", "g@x.org"): [by_mail.pk]}
    assert other.pk not in [id for each in result.recipients for id in each.event_ids]


def test_a_number_may_be_a_key(sandbox: Sandbox, schema: Schema) -> None:
    event = rule(schema, "Guest", "true", namespace="CRMID", key="@{Guest._hotel.guest}")
    result = routed(raw(entity(_hotel={"guest": 42})), sandbox)
    assert result.recipients == [Recipient("CRMID", "42", [event.pk])]
    assert [(each.namespace, each.value, each.primary) for each in result.identities] == [
        ("CRMID", "42", True)
    ]


def test_a_schema_may_name_the_field_of_the_primary_identity(sandbox: Sandbox, schema: Schema) -> None:
    schema.primary_identity, schema.primary_namespace = "_hotel.mail", "Email"
    schema.save()
    result = routed(raw(entity(_hotel={"mail": "A@b.org"}, identityMap={"ECID": [{"id": "x"}]})), sandbox)
    assert result.recipients == [Recipient("Email", "a@b.org", ())]


def test_a_record_is_no_event_and_goes_to_its_person(sandbox: Sandbox, lobby: Event) -> None:
    Schema.objects.create(
        sandbox=sandbox,
        name="People",
        kind="profile",
        document=compose("profile", ["person"], id="urn:people"),
    )
    record = {"person": {"name": {"firstName": "Jo"}}, "identityMap": people(Email="jo@example.org")}
    result = routed(raw(record, schema="urn:people"), sandbox)
    assert result.recipients == [Recipient("Email", "jo@example.org", ())]
    assert result.is_record


def test_namespaces_of_things_and_unknown_ones_identify_nobody(sandbox: Sandbox, schema: Schema) -> None:
    Namespace.objects.create(sandbox=sandbox, code="SKU", name="Product", kind="non-people")
    Namespace.objects.create(sandbox=sandbox, code="Guest", name="Guest", kind="cross-device")
    result = routed(raw(entity(identityMap=people(SKU="s", Nobody="n", Guest="g"))), sandbox)
    assert result.recipients == [Recipient("Guest", "g", ())]
    assert len(result.identities) == 1


def test_an_inlets_schema_is_taken_where_the_message_names_none(
    sandbox: Sandbox, schema: Schema, inlet: Inlet
) -> None:
    inlet.schema = schema
    inlet.save()
    row = raw(entity(identityMap=people(ECID="x")), inlet_id=inlet.pk, schema="")
    assert routed(row, sandbox).recipients == [Recipient("ECID", "x", ())]


def test_an_event_id_tells_the_schema_where_nothing_else_does(sandbox: Sandbox, lobby: Event) -> None:
    row = raw(entity(event_id="lobby-id", identityMap=people(CRMID="x")), schema="")
    assert routed(row, sandbox).recipients == [Recipient("CRMID", "x", [lobby.pk])]


BAD: list[tuple[str, Raw, str]] = [
    ("no_schema", raw(entity(), schema=""), "no schema"),
    ("unknown_schema", raw(entity(), schema="urn:other"), "does not have"),
    ("invalid", raw({"_id": 5, "timestamp": "yesterday"}), "#/_id: expected type: String, found: Long"),
    ("invalid", raw({}), "required key [_id] not found"),
    ("no_person", raw(entity()), "no identity"),
    (
        "no_person",
        raw(entity(event_id="lobby-id", identityMap=people(ECID="x"))),
        "Lobby: It holds no identity in CRMID",
    ),
    ("no_person", raw(entity(identityMap=people(Email="  "))), "no identity"),
    ("no_person", raw(entity(identityMap=people(CRMID="x" * 513))), "no identity"),
    ("not_normal", Raw(1, 0, "collection", "[]", NOW), "no body.xdmEntity"),
    ("not_normal", Raw(1, 0, "collection", "{", NOW), ""),
]


@pytest.mark.parametrize(("code", "row", "reason"), BAD)
def test_what_cannot_be_handled_says_why(
    sandbox: Sandbox, lobby: Event, code: str, row: Raw, reason: str
) -> None:
    result = routed(row, sandbox)
    assert result.recipients == ()
    assert result.problem is not None
    assert result.problem.code == code
    assert reason in result.problem.message


def test_a_condition_that_fails_at_run_time_discards_the_event_with_the_reason(
    sandbox: Sandbox, schema: Schema
) -> None:
    rule(schema, "Rule", "toInteger(@{Rule._hotel.room}) > 5", namespace="CRMID")
    result = routed(raw(entity(_hotel={"room": "secret"}, identityMap=people(CRMID="x"))), sandbox)
    assert result.problem is not None
    assert result.problem.code == "condition_failed"


def test_one_failing_event_does_not_hide_another(sandbox: Sandbox, schema: Schema, lobby: Event) -> None:
    rule(schema, "Rule", "toInteger(@{Rule._hotel.room}) > 5", namespace="CRMID")
    row = raw(entity(event_id="lobby-id", _hotel={"room": "x"}, identityMap=people(CRMID="x")))
    assert routed(row, sandbox).recipients == [Recipient("CRMID", "x", [lobby.pk])]


def test_an_event_with_the_id_of_another_schema_is_refused(sandbox: Sandbox, lobby: Event) -> None:
    document = compose("event", ["orchestration"], id="urn:second")
    Schema.objects.create(sandbox=sandbox, name="Second", kind="event", document=document)
    result = routed(raw(entity(event_id="lobby-id"), schema="urn:second"), sandbox)
    assert result.problem is not None
    assert result.problem.code == "wrong_schema"


def test_an_event_whose_condition_broke_with_its_schema_says_so(sandbox: Sandbox, schema: Schema) -> None:
    rule(schema, "Rule", '@{Rule._hotel.room} == "1"', namespace="CRMID")
    schema.document = compose("event", id="urn:hotel")
    schema.save()
    result = routed(raw(entity(identityMap=people(CRMID="x"))), sandbox)
    assert result.problem is not None
    assert "Event Rule" in result.problem.message


def test_changes_take_effect_with_the_next_generation(sandbox: Sandbox, lobby: Event) -> None:
    row = raw(entity(event_id="lobby-id", identityMap=people(CRMID="x", ECID="y")))
    assert routed(row, sandbox).recipients[0].namespace == "CRMID"
    lobby.namespace = "ECID"
    lobby.save()
    assert routed(row, sandbox).recipients[0].namespace == "ECID"


def test_stored_events_are_read_in_order_of_receipt(sandbox: Sandbox, inlet: Inlet, send: Send) -> None:
    send({"messages": [message(str(n), n=n) for n in range(5)]}, batch=True)
    rows = load_unrouted(sandbox.pk, limit=3)
    assert [orjson.loads(row.body)["body"]["xdmEntity"]["n"] for row in rows] == [0, 1, 2]
    assert load_raw([rows[2].id, rows[0].id, 0]) == [rows[2], rows[0]]
    ReceivedEvent.objects.filter(id=rows[0].id).update(routed=True)
    assert [row.id for row in load_unrouted(sandbox.pk, limit=2)] == [rows[1].id, rows[2].id]


def test_entities_are_loaded_with_the_time_when_they_happened(inlet: Inlet, send: Send) -> None:
    send({"messages": [message("a"), message("b", timestamp="nonsense")]}, batch=True)
    rows = list(ReceivedEvent.objects.order_by("id"))
    first, second = load_entities([row.pk for row in rows], catalog_of(inlet.sandbox_id)).values()
    assert first.entity["_id"] == first.event_id == "a"
    assert first.timestamp == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert second.timestamp == second.received_at == rows[1].received_at


# --- How near events came -------------------------------------------------------------------------


def test_sightings_tell_how_far_each_event_of_the_schema_came(lobby: Event) -> None:
    named = {"identityMap": {"CRMID": [{"id": "anna"}]}}
    rows = [
        raw(entity(event_id="lobby-id", **named)),
        raw(entity()),
        raw(entity(event_id="lobby-id")),
        raw(entity(event_id="lobby-id", _hotel={"guest": "many"}, **named)),
        raw(entity(event_id="lobby-id"), schema="urn:other"),
        Raw(5, 0, "collection", "no JSON", NOW),
    ]
    found = list(sightings_of(lobby.pk, lobby.schema_id, rows, catalog_of(lobby.sandbox_id)))
    assert [(one.is_match, one.person_id, bool(one.violation), bool(one.problem)) for one in found] == [
        (True, "anna", False, False),
        (False, None, False, False),
        (True, None, False, True),
        (True, "anna", True, False),
    ]
