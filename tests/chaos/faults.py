"""What may happen to an installation: each fault is a function of it that returns when the harm is done."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from tests.chaos.installation import STOP_WITHIN, Installation, kill

# Longer than a lease of 10 s.
PAST_THE_LEASE = 12.0
_PATIENCE = 20.0

Fault = Callable[[Installation], None]


def web_worker(one: Installation) -> None:
    kill(psutil.Process(one.web.pid).children()[0])


def web_master(one: Installation) -> None:
    """And with it its workers, which would keep the port."""
    children = psutil.Process(one.web.pid).children()
    one.web.kill()
    one.web.wait()
    for child in children:
        with suppress(psutil.NoSuchProcess):
            kill(child)


def busy_drain_worker(one: Installation) -> None:
    kill(one.residents("drain")[0])


def busy_call_worker(one: Installation) -> None:
    kill(one.residents("call")[0])


def idle_worker(one: Installation) -> None:
    """With the lock of the task queue in its hands: the cluster is wedged."""
    kill(one.cluster("drain")[2][0])


def pusher_or_monitor(one: Installation) -> None:
    kill(one.cluster("drain")[2][-1])


def another_helper(one: Installation) -> None:
    kill(one.cluster("call")[2][-2])


def sentinel(one: Installation) -> None:
    kill(one.cluster("drain")[1])


def main_process(one: Installation) -> None:
    kill(one.cluster("call")[0])


def keeper(one: Installation) -> None:
    kill(one.keeper())


def supervisor(one: Installation) -> None:
    one.workers.kill()
    one.workers.wait()


def ordered_stop(one: Installation) -> None:
    """SIGTERM under load; the supervisor has 25 s, then it kills."""
    one.workers.terminate()
    one.workers.wait(STOP_WITHIN)


def zombie(one: Installation) -> None:
    """A drain worker is stopped past its lease, and goes on. Who would put it away is stopped as well."""
    _stop_for_a_while(one, one.residents("drain")[0])


def zombie_in_a_transaction(one: Installation) -> None:
    """Stopped while its transaction is open: the server ends it, or its fence finds the lanes taken."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        worker = one.residents("drain")[0]
        worker.send_signal(signal.SIGSTOP)
        if _is_in_a_transaction(one, worker):
            _stop_for_a_while(one, worker)
            return
        worker.send_signal(signal.SIGCONT)
        time.sleep(0.01)
    raise AssertionError("no drain worker was met inside a transaction")


def _stop_for_a_while(one: Installation, worker: psutil.Process) -> None:
    stopped = [worker, one.keeper()]
    for process in stopped:
        process.send_signal(signal.SIGSTOP)
    time.sleep(PAST_THE_LEASE)
    for process in stopped:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGCONT)


def _is_in_a_transaction(one: Installation, worker: psutil.Process) -> bool:
    ports = [connection.laddr.port for connection in worker.net_connections() if connection.laddr]
    found = one.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE client_port = ANY(%s)"
        " AND state IN ('idle in transaction', 'active') AND xact_start IS NOT NULL",
        ports,
    )
    return bool(found[0][0])


def database_crash(one: Installation) -> None:
    assert one.server is not None
    one.server.kill()
    one.server.start()


def database_restart(one: Installation) -> None:
    assert one.server is not None
    one.server.stop()
    one.server.start()


def clock_forward(one: Installation) -> None:
    one.execute("UPDATE chaos.jump SET by = by + interval '1 hour'")


def clock_back(one: Installation) -> None:
    one.execute("UPDATE chaos.jump SET by = by - interval '1 hour'")


_ANYWHERE: tuple[Fault, ...] = (
    busy_drain_worker, busy_call_worker, web_worker, keeper, sentinel, web_master, idle_worker, supervisor,
    pusher_or_monitor, main_process, ordered_stop, another_helper,
)  # fmt: skip
_ON_POSTGRESQL: tuple[Fault, ...] = (
    zombie, database_crash, clock_forward, zombie_in_a_transaction, clock_back, database_restart,
)  # fmt: skip


def faults_of(one: Installation) -> list[Fault]:
    """All of them, each once; those of the database in between."""
    if one.server is None:
        return list(_ANYWHERE)
    mixed: list[Fault] = []
    for number, fault in enumerate(_ANYWHERE):
        mixed += [fault, *_ON_POSTGRESQL[number : number + 1]]
    return mixed
