"""Reading received events in bulk, for routing and for waves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from events.catalog import Catalog
from events.models import Inlet, ReceivedEvent
from events.routing import Entity, Raw, read_entities
from journeyorch import bulk

_TABLE = "events_receivedevent"
_ID = bulk.Column("id", "bigint")
_COLUMNS = (
    _ID,
    bulk.Column("inlet_id", "bigint"),
    bulk.Column("protocol", "text"),
    bulk.Column("body", "text"),
    bulk.Column("received_at", "timestamptz"),
    bulk.Column("test_of", "bigint"),
)
_UNROUTED = """
SELECT id, inlet_id, protocol, body, received_at, test_of FROM events_receivedevent
WHERE sandbox_id = %s AND NOT routed ORDER BY id LIMIT %s
"""
_HAS_UNROUTED = "SELECT 1 FROM events_receivedevent WHERE sandbox_id = %s AND NOT routed ORDER BY id LIMIT 1"


def load_raw(ids: Iterable[int]) -> list[Raw]:
    """The stored events with these ids, in their order; unknown ids are left out."""
    return [Raw(*row) for row in bulk.by_ids(_TABLE, _ID, ids, _COLUMNS)]


def load_latest(sandbox_id: int, *, limit: int) -> list[Raw]:
    """The newest ``limit`` events of a sandbox, the newest first, whatever became of them."""
    found: list[tuple[Any, ...]] = []
    # Inlet by inlet: so the index is used, however little the sandbox receives beside its neighbours.
    for inlet_id in Inlet.objects.filter(sandbox_id=sandbox_id).values_list("pk", flat=True):
        newest = ReceivedEvent.objects.filter(inlet_id=inlet_id).order_by("-pk")
        found += newest.values_list("pk", "inlet_id", "protocol", "body", "received_at", "test_of")[:limit]
    return [Raw(*row) for row in sorted(found, reverse=True, key=lambda row: row[0])[:limit]]


def load_unrouted(sandbox_id: int, *, limit: int) -> list[Raw]:
    """The oldest ``limit`` events of a sandbox that are not routed yet, in order of receipt."""
    found = bulk.run(_UNROUTED, [sandbox_id, limit])
    return [
        Raw(id, inlet, protocol, body, _moment(at), test_of)
        for id, inlet, protocol, body, at, test_of in found
    ]


def has_unrouted(sandbox_id: int) -> bool:
    """Whether any event of the sandbox is still to be routed."""
    return bool(bulk.run(_HAS_UNROUTED, [sandbox_id]))


def load_entities(ids: Iterable[int], catalog: Catalog) -> dict[int, Entity]:
    """The XDM of received events by id; unknown and unreadable ones are left out."""
    return read_entities(load_raw(ids), catalog)


def _moment(value: Any) -> datetime:
    moment = bulk.from_database(value)
    assert moment is not None, "the column is never NULL"
    return moment
