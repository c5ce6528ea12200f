"""The verb: take a request's messages in, or say exactly why not."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from events import signals
from events.catalog import Catalog, SchemaInfo, catalog_of
from events.ingest.credentials import Shown, key_of
from events.ingest.doors import Door, admit, forget
from events.ingest.refusals import Flaw, unavailable
from events.ingest.store import Stored, store
from events.matching import Problem
from events.protocols import Adapter, Message, Normalized, NotNormal, Receipt
from events.reading import message_key

# How often a request is judged anew because the configuration moved on while it was being judged.
_ATTEMPTS = 3
_NOT_CONFIGURED = "Message is not one of the events that this inlet takes"
_counter = itertools.count()


def accept(
    adapter: Adapter,
    messages: Sequence[Message | Flaw],
    *,
    door: Door,
    shown: Shown,
    validate: bool,
) -> Receipt:
    """Store every message that may come in by this door; on disk when this returns.

    ``door`` is the one that ``shown`` has just opened. With ``validate``, messages that break their schema
    are turned away instead of being quarantined later. ``Refused`` if the request as a whole cannot be taken;
    then nothing of it is stored.
    """
    for _attempt in range(_ATTEMPTS):
        now = datetime.now(UTC)
        outcomes = [
            _judge(adapter, message, door, now=now, validate=validate)
            for message in _with_keys(adapter, messages, door, shown=shown, now=now)
        ]
        good = [message for message in outcomes if isinstance(message, Message)]
        if (stored := store(door, good, protocol=adapter.name)) is not None:
            return _received(door, stored, outcomes, validated=validate)
        # The configuration has moved on since the door was read: what was shown may open it no more.
        forget(door.key)
        door = admit(door.key, shown=shown, now=now)
    raise unavailable()


def _with_keys(
    adapter: Adapter, messages: Sequence[Message | Flaw], door: Door, *, shown: Shown, now: datetime
) -> Iterator[Message | Flaw]:
    """With the ``_id`` that the inlet's mapping gives as the key, else the client's, else the signature's."""
    for position, message in enumerate(messages):
        if isinstance(message, Flaw):
            yield message
        else:
            mapped = _mapped_key(adapter, message, door, now=now) if door.maps_id else None
            yield message._replace(key=mapped or message.key or key_of(shown, position))


def _mapped_key(adapter: Adapter, message: Message, door: Door, *, now: datetime) -> str | None:
    catalog = catalog_of(door.sandbox_id, generation=door.generation)
    try:
        normalized = adapter.normalize(message.value, received_at=now)
        return message_key("_id", catalog.mapped(normalized, inlet_id=door.inlet_id).event_id)
    except NotNormal:
        return None


def _received(door: Door, stored: Stored, outcomes: Sequence[Message | Flaw], *, validated: bool) -> Receipt:
    if stored.new:
        # Robust: the events are stored, whatever becomes of the wake-up.
        signals.events_received.send_robust(sender=None, sandbox_id=door.sandbox_id)
    at_ms = int(stored.at.timestamp() * 1000)
    return Receipt(
        inlet=door.key,
        at_ms=at_ms,
        number=f"{at_ms}:{os.getpid()}:{next(_counter)}",
        outcomes=[outcome if isinstance(outcome, Flaw) else None for outcome in outcomes],
        validated=validated,
        organization=door.organization,
    )


def _judge(
    adapter: Adapter, message: Message | Flaw, door: Door, *, now: datetime, validate: bool
) -> Message | Flaw:
    """The message itself if this inlet takes it."""
    if isinstance(message, Flaw) or not (door.open_to_all or validate):
        return message
    return _flaw_of(adapter, message, door, now=now, validate=validate) or message


def _flaw_of(adapter: Adapter, message: Message, door: Door, *, now: datetime, validate: bool) -> Flaw | None:
    catalog = catalog_of(door.sandbox_id, generation=door.generation)
    try:
        normalized = catalog.mapped(adapter.normalize(message.value, received_at=now), inlet_id=door.inlet_id)
    except NotNormal as error:
        return Flaw(400, str(error), message.origin)
    # Not stored yet, so it has no number.
    normalized, schema = catalog.in_schema(normalized, inlet_id=door.inlet_id, number=0, received_at=now)
    # An inlet open to everybody takes the configured events and nothing else (ingestion.md, Keys).
    if door.open_to_all and not (schema and _is_configured(normalized, schema, catalog, now=now)):
        return Flaw(400, _NOT_CONFIGURED, message.origin)
    if not validate:
        return None
    if schema is None:
        return Flaw(400, "Message names no known schema", message.origin)
    dataset = catalog.dataset_of(normalized, schema, inlet_id=door.inlet_id)
    if isinstance(dataset, Problem):
        return Flaw(400, dataset.message.rstrip("."), message.origin)
    violations = schema.violations(normalized.entity)
    return Flaw(400, "Message is invalid", message.origin, violations) if violations else None


def _is_configured(normalized: Normalized, schema: SchemaInfo, catalog: Catalog, *, now: datetime) -> bool:
    identities = catalog.identities_of(normalized.entity, schema)
    return bool(catalog.matches(normalized, schema, identities, now=now))
