"""Looks four times a second whether something waits, and wakes who works on it (architecture.md, Workers).

NOTIFY may be lost, a process may have died between its commit and its notification, and nobody notifies
when a timer comes due. This look makes up for all of it; it is a handful of index probes.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from events.loading import has_unrouted
from journeyorch import bulk, wakeup
from journeys.engine.lanes import waiting_lanes

_SANDBOXES = "SELECT id FROM access_sandbox"
_DUE_CALL = "SELECT 1 FROM journeys_call WHERE status = 0 AND not_before <= %s LIMIT 1"


def look() -> None:
    """Notify the channels whose work waits."""
    if connection.vendor != "postgresql":
        return  # residents look themselves: nothing can be notified
    now = bulk.database_now()
    if any(_waits(sandbox_id, now) for (sandbox_id,) in bulk.run(_SANDBOXES)):
        wakeup.notify("drain")
    if bulk.run(_DUE_CALL, [now]):
        wakeup.notify("call")


def _waits(sandbox_id: int, now: datetime) -> bool:
    return has_unrouted(sandbox_id) or bool(waiting_lanes(sandbox_id, now))
