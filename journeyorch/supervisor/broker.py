"""A q2 broker that lets its supervisor see whether the cluster still works."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.signing import SignedPackage

from journeyorch import bulk
from journeyorch.supervisor.board import ClusterNumbers

logger = logging.getLogger(__name__)

BEAT_EVERY = 2.0
_BEAT = "beat"  # stands where the number of a queued row would be
_AWAY_PAUSE = 1.0
_QUEUED = "SELECT 1 FROM django_q_ormq WHERE key = %s AND lock < %s LIMIT 1"


class BeatingBroker(ORM):
    """q2's database broker, which slips a small task of its own among the queued ones every 2 s.

    The beat is handed out by the pusher, run by a worker and acknowledged by the monitor: it stops when any
    of them is stuck, as all are after an idle worker was killed with the lock of the queue in its hands.
    It never is a row, or an idle installation on SQLite would write six times a second for nothing.
    """

    def __init__(self, list_key: str, numbers: ClusterNumbers) -> None:
        # Not q2's __init__: it opens a connection, which the processes forked afterwards would inherit.
        self.list_key = list_key
        self.connection = self.cache = self._info = None
        self._numbers = numbers
        self._next_beat = 0.0
        self._is_away = False
        self._impatient_pid = 0

    def dequeue(self) -> list[tuple[object, str]]:
        """Queued tasks as (ack id, signed package), and the beat if it is due.

        The queue is asked first: a pusher that hangs in the database sends no beat.
        """
        self._be_impatient()
        tasks = self._dequeue_rows()
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + BEAT_EVERY
            tasks.append((_BEAT, _beat_package()))
        return tasks

    def acknowledge(self, task_id: object) -> None:
        if task_id == _BEAT:
            self._numbers.answered_at = time.monotonic()
            return
        self._be_impatient()
        try:
            super().acknowledge(task_id)
        except (DatabaseError, InterfaceError) as error:
            # The row stays until the keeper sweeps; raising would end the monitor.
            logger.warning("A finished task could not be removed from its queue: %s", error)
            connections.close_all()

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Called by the sentinel on each turn of its loop. q2 would write a statistic to the cache."""
        self._numbers.guarded_at = time.monotonic()

    def _be_impatient(self) -> None:
        """Once in the pusher and once in the monitor, before they open their first connection."""
        if self._impatient_pid != os.getpid():
            self._impatient_pid = os.getpid()
            connection_created.connect(_wait_shortly, weak=False)

    def _dequeue_rows(self) -> list[tuple[object, str]]:
        try:
            tasks = self._queued()
        except (DatabaseError, InterfaceError) as error:
            # q2 would let the pusher sleep 10 s and die; a restarting database is no reason for that.
            if not self._is_away:
                logger.warning("The queue cannot be read for the moment: %s", error)
            self._is_away = True
            connections.close_all()
            time.sleep(_AWAY_PAUSE)
            return []
        self._is_away = False
        return tasks

    def _queued(self) -> list[tuple[object, str]]:
        """What q2 would give, without its queries while there is nothing: it asks many times a second."""
        if bulk.run(_QUEUED, [self.list_key, bulk.to_database(timezone.now())]):
            return super().dequeue() or []
        time.sleep(Conf.POLL)
        return []


def _wait_shortly(*, connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Whoever waits 20 s for SQLite's lock cannot beat, and a busy database would look like a wedge."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 2000")


def _beat_package() -> str:
    return SignedPackage.dumps(
        {
            "id": _BEAT,
            "name": _BEAT,
            "func": "journeyorch.queue.beat",
            "args": (),
            "kwargs": {},
            "started": timezone.now(),
            "ack_failure": True,
        }
    )
