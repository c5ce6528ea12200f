"""Asks other systems what rooms want to know, in a thread beside the calls: these never wait for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import cache

from django.db import connections

from journeyorch.outbound import enquiries
from journeyorch.outbound.capping import usable_connection
from journeyorch.outbound.enquiries import Ask

logger = logging.getLogger(__name__)

# So often it is looked whether something is due, seconds.
_EVERY = 1.0


@cache
def thread() -> ThreadPoolExecutor:
    """The one of this process; it outlives a resident, because it keeps connections open."""
    return ThreadPoolExecutor(1, "enquiry")


class Enquirer:
    """What one resident asks beside its calls; one question at a time."""

    def __init__(self, executor: Executor, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._executor = executor
        self._clock = clock
        self._running: Future[None] | None = None
        self._next_at = clock()
        self._stopped = False

    def look(self) -> None:
        """Have asked what is due, unless that goes on already; returns at once."""
        now = self._clock()
        if now >= self._next_at and (self._running is None or self._running.done()):
            self._next_at = now + _EVERY
            self._running = self._executor.submit(self._ask_all)

    def stop(self) -> None:
        """End after the question that is being asked."""
        self._stopped = True

    def _ask_all(self) -> None:
        for ask in enquiries.registered():
            self._ask_due(ask)

    def _ask_due(self, ask: Ask) -> None:
        try:
            usable_connection()
            while not self._stopped and ask():
                pass
        except Exception:
            logger.exception("A question to another system failed; it comes due again")
            connections.close_all()
