"""Records written and read in bulk, and what refers to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from datasources.platform.namespaces.identities import value_at
from datasources.platform.records.linking import Key, Link
from datasources.platform.records.models import MAX_KEY, Record, Relationship
from journeyorch import bulk
from journeyorch.bulk import Column

_TABLE = Record._meta.db_table
_SCHEMA, _KEY = Column("schema_id", "bigint"), Column("key", "text")
_DATA, _RECEIVED = Column("data", "jsonb"), Column("received_at", "timestamptz")
_NEWER = (
    "(schema_id, key) DO UPDATE SET data = excluded.data, received_at = excluded.received_at"
    " WHERE t.received_at <= excluded.received_at"
)


class NewRecord(NamedTuple):
    """A thing as a message tells of it; ``data`` is JSON text."""

    schema_id: int
    key: str
    data: str
    received_at: datetime


def key_of(entity: Mapping[str, Any], path: Sequence[str]) -> str | None:
    """The text by which a record is referred to; None if it has none that can be."""
    value = value_at(entity, path)
    usable = isinstance(value, str) and value.strip() and len(value) <= MAX_KEY and "\0" not in value
    return value if usable else None


def write_records(records: Iterable[NewRecord]) -> None:
    """Write them in the caller's transaction; of several about one thing the latest received stays."""
    newest: dict[Key, NewRecord] = {}
    for one in records:
        known = newest.get((one.schema_id, one.key))
        if known is None or known.received_at <= one.received_at:
            newest[one.schema_id, one.key] = one
    # In the order of the keys: two who write the same ones do not wait for each other in a ring.
    rows = [(*key, one.data, one.received_at) for key, one in sorted(newest.items())]
    bulk.insert(_TABLE, [_SCHEMA, _KEY, _DATA, _RECEIVED], rows, on_conflict=_NEWER)


def load_records(keys: Iterable[Key]) -> dict[Key, Any]:
    """Those that are there, in one query."""
    wanted = sorted({key for key in keys if len(key[1]) <= MAX_KEY and "\0" not in key[1]})
    found = bulk.lookup(_TABLE, [_SCHEMA, _KEY], wanted, [_DATA])
    return {wanted[ordinal]: orjson.loads(data) for ordinal, data in found}


def links_of(sandbox_id: int) -> dict[int, tuple[Link, ...]]:
    """By schema, which of its fields refer to records."""
    found: dict[int, list[Link]] = defaultdict(list)
    rows = Relationship.objects.filter(schema__sandbox=sandbox_id).select_related("target").order_by("pk")
    for row in rows:
        path = tuple(row.path.split("."))
        link = Link(path, row.name, row.target_id, row.target.document, row.target.name)
        found[row.schema_id].append(link)
    return {schema: tuple(links) for schema, links in found.items()}
