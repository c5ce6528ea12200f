"""What is decided about calls that are open: nobody waits for them any more, or they are made after all.

Inside the transaction of the wave that decided it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.outbound.calls import gate_of
from journeys.engine import tables
from journeys.engine.calls.admitting import forget
from journeys.engine.calls.claim import given_up
from journeys.models import Call

_INSTANCE = Column("instance_id", "uuid")
_STATUS = Column("status", "smallint")
_UNDECIDED = (Call.Status.OPEN, Call.Status.PARKED)


def drop_calls(instance_ids: Iterable[UUID]) -> None:
    """Nobody waits for the open calls of these instances; what is under way finds its claim lost."""
    wanted = [(id,) for id in sorted(instance_ids)]
    columns = [tables.UUID, _STATUS, Column("kind", "text")]
    found = bulk.lookup(tables.CALL, [_INSTANCE], wanted, columns, limit=None)
    kinds = {key: kind for _, key, status, kind in found if status in _UNDECIDED}
    open_ = sorted(kinds)
    rows = [(key, Call.Status.DROPPED, None) for key in open_]
    # In the order of the keys, as those who commit results do: neither must wait for the other.
    bulk.update(tables.CALL, [tables.UUID], [_STATUS, Column("owner", "text")], rows, in_order=True)
    if gated := [key for key in open_ if gate_of(kinds[key])]:
        forget(given_up(gated))


_RESENT = (
    _STATUS,
    Column("not_before", "timestamptz"),
    Column("attempts", "smallint"),
    Column("first_attempt_at", "timestamptz"),
    Column("owner", "text"),
)


def resend_calls(keys: Iterable[UUID], now: datetime) -> None:
    """Make parked calls due again, with the same bytes and key, and all their attempts."""
    rows = [(key, Call.Status.OPEN, now, 0, None, None) for key in sorted(keys)]
    bulk.update(tables.CALL, [tables.UUID], _RESENT, rows, in_order=True)
