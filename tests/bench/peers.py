"""The same work by others, in one run: python -m tests.bench.peers --dbos PYTHON [--events 300]

HTTP event → condition → call to an endpoint → end, durable, on PostgreSQL with fsync: an event a request over
four connections, as fast as each is answered; measured until the last call has arrived. Ratios of events a
second, and of CPU-ms an event of all processes.

PYTHON is a Python with the package installed, in a folder outside this repository:
    python -m venv FOLDER && FOLDER/bin/pip install dbos
Everything runs in a network namespace without any way out (Linux, as root): what a peer might want to tell
its makers cannot leave the machine. Without such a namespace no peer is started.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.costs import costs_of
from tests.bench.latency import TOKEN, Endpoint, await_port, installation, message
from tests.postgres import cluster, free_port, with_database

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1
CONNECTIONS = 4
_PATIENCE = 300.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--dbos", type=Path, help="a Python that has the package dbos")
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    cut_off()
    figures: dict[str, Any] = {}
    with cluster(fsync=True) as url:
        figures["journeyorch"] = ours(url, options.events)
        _show("journeyorch", figures["journeyorch"])
        if options.dbos:
            figures["dbos"] = dbos(url, options.dbos, options.events)
            _show("dbos", figures["dbos"])
    for name, theirs in figures.items():
        _compare(name, figures["journeyorch"], theirs)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 0


def cut_off() -> None:
    """From here on this process and all it starts have a loopback interface and nothing else."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK):
        raise SystemExit("No network namespace could be made (Linux, as root): no peer is started.")
    name = struct.pack("16sh", b"lo", 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.unpack("16sh", fcntl.ioctl(control, _GET_FLAGS, name))[1]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh", b"lo", flags | _UP))


def ours(url: str, count: int) -> dict[str, float]:
    endpoint = Endpoint()
    with installation(url, endpoint) as (port, inlet):
        return race(endpoint, port, f"/collection/{inlet}", count)


def dbos(url: str, python: Path, count: int) -> dict[str, float]:
    endpoint, port = Endpoint(), free_port()
    database = with_database(url, "peer").replace("postgres://", "postgresql://")
    program = Path(__file__).with_name("peer_dbos.py")
    with _running([str(python), str(program), str(port), database, f"http://{endpoint.host}/call"], port):
        race(endpoint, port, "/", 20)  # warm
        return race(endpoint, port, "/", count)


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, env={"PATH": os.environ["PATH"]})
    try:
        await_port(port)
        yield
    finally:
        process.terminate()
        process.wait(40)


def race(endpoint: Endpoint, port: int, path: str, count: int) -> dict[str, float]:
    """Send so many events and wait for all their calls."""
    ids = [str(uuid.uuid4()) for _ in range(count)]

    def work() -> None:
        _at_once([lambda mine=ids[n::CONNECTIONS]: _send(port, path, mine) for n in range(CONNECTIONS)])
        until = time.monotonic() + _PATIENCE
        while not endpoint.arrived.keys() >= set(ids):
            if time.monotonic() > until:
                raise SystemExit("Calls are missing.")
            time.sleep(0.01)

    costs = costs_of(work)
    return {
        "events": count,
        "events_per_second": round(count / costs.wall, 1),
        "cpu_ms_per_event": round(costs.running * 1000 / count, 2),
    }


def _at_once(works: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _send(port: int, path: str, ids: Sequence[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}
    for id in ids:
        connection.request("POST", path, json.dumps(message(id)), headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status


def _compare(name: str, ours: dict[str, float], theirs: dict[str, float]) -> None:
    theirs["times_faster"] = round(ours["events_per_second"] / theirs["events_per_second"], 1)
    theirs["times_less_cpu"] = round(theirs["cpu_ms_per_event"] / ours["cpu_ms_per_event"], 1)
    print(
        f"than {name:<14}{theirs['times_faster']:6.1f} x events/s{theirs['times_less_cpu']:6.1f} x less CPU"
    )


def _show(name: str, figures: dict[str, float]) -> None:
    print(f"{name:<14}" + "  ".join(f"{each} {value:,}" for each, value in figures.items()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
