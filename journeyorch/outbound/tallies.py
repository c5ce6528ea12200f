"""Counts attempts to call other systems, for operators: by endpoint and by how they ended.

Counted in memory, written once a second: a worker that is killed takes its last second with it. Exact figures
of journeys are their step events.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.outbound.calls import Outcome

EVERY = 1.0
_TABLE = "outbound_calltally"
_KEY = (Column("endpoint", "text"), Column("result", "text"))
_COLUMNS = (*_KEY, Column("n", "bigint"))
_ADD = "(endpoint, result) DO UPDATE SET n = t.n + excluded.n"


def result_of(outcome: Outcome) -> str:
    """How an attempt ended, in a word: ``ok``, ``timedOut``, ``capped``, ``error``, ``4xx``, ``5xx``, …"""
    if outcome.status == "http" and outcome.code:
        return f"{outcome.code[0]}xx"
    return outcome.status


class Tallies:
    """What one process has counted and not yet written; ``count`` may be called from any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counted: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._next_at = clock() + EVERY

    def count(self, endpoint: str, outcome: Outcome) -> None:
        with self._lock:
            self._counted[endpoint, result_of(outcome)] += 1

    def write_now_and_then(self) -> None:
        """Add to the table, at most once a second. What could not be written is kept for the next time."""
        if self._counted and self._clock() >= self._next_at:
            self.write()

    def write(self) -> None:
        self._next_at = self._clock() + EVERY
        with self._lock:
            counted = self._counted.copy()
        # In the order of the key: processes that write the same rows wait for each other in one order.
        bulk.insert(_TABLE, _COLUMNS, [(*key, counted[key]) for key in sorted(counted)], on_conflict=_ADD)
        with self._lock:
            self._counted -= counted
