"""Writing received events and their keys, durable when the call returns (engine.md, Accept).

PostgreSQL takes a whole request in one statement with binary arrays; SQLite has one writer at a time, so that
reading first and writing afterwards is safe inside ``BEGIN IMMEDIATE``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import orjson
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg.types.numeric import Int8

from events.ingest.allowance import take
from events.ingest.doors import Door
from events.ingest.refusals import unavailable
from events.protocols import Message
from journeyorch.access.models import Sandbox
from journeyorch.bulk.arrays import encoded
from journeyorch.bulk.statements import fetch

_Result = TypeVar("_Result")


class Stored(NamedTuple):
    """A request is on disk."""

    at: datetime  # time of receipt of all its events, by the database's clock
    new: int  # how many were not repetitions


def store(
    door: Door, messages: Sequence[Message], *, protocol: str, test_of: int | None = None
) -> Stored | None:
    """Write the messages in order, dropping those whose key the inlet has already seen.

    ``test_of`` marks them as made for the test of a journey version.

    ``None`` if nothing was written because the sandbox's configuration is no longer the one that the door was
    read from. ``Refused``: 429 over the inlet's rate limit; 503 if the database cannot take them, after one
    more attempt.
    """
    write = _store_in_postgresql if connection.vendor == "postgresql" else _store_in_sqlite
    fresh = first_of_each_key(messages)
    if door.rate_limit is None:
        return _once_more(lambda: write(door, fresh, protocol, test_of))
    return _once_more(lambda: _store_within_limit(door, fresh, lambda: write(door, fresh, protocol, test_of)))


def _store_within_limit(
    door: Door, messages: Sequence[Message], write: Callable[[], Stored | None]
) -> Stored | None:
    with transaction.atomic():
        # A limit that the configuration has no more refuses nobody.
        if not Sandbox.objects.filter(pk=door.sandbox_id, generation=door.generation).exists():
            return None
        take(door, count=len(messages))
        return write()


def first_of_each_key(messages: Sequence[Message]) -> list[Message]:
    """The messages without those that repeat the key of an earlier one in the same request."""
    seen: set[str] = set()
    # set.add returns None: a key is taken down in passing, and only the first of its kind is let through.
    return [
        message
        for message in messages
        if message.key is None or (message.key not in seen and not seen.add(message.key))  # type: ignore[func-returns-value]
    ]


def _once_more(write: Callable[[], _Result]) -> _Result:
    """Two requests with common keys may deadlock, and a connection may have died while it was idle."""
    try:
        return write()
    except (OperationalError, InterfaceError):
        _drop_broken_connection()
    try:
        return write()
    except (OperationalError, InterfaceError):
        _drop_broken_connection()
        raise unavailable() from None


def _drop_broken_connection() -> None:
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


# The keys come sorted, so that two requests lock common ones in the same order. ON CONFLICT waits for a
# concurrent insert of the same key, so exactly one of two senders of one event gets it stored.
_STORE = """
WITH door AS MATERIALIZED (
    SELECT FROM access_sandbox WHERE id = %b AND generation = %b
), arrival AS MATERIALIZED (
    SELECT body, key, n FROM unnest(%b::text[], %b::text[]) WITH ORDINALITY AS u (body, key, n)
    WHERE EXISTS (SELECT FROM door)
), fresh AS (
    INSERT INTO events_eventkey (inlet_id, key, day)
    SELECT %b, key, (statement_timestamp() AT TIME ZONE 'UTC')::date FROM arrival
    WHERE key IS NOT NULL ORDER BY key
    ON CONFLICT (inlet_id, key) DO NOTHING RETURNING key
), stored AS (
    INSERT INTO events_receivedevent (sandbox_id, inlet_id, received_at, protocol, test_of, body)
    SELECT %b, %b, statement_timestamp(), %b, %b::bigint, body FROM arrival
    WHERE key IS NULL OR key IN (SELECT key FROM fresh) ORDER BY n
    RETURNING 1
)
SELECT statement_timestamp(), (SELECT count(*) FROM stored), EXISTS (SELECT FROM door)
"""

# The same of one message: without arrays, an order and a look into what is fresh it costs a third less.
_STORE_ONE = """
WITH door AS MATERIALIZED (
    SELECT FROM access_sandbox WHERE id = %b AND generation = %b
), fresh AS (
    INSERT INTO events_eventkey (inlet_id, key, day)
    SELECT %b, %b::text, (statement_timestamp() AT TIME ZONE 'UTC')::date FROM door
    WHERE %b::text IS NOT NULL
    ON CONFLICT (inlet_id, key) DO NOTHING RETURNING 1
), stored AS (
    INSERT INTO events_receivedevent (sandbox_id, inlet_id, received_at, protocol, test_of, body)
    SELECT %b, %b, statement_timestamp(), %b, %b::bigint, %b::text FROM door
    WHERE %b::text IS NULL OR EXISTS (SELECT FROM fresh)
    RETURNING 1
)
SELECT statement_timestamp(), (SELECT count(*) FROM stored), EXISTS (SELECT FROM door)
"""


def _store_in_postgresql(
    door: Door, messages: Sequence[Message], protocol: str, test_of: int | None
) -> Stored | None:
    sandbox_id, inlet_id = Int8(door.sandbox_id), Int8(door.inlet_id)
    generation, test = Int8(door.generation), None if test_of is None else Int8(test_of)
    about: Sequence[Any]
    if len(messages) == 1:
        ((body, key, *_),) = messages
        about = (inlet_id, key, key, sandbox_id, inlet_id, protocol, test, body, key)
        rows = fetch(_STORE_ONE, (sandbox_id, generation, *about))
    else:
        bodies = encoded("text", [message.body for message in messages])
        keys = encoded("text", [message.key for message in messages])
        about = (bodies, keys, inlet_id, sandbox_id, inlet_id, protocol, test)
        rows = fetch(_STORE, (sandbox_id, generation, *about))
    ((at, new, current),) = rows
    return Stored(at, new) if current else None


def _store_in_sqlite(
    door: Door, messages: Sequence[Message], protocol: str, test_of: int | None
) -> Stored | None:
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM access_sandbox WHERE id = %s AND generation = %s",
            [door.sandbox_id, door.generation],
        )
        if cursor.fetchone() is None:
            return None
        known = _known_keys(cursor, door, messages)
        fresh = [message for message in messages if message.key not in known]
        cursor.executemany(
            "INSERT INTO events_eventkey (inlet_id, key, day) VALUES (%s, %s, %s)",
            [(door.inlet_id, each.key, now.astimezone(UTC).date()) for each in fresh if each.key is not None],
        )
        at = connection.ops.adapt_datetimefield_value(now)
        cursor.executemany(
            "INSERT INTO events_receivedevent (sandbox_id, inlet_id, received_at, protocol, test_of, body)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [(door.sandbox_id, door.inlet_id, at, protocol, test_of, each.body) for each in fresh],
        )
    return Stored(now, len(fresh))


def _known_keys(cursor: CursorWrapper, door: Door, messages: Sequence[Message]) -> set[str]:
    # One JSON parameter instead of one per key, of which SQLite allows only so many.
    keys = orjson.dumps([message.key for message in messages if message.key is not None]).decode()
    cursor.execute(
        "SELECT key FROM events_eventkey WHERE inlet_id = %s AND key IN (SELECT value FROM json_each(%s))",
        [door.inlet_id, keys],
    )
    return {key for (key,) in cursor.fetchall()}
