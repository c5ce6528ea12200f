"""Whom received events concern (engine.md, Route). Decides and writes nothing: the engine does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from datasources.platform.namespaces.identities import SeenIdentity, primary_of
from datasources.platform.profiles.changes import json_text
from datasources.platform.records.store import NewRecord, key_of
from events.catalog import Catalog, SchemaInfo
from events.matching import Match, Problem
from events.protocols import Normalized, NotNormal, adapter_of
from journeyorch.phrases import phrase, sentence

_NO_SCHEMA = phrase("It names no schema, and its inlet has none. Give the inlet a schema.")
_OTHER_SCHEMA = sentence("It carries the ID of event {name}, which has another schema.")
_BREAKS = sentence("It breaks schema {name}: {reasons}.", "reasons")
_NOT_CONFIGURED = phrase("It is none of the configured events, and its inlet takes only those.")
_NO_KEY = sentence("Its primary identity, {path}, holds no text by which it could be found.")


class Raw(NamedTuple):
    """A received event as it was stored."""

    id: int
    inlet_id: int
    protocol: str
    body: str
    received_at: datetime
    test_of: int | None = None


class Recipient(NamedTuple):
    """One person whom an event concerns, and the configured events that name the person.

    ``namespace`` is "" for an event configured without one and with a key. No ``event_ids``: the event only
    joins the person's history, or is the record of the person's profile.
    """

    namespace: str
    person_id: str
    event_ids: Sequence[int]


class Routed(NamedTuple):
    """What becomes of a received event: recipients, or a problem, or neither (nobody is interested)."""

    id: int
    recipients: Sequence[Recipient] = ()
    identities: Sequence[SeenIdentity] = ()
    feeds_profile: bool = False
    is_record: bool = False  # of a profile: its fields are attributes, it is no event in time
    record: NewRecord | None = None  # of something else, to be stored
    problem: Problem | None = None


class NotHandled(Exception):
    """The event cannot be handled; ``problem`` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code, message)


def route(rows: Sequence[Raw], catalog: Catalog) -> list[Routed]:
    """For each received event, in order, whom it concerns; never raises for what somebody sent."""
    return [_route_one(row, catalog) for row in rows]


def _route_one(row: Raw, catalog: Catalog) -> Routed:
    try:
        return _understand(row, catalog)
    except NotHandled as bad:
        return Routed(row.id, problem=bad.problem)


def _understand(row: Raw, catalog: Catalog) -> Routed:
    normalized, schema = read_row(row, catalog)
    schema = _right_schema(schema, normalized, catalog)
    feeds_profile = _feeds_profile(normalized, schema, row, catalog)
    _validate(normalized, schema)
    identities = catalog.identities_of(normalized.entity, schema)
    matches = catalog.matches(normalized, schema, identities, now=row.received_at)
    _check_inlet(row, matches, catalog)
    recipients = _recipients(matches)
    if not recipients and feeds_profile:
        recipients = [_feeding_recipient(identities)]
    return Routed(
        id=row.id,
        recipients=recipients,
        identities=identities or _as_identities(recipients, catalog),
        feeds_profile=feeds_profile,
        is_record=schema.is_record(normalized),
        record=_record(row, normalized, schema),
    )


def read_row(row: Raw, catalog: Catalog) -> tuple[Normalized, SchemaInfo | None]:
    """What came in terms of XDM, by its protocol and its inlet's mapping, and the schema that it follows.

    Raises ``NotHandled`` for what its protocol cannot read.
    """
    try:
        normalized = adapter_of(row.protocol).normalize(row.body, received_at=row.received_at)
        normalized = catalog.mapped(normalized, inlet_id=row.inlet_id)
    except (NotNormal, ValueError) as error:
        raise NotHandled("not_normal", str(error)) from None
    return catalog.in_schema(normalized, inlet_id=row.inlet_id, number=row.id, received_at=row.received_at)


def _right_schema(schema: SchemaInfo | None, normalized: Normalized, catalog: Catalog) -> SchemaInfo:
    if schema is None and normalized.schema_ref:
        raise NotHandled("unknown_schema", phrase("It names a schema that this sandbox does not have."))
    if schema is None:
        raise NotHandled("no_schema", _NO_SCHEMA)
    event = catalog.matcher.system_event(normalized.entity)
    if event and event.schema_id != schema.id:
        raise NotHandled("wrong_schema", _OTHER_SCHEMA(name=event.name))
    return schema


def _feeds_profile(normalized: Normalized, schema: SchemaInfo, row: Raw, catalog: Catalog) -> bool:
    """Only if schema and dataset both do (technical.md, Datasets)."""
    dataset = catalog.dataset_of(normalized, schema, inlet_id=row.inlet_id)
    if isinstance(dataset, Problem):
        raise NotHandled(*dataset)
    # A record of something else than a person has no profile to feed.
    return schema.feeds_profiles and schema.kind != "record" and (dataset is None or dataset.feeds_profiles)


def _validate(normalized: Normalized, schema: SchemaInfo) -> None:
    violations = schema.violations(normalized.entity)
    if violations:
        reasons = "; ".join(each.told() for each in violations)
        raise NotHandled("invalid", _BREAKS(name=schema.name, reasons=reasons))


def _check_inlet(row: Raw, matches: Sequence[Match], catalog: Catalog) -> None:
    """Once more what the inlet saw to at receipt: the configuration may have changed since."""
    inlet = catalog.inlets.get(row.inlet_id)
    if inlet and inlet.open_to_all and not matches:
        raise NotHandled("not_configured", _NOT_CONFIGURED)


def _record(row: Raw, normalized: Normalized, schema: SchemaInfo) -> NewRecord | None:
    """What is to be stored of a record of something else; without a primary identity nothing refers to it."""
    if schema.kind != "record" or not schema.primary_path:
        return None
    key = key_of(normalized.entity, schema.primary_path)
    if key is None:
        path = ".".join(schema.primary_path)
        raise NotHandled("no_key", _NO_KEY(path=path))
    try:
        return NewRecord(schema.id, key, json_text(normalized.entity), row.received_at)
    except ValueError as error:
        raise NotHandled("invalid", str(error)) from None


def _recipients(matches: Sequence[Match]) -> list[Recipient]:
    """One for each distinct person that a match names; if every match failed, the first one's problem."""
    by_person: dict[tuple[str, str], list[int]] = {}
    for match in matches:
        if match.person_id is not None:
            by_person.setdefault((match.namespace, match.person_id), []).append(match.event_id)
    if not by_person and matches and (problem := matches[0].problem):
        raise NotHandled(*problem)
    return [Recipient(namespace, person, ids) for (namespace, person), ids in by_person.items()]


def _feeding_recipient(identities: Sequence[SeenIdentity]) -> Recipient:
    primary = primary_of(identities)
    if primary is None:
        raise NotHandled("no_person", phrase("It holds no identity in a known namespace."))
    return Recipient(primary.namespace, primary.value, ())


def _as_identities(recipients: Sequence[Recipient], catalog: Catalog) -> list[SeenIdentity]:
    """The keys of configured events name people too, for entities that hold no identities of their own."""
    return [
        SeenIdentity(each.namespace, each.person_id, primary=index == 0)
        for index, each in enumerate(recipients)
        if (info := catalog.namespaces.get(each.namespace)) and info.identifies_people
    ]


class Entity(NamedTuple):
    """A received event in XDM, as waves need it."""

    entity: Mapping[str, Any]
    received_at: datetime
    timestamp: datetime  # when it happened; the time of receipt if it does not say
    event_id: str
    schema_ref: str


def read_entities(rows: Sequence[Raw], catalog: Catalog) -> dict[int, Entity]:
    """The entities of stored events by their id; those that cannot be read are left out."""
    found: dict[int, Entity] = {}
    for row in rows:
        try:
            normalized, _ = read_row(row, catalog)
        except NotHandled:
            continue
        found[row.id] = Entity(
            entity=normalized.entity,
            received_at=row.received_at,
            timestamp=normalized.timestamp or row.received_at,
            event_id=normalized.event_id,
            schema_ref=normalized.schema_ref,
        )
    return found
