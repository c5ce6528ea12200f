"""Looks four times a second whether something waits, and wakes who works on it (engine.md § 6).

NOTIFY may be lost, a process may have died between its commit and its notification, and nobody notifies
when a timer comes due. This look makes up for all of it; it is a handful of index probes.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from events.loading import has_unrouted
from journeyorch import bulk, wakeup
from journeyorch.access.models import Sandbox
from journeys.engine.lanes import waiting_lanes
from journeys.models import Call


def look() -> None:
    """Notify the channels whose work waits."""
    if connection.vendor != "postgresql":
        return  # residents look themselves: nothing can be notified
    now = bulk.database_now()
    sandboxes = list(Sandbox.objects.values_list("pk", flat=True))
    if any(_waits(sandbox_id, now) for sandbox_id in sandboxes):
        wakeup.notify("drain")
    if Call.objects.due(now).exists():
        wakeup.notify("call")


def _waits(sandbox_id: int, now: datetime) -> bool:
    return has_unrouted(sandbox_id) or bool(waiting_lanes(sandbox_id, now))
