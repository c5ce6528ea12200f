"""One q2 cluster, in a process group of its own."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django_q.cluster import Cluster
from django_q.conf import Conf
from django_q.signals import post_execute_in_worker, pre_execute

from journeyorch.supervisor import processes
from journeyorch.supervisor.board import ClusterNumbers
from journeyorch.supervisor.broker import BeatingBroker

logger = logging.getLogger(__name__)

_PARENT_LOOK_EVERY = 0.5
# Address space, not resident memory: shared libraries, stacks and arenas count, so it is generous.
DRAIN_MEMORY_MIB = 2048


def run_cluster(*, queue: str, kind: str, residents: int, numbers: ClusterNumbers) -> None:
    """Be the main process of a q2 cluster until SIGTERM has stopped it or its sentinel is gone."""
    parent = os.getppid()
    multiprocessing.set_start_method("fork", force=True)
    processes.descendants_die_with_their_parents()
    connection_created.connect(_end_idle_transactions)
    if kind == "drain":
        _limit_memory(getattr(settings, "JOURNEYORCH_DRAIN_MEMORY_MIB", DRAIN_MEMORY_MIB))
    _note_runs(numbers)
    _configure(queue=queue, workers=residents + 1)
    cluster = Cluster(broker=BeatingBroker(queue, numbers))
    cluster.start()
    _stay(cluster, parent)


def _configure(*, queue: str, workers: int) -> None:
    """What differs from cluster to cluster; the rest is in settings.Q_CLUSTER.

    q2 reads its settings once, when it is imported, and all of this process's memory is shared with
    others that were forked after that: so they are set here, not through the environment.
    """
    Conf.CLUSTER_NAME = queue
    Conf.WORKERS = Conf.QUEUE_LIMIT = workers
    Conf.SCHEDULER = False


def _note_runs(numbers: ClusterNumbers) -> None:
    """Let the keeper know which worker is at which run, so that it never kills one that is not.

    An idle worker waits with the lock of the task queue in its hands; killing it wedges the cluster.
    """

    def begin(*, task: dict[str, Any], **signal: Any) -> None:
        for run in task["args"]:
            numbers.begin(run, pid=os.getpid())

    def end(*, task: dict[str, Any], **signal: Any) -> None:
        for run in task["args"]:
            numbers.end(run)

    pre_execute.connect(begin, weak=False)
    post_execute_in_worker.connect(end, weak=False)


def _stay(cluster: Cluster, parent: int) -> None:
    while cluster.sentinel.is_alive():
        if os.getppid() != parent:
            # Where the kernel does not end us with the supervisor (macOS), we do it ourselves.
            os.killpg(0, signal.SIGKILL)
        cluster.sentinel.join(_PARENT_LOOK_EVERY)


def _limit_memory(mebibytes: int) -> None:
    """An instance that asks for endless memory gets a MemoryError and fails alone (engine.md, Workers)."""
    import resource

    if mebibytes:
        resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))


def _end_idle_transactions(*, connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """A worker that is stopped or stuck inside a transaction must not hold its locks for ever."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET idle_in_transaction_session_timeout = '10s'")
