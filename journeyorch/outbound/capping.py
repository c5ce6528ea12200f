"""Caps: at most so many calls in so much time, over all workers.

Time is cut into windows as long as the cap's period. A row counts the slots taken in the present one; a
single conditional update takes a block of them for this process. Blocks last 100 ms and never beyond their
window, and unused slots lapse: so the cap is never exceeded, whatever dies in between (engine.md, Calls).
Blocks grow only while they are used up: a quiet endpoint takes one slot at a time and wastes none.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import NamedTuple

from django.db import connection

BLOCK_SECONDS = 0.1
# How long a full window is remembered before the database is asked again.
_FULL_SECONDS = 0.02

# The clock is the database's, because the processes of several hosts share the windows.
_CLOCKS = {
    "postgresql": "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
}
_TAKE = """
INSERT INTO outbound_capwindow AS present (endpoint, at_ms, taken)
SELECT %(endpoint)s, clock.ms, %(size)s FROM (SELECT {clock} AS ms) AS clock WHERE true
ON CONFLICT (endpoint) DO UPDATE SET
    at_ms = excluded.at_ms,
    taken = excluded.taken + CASE WHEN present.at_ms / %(period)s = excluded.at_ms / %(period)s
                                  THEN present.taken ELSE 0 END
WHERE present.at_ms / %(period)s < excluded.at_ms / %(period)s
   OR (present.at_ms / %(period)s = excluded.at_ms / %(period)s
       AND present.taken + excluded.taken <= %(calls)s)
RETURNING at_ms
"""


class Limit(NamedTuple):
    """At most ``calls`` (at least 1) calls in each window of ``period_ms`` milliseconds."""

    calls: int
    period_ms: int = 1000

    def largest_block(self) -> int:
        """Slots that are due in the time of one block, at least one."""
        return max(1, min(self.calls, int(self.calls * BLOCK_SECONDS * 1000 / self.period_ms)))


class _Block(NamedTuple):
    limit: Limit
    size: int
    left: int
    until: float  # by the monotonic clock of this process


class Capping:
    """The slots that one process holds for all its threads."""

    def __init__(self) -> None:
        self._blocks: dict[str, _Block] = {}
        self._locks: dict[str, threading.Lock] = {}

    def take(self, endpoint: str, limit: Limit, now: datetime | None = None) -> bool:
        """Take one slot of the endpoint's cap; False when its window is full: the call must not be made.

        ``now`` stands in for the database's clock.
        """
        # One thread asks the database, the others wait for the block that it brings.
        with self._locks.setdefault(endpoint, threading.Lock()):
            block = self._blocks.get(endpoint)
            if block is None or not self._serves(block, limit):
                block = _next_block(endpoint, limit, size=_next_size(block, limit), now=now)
            self._blocks[endpoint] = block._replace(left=max(0, block.left - 1))
            return block.left > 0

    def forget(self) -> None:
        """Let all blocks lapse at once."""
        self._blocks.clear()

    def _serves(self, block: _Block, limit: Limit) -> bool:
        """Whether the block answers without the database: it has slots, or says that there are none."""
        used_up = block.size > 0 and block.left == 0
        return block.limit == limit and not used_up and time.monotonic() < block.until


def _next_size(last: _Block | None, limit: Limit) -> int:
    """Twice the last block if that was used up in time, else one."""
    if last is None or last.left or last.limit != limit or time.monotonic() >= last.until:
        return 1
    return min(limit.largest_block(), max(1, last.size * 2))


def _next_block(endpoint: str, limit: Limit, *, size: int, now: datetime | None) -> _Block:
    """Take a block, or a single slot where a block does not fit any more; of size 0 if the window is full."""
    for wanted in dict.fromkeys((size, 1)):
        # Measured before asking: the database's time is later than this, so the block ends rather too early.
        asked = time.monotonic()
        at_ms = _take(endpoint, limit, size=wanted, now=now)
        if at_ms is not None:
            rest = (limit.period_ms - at_ms % limit.period_ms) / 1000
            return _Block(limit, wanted, wanted, asked + min(BLOCK_SECONDS, rest))
    return _Block(limit, 0, 0, time.monotonic() + _FULL_SECONDS)


def _take(endpoint: str, limit: Limit, *, size: int, now: datetime | None) -> int | None:
    """Take ``size`` slots of the present window at once: the time in ms since 1970; None if they are gone."""
    usable_connection()
    clock = _CLOCKS[connection.vendor] if now is None else str(int(now.timestamp() * 1000))
    values: dict[str, str | int] = {
        "endpoint": endpoint,
        "size": size,
        "period": limit.period_ms,
        "calls": limit.calls,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(clock=clock), values)
        row = cursor.fetchone()
    return row[0] if row else None


def usable_connection() -> None:
    """Call threads live long: a connection that the server has closed must not fail the call."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


_capping = Capping()


def take(endpoint: str, limit: Limit, now: datetime | None = None) -> bool:
    """Take one slot of the endpoint's cap for a call of this process; False: it ends as capped."""
    return _capping.take(endpoint, limit, now)


def forget() -> None:
    """Let all blocks of this process lapse, as its end would: for tests that roll the windows back."""
    _capping.forget()
