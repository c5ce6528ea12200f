"""How many calls leave: python -m tests.bench.calls [--calls 10000] [--workers 2] [--quick] [--json FILE]

Real call workers and the real client; an endpoint on loopback in a process of its own.

* fast: calls to an endpoint that answers at once: calls a second, CPU-ms a call of the workers and the
  database (without the endpoint), and what the workers' memory grew from a tenth of the calls to the end.
* beside: how long calls to it take from being asked for to their result, at 100 a second: by themselves, and
  beside an endpoint that never answers; the ratio of the two p99.

PostgreSQL runs with fsync on. Compare ratios within a run; machines are noisy.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.bench.costs import costs_of

_RATE = 100
# Enough of them to keep every thread busy that they can get.
_HANGING = 100
_PATIENCE = 300.0

_INSTANCES = """
INSERT INTO journeys_instance (id, version_id, journey_id, run, lane_id, namespace, person_id, position,
                               status, activity, state, revision, started_at)
SELECT md5(%(prefix)s || n)::uuid, 1, 1, 0, 1, 'CRMID', %(prefix)s || n, 2, 0, 'tell', '', 1, now()
  FROM generate_series(1, %(count)s) AS n
"""
_CALLS = """
INSERT INTO journeys_call (id, sandbox_id, lane_id, instance_id, activity, kind, spec, namespace,
                           person_id, in_test, endpoint, status, created_at, not_before, timeout_seconds,
                           attempts, token)
SELECT md5('call' || %(prefix)s || n)::uuid, %(sandbox)s, 1, md5(%(prefix)s || n)::uuid, 'tell',
       'custom_action', %(spec)s, 'CRMID', %(prefix)s || n, false, %(endpoint)s, 0, now(), now(), 30, 0, 0
  FROM generate_series(1, %(count)s) AS n
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.calls", description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a tenth of the calls")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    calls = arguments.calls // (10 if arguments.quick else 1)
    from tests import postgres

    with postgres.cluster(fsync=True) as url, _endpoint() as port:
        bench = Bench(url, port, workers=arguments.workers)
        figures = {"fast": bench.fast(calls), "beside": bench.beside(calls // 10)}
    for title, values in figures.items():
        print(f"{title:<8}" + "  ".join(f"{name} {value:,}" for name, value in values.items()), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))
    return 0


@contextmanager
def _endpoint() -> Iterator[int]:
    """A process that answers POSTs: its port."""
    command = [sys.executable, "-m", "tests.bench.calls_endpoint"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)


class Bench:
    """One sandbox with two actions, and people who are calling."""

    def __init__(self, url: str, port: int, *, workers: int) -> None:
        self._workers = workers
        os.environ.update(
            DATABASE_URL=url,
            DJANGO_SETTINGS_MODULE="journeyorch.settings",
            LOG_LEVEL="ERROR",
            OUTBOUND_ALLOWED_HOSTS=f"127.0.0.1:{port}",
        )
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from actions.models import Action
        from journeyorch.access.models import Sandbox

        sandbox = Sandbox.objects.get(name="prod")
        self._sandbox_id = sandbox.pk
        who = {"type": "string", "variable": True, "label": "Who"}
        self._actions = {
            name: Action.objects.create(
                sandbox=sandbox,
                name=name,
                url=f"http://127.0.0.1:{port}/{name}",
                payload={"type": "object", "fields": {"who": who}},
            ).pk
            for name in ("fast", "hang")
        }

    def fast(self, calls: int) -> dict[str, Any]:
        """All calls are due when the workers are let go."""
        self._write("fast", "f", calls)
        memory: list[float] = []
        with self._running() as workers:
            before = _cpu(workers)

            def work() -> None:
                for share in (calls // 10, calls):
                    self._until(share)
                    memory.append(sum(worker.memory_info().rss for worker in workers) / 2**20)

            costs = costs_of(work)
            own = _cpu(workers) - before
        return {
            "calls": calls,
            "calls_per_second": round(calls / costs.wall),
            "cpu_ms_per_call": round((own + costs.database) * 1000 / calls, 3),
            "database_share": round(costs.database / (own + costs.database), 2),
            "memory_mib": round(memory[-1]),
            "memory_grew_mib": round(memory[-1] - memory[0], 1),
        }

    def beside(self, calls: int) -> dict[str, Any]:
        """The same stream of calls twice, the second time beside calls that hang."""
        with self._running():
            alone = self._stream("a", calls)
        self._write("hang", "h", _HANGING)
        with self._running():
            beside = self._stream("b", calls)
        return {
            "calls": calls,
            "p50_ms": round(statistics.median(alone), 1),
            "p99_ms": round(_p99(alone), 1),
            "beside_p50_ms": round(statistics.median(beside), 1),
            "beside_p99_ms": round(_p99(beside), 1),
            "p99_ratio": round(_p99(beside) / _p99(alone), 2),
        }

    def _stream(self, prefix: str, calls: int) -> list[float]:
        """One call at a time; how long each took, in ms by the database's clock."""
        from journeyorch import wakeup
        from journeys.models import Call

        time.sleep(2)  # until the workers have found their pace, and the hanging calls their threads
        begun = time.monotonic()
        for number in range(calls):
            time.sleep(max(0.0, begun + number / _RATE - time.monotonic()))
            self._write("fast", f"{prefix}{number}.", 1)
            wakeup.notify("call")
        done = Call.objects.filter(person_id__startswith=prefix, status=Call.Status.DONE)
        _await(lambda: done.count() >= calls)
        times = done.values_list("created_at", "done_at")
        return [(over - asked).total_seconds() * 1000 for asked, over in times if over]

    def _write(self, action: str, prefix: str, count: int) -> None:
        from django.db import connection, transaction

        spec = {"action": self._actions[action], "values": {"/who": "somebody"}, "path": ""}
        values = {
            "prefix": prefix,
            "count": count,
            "sandbox": self._sandbox_id,
            "spec": json.dumps(spec),
            "endpoint": f"action:{self._actions[action]}",
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INSTANCES, values)
            cursor.execute(_CALLS, values)

    def _until(self, count: int) -> None:
        from journeys.models import Call

        _await(lambda: Call.objects.filter(status=Call.Status.DONE).count() >= count)

    @contextmanager
    def _running(self) -> Iterator[list[psutil.Process]]:
        """Workers that have been let go; at the end they are killed, whatever they have in hand."""
        command = [sys.executable, "-m", "tests.bench.calls_worker"]
        started = [
            subprocess.Popen(
                [*command, f"worker {number}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for number in range(self._workers)
        ]
        try:
            for process in started:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n", "a worker did not start"
            for process in started:
                assert process.stdin is not None
                process.stdin.write("go\n")
                process.stdin.flush()
            yield [psutil.Process(process.pid) for process in started]
        finally:
            for process in started:
                process.kill()
                process.wait()


def _cpu(processes: Sequence[psutil.Process]) -> float:
    return sum(process.cpu_times().user + process.cpu_times().system for process in processes)


def _await(condition: Any) -> None:
    until = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("The calls were not made in time.")
        time.sleep(0.05)


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


if __name__ == "__main__":
    sys.exit(main())
