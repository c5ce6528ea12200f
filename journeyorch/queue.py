"""The residents: long-lived q2 tasks that work through whatever waits (architecture.md, Workers).

All truth is in our tables. A q2 task carries the id of a `Resident` row and nothing else; when it is lost,
repeated or late, the row decides, and losing every q2 task loses nothing.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django_q.tasks import async_task

from journeyorch import bulk
from journeyorch.models import Resident, Supervisor

logger = logging.getLogger(__name__)

# How long a resident works before it returns, seconds. Well below q2's timeout of 30.
LIFETIME = 20.0
REPORT_EVERY = 1.0
STOP_LOOK_EVERY = 0.25
_STOP = "SELECT stop FROM journeyorch_resident WHERE id = %s"


class Lifetime:
    """What a resident must know about its own run: its name, its place, and when to return.

    A resident calls `take_over()` once, then `beat()` and `should_stop()` between waves or calls, never
    inside a transaction.
    """

    def __init__(self, resident: Resident, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.owner = resident.owner
        self.index, self.count = _place(resident)
        self._id = resident.pk
        self._row = Resident.objects.filter(pk=resident.pk)
        self._predecessors = Resident.objects.before(resident)
        self._clock = clock
        self._ends_at = clock() + LIFETIME
        self._stopped = False
        self._next_report = clock() + REPORT_EVERY
        self._next_look = clock()

    def take_over(self) -> None:
        """Have the place from now on: the predecessor, if still there, finishes its wave and returns.

        Call it when ready to work, so that nothing waits for the change.
        """
        self._predecessors.update(stop=True)

    def beat(self) -> None:
        """Say "I am at work". Cheap: writes at most once a second. Silent for 5 s means replaced."""
        now = self._clock()
        if now < self._next_report or connection.in_atomic_block:
            # In a transaction the report would be seen only at its end, and go with a rollback.
            return
        self._next_report = now + REPORT_EVERY
        self._tolerantly(lambda: self._row.update(reported_at=Now()))

    def should_stop(self) -> bool:
        """Whether to give back leases and return: the time is over, or the row's stop flag says so."""
        now = self._clock()
        if now >= self._ends_at:
            return True
        if now >= self._next_look and not self._stopped and not connection.in_atomic_block:
            self._next_look = now + STOP_LOOK_EVERY
            self._tolerantly(self._look_at_flag)
        return self._stopped

    def _look_at_flag(self) -> None:
        # No row: the supervisor has given this run up and started another.
        found = bulk.run(_STOP, [self._id])
        self._stopped = not found or bool(found[0][0])

    def _tolerantly(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (DatabaseError, InterfaceError) as error:
            # A locked or restarting database must not end the resident here; if it lasts, its own work fails.
            logger.debug("The resident %s could not reach its row: %s", self.owner, error)
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()


def run_resident(resident_id: int) -> None:
    """The q2 task: run the resident of this row until its lifetime is over.

    Never raises: q2 stores what a failed task raised, pickled and for ever. The supervisor sees that the
    row is gone and starts the next run.
    """
    try:
        resident = Resident.objects.claim(resident_id, pid=os.getpid())
        if resident is not None:
            _work(resident)
    except (Exception, SystemExit):  # q2's TimeoutException is a SystemExit
        logger.exception("A resident failed and will be started anew")
        # It may have been interrupted in the middle of a statement: that connection is not used again.
        connections.close_all()
    _tidy(resident_id)


def beat() -> None:
    """The q2 task that the cluster's beat runs: going all the way round is what it is for."""


def enqueue(resident: Resident) -> None:
    """Ask the resident's cluster to run it."""
    async_task("journeyorch.queue.run_resident", resident.pk, cluster=resident.queue)


def load_residents() -> dict[str, Callable[[Lifetime], None]]:
    """The callables of JOURNEYORCH_RESIDENTS; raises ImportError for a path that does not exist."""
    return {kind: import_string(path) for kind, path in settings.JOURNEYORCH_RESIDENTS.items()}


def place(shares: Iterable[tuple[int, int]], *, supervisor_id: int, slot: int) -> tuple[int, int]:
    """(index, count) of a resident among all of its kind.

    `shares` holds (supervisor id, number of its residents) of the living supervisors, in order of id.
    """
    index = count = 0
    for shared_by, residents in shares:
        if shared_by == supervisor_id:
            index = count + slot
        count += residents
    # A supervisor that could not report lately is not among them: its residents work on all the same.
    return index, max(count, index + 1)


def _place(resident: Resident) -> tuple[int, int]:
    alive = Supervisor.objects.alive().order_by("pk").values_list("pk", f"{resident.kind}_residents")
    return place(alive, supervisor_id=resident.supervisor_id, slot=resident.slot)


def _work(resident: Resident) -> None:
    load_residents()[resident.kind](Lifetime(resident))


def _tidy(resident_id: int) -> None:
    try:
        Resident.objects.filter(pk=resident_id).delete()
    except (DatabaseError, InterfaceError) as error:
        logger.info("The row of resident %s could not be removed: %s", resident_id, error)
        connections.close_all()
