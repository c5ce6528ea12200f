"""The lines of throttles: where calls wait for their turn, and the slots of the present window.

A line has two ends, which are endpoints of calls like others. At ``line`` wait those that have not had a turn
yet, in the order in which they were asked for; at ``head`` those that have had one and need another, because
it was used up by an attempt that failed, or by a worker that died. The head goes first.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from journeyorch import bulk
from journeyorch.outbound.protection.models import DRAINING, ThrottleWindow, ThrottlingConfig
from journeyorch.outbound.protection.windows import Window, room, with_taken

LEAST, MOST = 200, 5000
_KIND = "throttle"

_LOCK = """
SELECT c.max_throughput, w.at_ms, w.taken
  FROM outbound_throttlewindow w JOIN outbound_throttlingconfig c ON c.id = w.throttle_id
 WHERE w.throttle_id = %s AND (c.deployed_at IS NOT NULL OR c.undeployed_at > %s)
"""


def line_of(throttle_id: int) -> str:
    """Where calls wait for their first turn."""
    return f"{_KIND}:{throttle_id}:line"


def head_of(throttle_id: int) -> str:
    """Where calls are that have had a turn; before ``line`` in the order of names."""
    return f"{_KIND}:{throttle_id}:head"


def throttle_in(endpoint: str) -> int | None:
    """The throttle whose line this endpoint is; None for every other."""
    kind, _, rest = endpoint.partition(":")
    return int(rest.partition(":")[0]) if kind == _KIND else None


class Turns(NamedTuple):
    """What a throttle lets out at this moment; its window is ours until the transaction ends."""

    throttle_id: int
    window: Window
    now_ms: int
    free: int

    def spend(self, count: int) -> None:
        """Take so many of the free slots."""
        window = with_taken(self.window, count, self.now_ms)
        ThrottleWindow.objects.filter(pk=self.throttle_id).update(**window._asdict())


def lock_turns(throttle_id: int) -> Turns | None:
    """Lock the throttle's window, inside a transaction; None: it holds nobody back any more.

    Reading, claiming and ``spend`` are one transaction: whoever dies in it leaves neither a slot that nobody
    uses nor a call that has none.
    """
    ended = bulk.to_database(bulk.database_now() - DRAINING)
    lock = " FOR UPDATE OF w" if connection.vendor == "postgresql" else ""
    rows = bulk.run(_LOCK + lock, [throttle_id, ended])
    if not rows:
        return None
    per_second, at_ms, taken = rows[0]
    window = Window(at_ms, taken)
    # Only now: we may have waited for the lock for longer than the window lasts.
    now_ms = int(bulk.database_now().timestamp() * 1000)
    return Turns(throttle_id, window, now_ms, room(per_second or LEAST, window, now_ms))


def open_line(config: ThrottlingConfig) -> None:
    """Make the window of a throttle that is being deployed; one that exists goes on."""
    ThrottleWindow.objects.get_or_create(throttle=config)
