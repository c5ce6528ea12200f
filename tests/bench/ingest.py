"""How many events a second come in over HTTP, durably.

    python -m tests.bench.ingest [--database postgres|sqlite] [--seconds 8] [--runs 3] [--json FILE]

Starts a database with fsync, gunicorn with two workers, and a client process of its own, sends batches and
single events through the real endpoint, and prints events a second and CPU milliseconds an event over all
processes: web, database, client. Medians of the runs; every run counts what is stored and fails if that
differs from what was acknowledged.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from tests import postgres
from tests.events import seed
from tests.events.server import Server, environment_for, gunicorn

BATCH = 100
WORKERS = 2
THREADS = 2


class Load(NamedTuple):
    """One kind of traffic."""

    name: str
    batch: int  # messages a request; 0: the endpoint for single messages
    clients: int


LOADS = (Load("batches of 100", BATCH, 4), Load("single events", 0, 8))


class Result(NamedTuple):
    """One run of one load."""

    load: str
    events_per_second: float
    cpu_ms_per_event: dict[str, float]
    p50_ms: float
    p99_ms: float


def main() -> None:
    arguments = _arguments()
    # Ended from outside, it still stops the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    before = _yardstick()
    results = [_median(runs) for runs in _measure(arguments)]
    yardstick = statistics.mean((before, _yardstick()))
    _print(arguments.database, results)
    print(f"yardstick: a million additions in Python took {yardstick:.0f} CPU-ms")
    if arguments.json:
        figures = [result._asdict() for result in results]
        report = {"database": arguments.database, "yardstick_ms": yardstick, "results": figures}
        Path(arguments.json).write_text(json.dumps(report, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", help="where to write the figures")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> list[list[Result]]:
    """The results of every load; the loads take turns, so that a busy moment meets all of them."""
    with _database(arguments.database) as (url, owners):
        environment = environment_for(url)
        _manage(environment, "migrate", "--verbosity", "0")
        seed.seed(environment)
        options = ["--workers", str(WORKERS), "--threads", str(THREADS)]
        with gunicorn(environment, *options) as server:
            runs = [
                [_run(load, server, owners, url, number, seconds=arguments.seconds) for load in LOADS]
                for number in range(arguments.runs)
            ]
    return [list(results) for results in zip(*runs, strict=True)]


@contextmanager
def _database(kind: str) -> Iterator[tuple[str, list[int]]]:
    """Its DATABASE_URL, and the ids of its processes."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="journeyorch-bench-") as folder:
            yield f"sqlite:///{folder}/bench.sqlite3", []
        return
    with postgres.running(fsync=True) as cluster:
        assert cluster.process is not None
        yield cluster.url, [cluster.process.pid]


def _manage(environment: dict[str, str], *command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True, capture_output=True)


def _run(load: Load, server: Server, database: list[int], url: str, number: int, *, seconds: float) -> Result:
    _drive(load, server.port, seconds=1, offset=f"{load.name}-{number}-warm")
    before = _stored(url)
    web, base = [server.process.pid], [*database]
    cpu = {"web": _cpu(web), "database": _cpu(base)}
    sent, latencies, client_cpu, elapsed = _drive(
        load, server.port, seconds=seconds, offset=f"{load.name}-{number}"
    )
    spent = {"web": _cpu(web) - cpu["web"], "database": _cpu(base) - cpu["database"], "client": client_cpu}
    if (stored := _stored(url) - before) != sent:
        raise SystemExit(f"{sent} events were acknowledged, {stored} are stored.")
    latencies.sort()
    return Result(
        load.name,
        sent / elapsed,
        {name: value * 1000 / sent for name, value in spent.items()},
        latencies[len(latencies) // 2] * 1000,
        latencies[len(latencies) * 99 // 100] * 1000,
    )


def _drive(load: Load, port: int, *, seconds: float, offset: str) -> tuple[int, list[float], float, float]:
    """Send for some seconds from processes of their own: events, latencies, CPU seconds, seconds."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(load.clients) as pool:
        tasks = [(load, port, seconds, f"{offset}-{number}") for number in range(load.clients)]
        started = time.monotonic()
        answers = pool.starmap(_client, tasks)
        elapsed = max(end for *_, end in answers) - min(start for *_, start, _ in answers)
    assert started
    events = sum(answer[0] for answer in answers)
    return events, [each for answer in answers for each in answer[1]], sum(a[2] for a in answers), elapsed


def _client(load: Load, port: int, seconds: float, name: str) -> tuple[int, list[float], float, float, float]:
    wanted = b"HTTP/1.1 207" if load.batch else b"HTTP/1.1 200"
    latencies: list[float] = []
    cpu, start = time.process_time(), time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        while time.monotonic() - start < seconds:
            body = _body(load, f"{name}-{len(latencies)}")
            sent_at = time.monotonic()
            connection.sendall(_head(load, len(body)) + body)
            answer = _answer(connection)
            if not answer.startswith(wanted) or b"statusCode" in answer:
                raise SystemExit(f"The server answered: {answer[:500]!r}")
            latencies.append(time.monotonic() - sent_at)
    return len(latencies) * (load.batch or 1), latencies, time.process_time() - cpu, start, time.monotonic()


# Not by a library for HTTP: with one the client took a fifth of the processor time that is to be measured.
def _head(load: Load, length: int) -> bytes:
    lines = (
        f"POST /collection/{'batch/' if load.batch else ''}{seed.INLET} HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept-Encoding: identity",
        f"Authorization: Bearer {seed.KEY}",
        "Content-Type: application/json",
        f"Content-Length: {length}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _answer(connection: socket.socket) -> bytes:
    """One answer, which must say its length."""
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += _received(connection)
    length = int(re.search(rb"(?i)\r\ncontent-length: (\d+)", answer[:end])[1])  # type: ignore[index]
    while len(answer) < end + 4 + length:
        answer += _received(connection)
    return answer


def _received(connection: socket.socket) -> bytes:
    if part := connection.recv(65536):
        return part
    raise SystemExit("The server closed the connection.")


# About 1 KB, as a mobile app would send it. Put together from text: the client must not be the bottleneck.
_MESSAGE = json.dumps(
    {
        "header": {
            "schemaRef": {"id": seed.SCHEMA, "contentType": "application/vnd.adobe.xed-full+json;version=1"},
            "imsOrgId": "0123456789ABCDEF01234567@AdobeOrg",
            "source": {"name": "bench"},
        },
        "body": {
            "xdmMeta": {"schemaRef": {"id": seed.SCHEMA}},
            "xdmEntity": {
                "_id": "<id>",
                "timestamp": "2026-11-23T10:00:00.000Z",
                "eventType": "placeContext.entry",
                "identityMap": {
                    "CRMID": [{"id": "<id>", "primary": True}],
                    "ECID": [{"id": "38914857202846152938475610293847561029"}],
                },
                "_experience": {"campaign": {"orchestration": {"eventID": seed.EVENT_ID}}},
                "placeContext": {
                    "ianaTimezone": "Europe/Paris",
                    "geo": {"_schema": {"latitude": 48.85661, "longitude": 2.35222}, "city": "Paris"},
                    "POIinteraction": {
                        "poiEntries": {"value": 1},
                        "POIDetail": {
                            "poiID": "lobby-4711",
                            "name": "Lobby of the hotel in Paris",
                            "beaconInteractionDetails": {
                                "proximity": "near",
                                "beaconMajor": 17,
                                "beaconMinor": 4,
                            },
                        },
                    },
                },
            },
        },
    }
)


def _body(load: Load, name: str) -> bytes:
    if not load.batch:
        return _MESSAGE.replace("<id>", name).encode()
    messages = ", ".join(_MESSAGE.replace("<id>", f"{name}-{number}") for number in range(load.batch))
    return f'{{"messages": [{messages}]}}'.encode()


def _cpu(roots: list[int]) -> float:
    """CPU seconds of these processes and all below them, ended ones that were waited for included."""
    total = 0.0
    for root in roots:
        parent = psutil.Process(root)
        for process in [parent, *parent.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # ended meanwhile: counted below
                times = process.cpu_times()
                total += times.user + times.system
        ended = parent.cpu_times()
        total += ended.children_user + ended.children_system
    return total


def _stored(url: str) -> int:
    if url.startswith("sqlite"):
        import sqlite3

        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            return int(database.execute("SELECT count(*) FROM events_receivedevent").fetchone()[0])
    import psycopg

    with psycopg.connect(url) as server:
        row = server.execute("SELECT count(*) FROM events_receivedevent").fetchone()
        return int(row[0]) if row else 0


def _median(results: list[Result]) -> Result:
    parts = results[0].cpu_ms_per_event
    return Result(
        results[0].load,
        statistics.median(each.events_per_second for each in results),
        {part: statistics.median(each.cpu_ms_per_event[part] for each in results) for part in parts},
        statistics.median(each.p50_ms for each in results),
        statistics.median(each.p99_ms for each in results),
    )


_WIDTHS = (16, 10, 14, 8, 10, 8, 9, 9)


def _yardstick() -> float:
    """CPU milliseconds of a fixed piece of Python now: how fast this machine is while others use it too."""
    began, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - began) * 1000


def _print(database: str, results: list[Result]) -> None:
    names = zip(
        ("", "events/s", "CPU-ms/event", "web", "database", "client", "p50 ms", "p99 ms"),
        _WIDTHS,
        strict=True,
    )
    header = "".join(f"{name:>{width}}" for name, width in names)
    print(f"{database}, gunicorn {WORKERS} × {THREADS} threads, {psutil.cpu_count()} CPUs\n{header}")
    for each in results:
        cpu: dict[str, Any] = each.cpu_ms_per_event
        figures = f"{sum(cpu.values()):14.3f}{cpu['web']:8.3f}{cpu['database']:10.3f}{cpu['client']:8.3f}"
        print(f"{each.load:16}{each.events_per_second:10,.0f}{figures}{each.p50_ms:9.1f}{each.p99_ms:9.1f}")
    batches, singles = (each.events_per_second for each in results)
    print(f"batches / singles: {batches / singles:.1f}")


if __name__ == "__main__":
    main()
