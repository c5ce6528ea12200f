"""Does a process grow? python -m tests.bench.soak [--minutes 10] [--rate 100] [--waiting 0] [--json FILE]

Runs the demo in a folder of its own, sends it traffic at the given rate, and measures the memory of every
process (PSS) each minute. Prints the first minute beside the last one; ends with 1 if all together exceed
600 MiB. Workers are replaced from time to time: they are told apart by what they do, not by their pids.

With ``--waiting 1000000`` the demo runs on a PostgreSQL of its own that so many waiting people were put into
before; of these as many come due a second as events are sent, and the server's memory is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.bench.memory import measure, total
from tests.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
LIMIT_MIB = 600.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--waiting", type=int, default=0)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _database(arguments.waiting, arguments.rate) as database:
        samples = _run(Path(folder), database, minutes=arguments.minutes, rate=arguments.rate)
    _show(samples[0], samples[-1])
    if arguments.json:
        arguments.json.write_text(json.dumps(samples, indent=2))
    return int(max(total(rows) for rows in samples) > LIMIT_MIB)


@contextmanager
def _database(waiting: int, rate: float) -> Iterator[dict[str, str]]:
    """The setting that names the demo's database: none, so that it is its SQLite, or one full of people."""
    if not waiting:
        yield {}
        return
    from tests import postgres

    with postgres.cluster(fsync=True) as url:
        os.environ.update(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="journeyorch.settings", DEBUG="false")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from tests.bench.timers import Waiting

        call_command("migrate", verbosity=0)
        Waiting(ago=timedelta(hours=1)).fill(waiting, spread=round(waiting / rate))
        connection.close()
        yield {"DATABASE_URL": url}


def _run(
    folder: Path, database: dict[str, str], *, minutes: float, rate: float
) -> list[list[dict[str, object]]]:
    ports = {name: free_port() for name in ("port", "catcher-port", "smtp-port", "reservations-port")}
    options = [f"--{name}={port}" for name, port in ports.items()]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | database
    with (folder / "log").open("wb") as log:
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo", f"--folder={folder}", *options],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        _await((folder / "log"), "Ctrl-C stops everything")
        return _measure_under_load(demo.pid, ports["port"], minutes=minutes, rate=rate)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)


def _measure_under_load(pid: int, port: int, *, minutes: float, rate: float) -> list[list[dict[str, object]]]:
    # A minute to warm up is not counted.
    count = int((minutes + 1) * 60 * rate)
    traffic = subprocess.Popen(
        [sys.executable, "manage.py", "demo_events", f"--count={count}", f"--rate={rate}",
         f"--url=http://127.0.0.1:{port}"],
        cwd=ROOT,
    )  # fmt: skip
    samples = []
    while traffic.poll() is None:
        time.sleep(60)
        samples.append(measure(pid))
        print(f"minute {len(samples)}: {total(samples[-1])} MiB", flush=True)
    if traffic.returncode:
        raise SystemExit("The traffic broke off.")
    return samples


def _await(log: Path, text: str) -> None:
    until = time.monotonic() + 120
    while text not in log.read_text():
        if time.monotonic() > until:
            raise SystemExit(f"The demo did not start:\n{log.read_text()}")
        time.sleep(0.2)


def _show(first: list[dict[str, object]], last: list[dict[str, object]]) -> None:
    print(f"{'PSS MiB, first':>15} {'last':>8}  command")
    for before, after in zip(_by_size(first), _by_size(last), strict=False):
        print(f"{before['pss']:>15} {after['pss']:>8}  {after['command']}")
    print(f"{total(first):>15} {total(last):>8}  together")


def _by_size(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["command"], -row["pss"]))


if __name__ == "__main__":
    sys.exit(main())
