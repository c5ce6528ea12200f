"""The keeper: the one process of a supervisor that talks to the database.

It reports that the supervisor lives, gives up and starts residents, removes what dead supervisors left, and
calls the ticker. It is a process of its own so that the supervisor, which must act in time and must fork,
never waits for a database and never holds a connection.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import OperationalError, close_old_connections, connections
from django.db.models.functions import Now
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ

from journeyorch.models import Kind, Resident, Supervisor
from journeyorch.queue import enqueue
from journeyorch.supervisor import processes
from journeyorch.supervisor.board import Board, Phase
from journeyorch.supervisor.residents import Run, count_in_vain, patience, plan
from journeyorch.supervisor.watch import Seen, Watch

logger = logging.getLogger(__name__)

TICK_EVERY = 0.25
KEEP_EVERY = 0.5
REPORT_EVERY = 1.0
SWEEP_EVERY = 10.0
# The same complaint is written down at most this often, seconds.
COMPLAIN_EVERY = 10.0
QUEUE_PREFIX = "journeyorch:"


def queue_name(supervisor: str, *, kind: str, generation: int) -> str:
    """Each start of a cluster gets a queue of its own: a task of an earlier one is never run late."""
    return f"{QUEUE_PREFIX}{supervisor}:{kind}:{generation}"


def supervisor_of(queue: str) -> str:
    return queue.removeprefix(QUEUE_PREFIX).rsplit(":", 2)[0]


class Keeper:
    """Runs until the board says that all is stopped.

    `name` is the supervisor's, `residents` the number wanted of each kind, `tick` the ticker.
    """

    def __init__(
        self, *, name: str, residents: Mapping[str, int], board: Board, tick: Callable[[], None]
    ) -> None:
        self._name = name
        self._wanted = residents
        self._board = board
        self._tick = tick
        self._watch: Watch[int] = Watch()
        self._due: dict[str, float] = {}
        self._complained: dict[str, float] = {}
        self._in_vain: Counter[str] = Counter()  # by kind, see ``patience``

    def run(self) -> None:
        while self._board.host.phase != Phase.STOPPED:
            self._tolerantly("its connection", close_old_connections)
            self._turn()
            time.sleep(TICK_EVERY)
        self._tolerantly("leaving", self._leave)

    def _turn(self) -> None:
        if self._board.host.phase == Phase.STOPPING:
            self._tolerantly("stopping", self._ask_to_stop)
            return
        if self._is_due("report", REPORT_EVERY):
            self._tolerantly("reporting", self._report)
        if self._is_due("keep", KEEP_EVERY):
            self._tolerantly("keeping residents", self._keep_residents)
        self._tolerantly("the ticker", self._tick)
        if self._is_due("sweep", SWEEP_EVERY):
            self._tolerantly("sweeping queues", self._sweep)

    def _is_due(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every - TICK_EVERY / 2
        return True

    def _tolerantly(self, what: str, act: Callable[[], None]) -> None:
        """Nothing that fails here may end the keeper: the database may restart, the ticker may have a bug."""
        self._board.host.kept_at = time.monotonic()
        try:
            act()
        except Exception as error:  # noqa: BLE001 (written down, with its traceback)
            connections.close_all()
            self._complain(what, error)

    def _complain(self, what: str, error: Exception) -> None:
        now = time.monotonic()
        if now < self._complained.get(what, 0.0):
            return
        self._complained[what] = now + COMPLAIN_EVERY
        # That a database is away is no mystery; whatever else it is, somebody must find it.
        trace = None if isinstance(error, OperationalError) else error
        logger.error("The keeper failed at %s and goes on: %s", what, error, exc_info=trace)

    def _report(self) -> None:
        # Inserted again if another supervisor took us for dead and removed the row.
        if not Supervisor.objects.filter(name=self._name).update(reported_at=Now()):
            Supervisor.objects.create(
                name=self._name,
                host=socket.gethostname(),
                pid=os.getppid(),
                **{f"{kind}_residents": self._wanted.get(kind, 0) for kind in Kind.values},
            )

    def _keep_residents(self) -> None:
        supervisor = Supervisor.objects.filter(name=self._name).prefetch_related("residents").first()
        if supervisor is None:
            return
        rows = {row.pk: row for row in supervisor.residents.all()}
        seen = self._watch.look({pk: row.reported_at for pk, row in rows.items()}, now=time.monotonic())
        for kind, wanted in self._wanted.items():
            runs = [self._run(row, seen[pk]) for pk, row in rows.items() if row.kind == kind]
            queue = self._queue(kind)
            to_do = plan(runs, slots=wanted, queue=queue, silent_after=patience(self._in_vain[kind]))
            for run in to_do.give_up:
                self._give_up(run, kind)
            self._in_vain[kind] = count_in_vain(self._in_vain[kind], runs, to_do.give_up, queue=queue)
            for slot in to_do.start:
                self._start(supervisor, kind=kind, slot=slot)

    def _run(self, row: Resident, seen: Seen) -> Run:
        cluster = self._board.clusters[row.kind]
        alive = row.pid is None or (
            cluster.is_at(row.pk, pid=row.pid) and processes.is_member(row.pid, group=cluster.group)
        )
        return Run(row.pk, row.slot, row.queue, age=seen.age, silent=seen.still, pid=row.pid, alive=alive)

    def _give_up(self, run: Run, kind: str) -> None:
        logger.warning("Resident %s-%s %s: replaced", kind, run.id, _complaint(run))
        cluster = self._board.clusters[kind]
        if run.pid is not None and cluster.is_at(run.id, pid=run.pid):
            # A silent worker would keep the place that the cluster's beat needs; q2 starts another for it.
            processes.kill_member(run.pid, group=cluster.group)
        Resident.objects.filter(pk=run.id).delete()

    def _start(self, supervisor: Supervisor, *, kind: str, slot: int) -> None:
        queue = self._queue(kind)
        enqueue(
            Resident.objects.create(
                supervisor=supervisor, kind=kind, slot=slot, queue=queue, host=supervisor.host
            )
        )

    def _queue(self, kind: str) -> str:
        return queue_name(self._name, kind=kind, generation=self._board.clusters[kind].generation)

    def _ask_to_stop(self) -> None:
        if self._is_due("stop", KEEP_EVERY):
            Resident.objects.filter(supervisor__name=self._name, stop=False).update(stop=True)

    def _sweep(self) -> None:
        # Queues are read before the supervisors: a queue seen here belongs to a row that is there already.
        ours = OrmQ.objects.filter(key__startswith=QUEUE_PREFIX)
        queues = set(ours.values_list("key", flat=True).distinct())
        Supervisor.objects.dead().delete()
        others = set(Supervisor.objects.exclude(name=self._name).values_list("name", flat=True))
        own = {self._queue(kind) for kind in self._wanted}
        orphaned = [queue for queue in queues if queue not in own and supervisor_of(queue) not in others]
        OrmQ.objects.filter(key__in=orphaned).delete()
        self._forget_unacknowledged(own)

    def _forget_unacknowledged(self, queues: set[str]) -> None:
        """Rows whose task was handed out but never acknowledged: q2 would hold them until `retry`."""
        # q2 writes the time of the next try into `lock`: so these were handed out two minutes ago or more.
        handed_out_until = timezone.now() + timedelta(seconds=Conf.RETRY - 120)
        OrmQ.objects.filter(key__in=queues, lock__gt=timezone.now(), lock__lt=handed_out_until).delete()

    def _leave(self) -> None:
        own = f"{QUEUE_PREFIX}{self._name}:"
        OrmQ.objects.filter(key__startswith=own).delete()
        Supervisor.objects.filter(name=self._name).delete()


def _complaint(run: Run) -> str:
    if not run.alive:
        return "is gone"
    return "did not begin" if run.pid is None else "does not report"
