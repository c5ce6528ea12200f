"""Reading received events in bulk, for routing and for waves."""

from __future__ import annotations

from collections.abc import Iterable

from events.models import ReceivedEvent
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
)


def load_raw(ids: Iterable[int]) -> list[Raw]:
    """The stored events with these ids, in their order; unknown ids are left out."""
    return [Raw(*row) for row in bulk.by_ids(_TABLE, _ID, ids, _COLUMNS)]


def load_unrouted(sandbox_id: int, *, limit: int) -> list[Raw]:
    """The oldest ``limit`` events of a sandbox that are not routed yet, in order of receipt."""
    rows = ReceivedEvent.objects.unrouted(sandbox_id).values_list(*(column.name for column in _COLUMNS))
    return [Raw(*row) for row in rows[:limit]]


def load_entities(ids: Iterable[int]) -> dict[int, Entity]:
    """The XDM of received events by id; unknown and unreadable ones are left out."""
    return read_entities(load_raw(ids))
