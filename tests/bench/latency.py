"""From an event to its call: python -m tests.bench.latency [--database postgres|sqlite] [--rate 50]

Gunicorn and workers as they are shipped, an endpoint on loopback. A journey of three steps calls the endpoint
with the event's id; the latency of an event is the time from its sending to the arrival of the call.
Beside it: how long until the wave that decided (receipt, routing), from there until the call was begun, the
CPU-ms an event of all processes, how much of that is this client's own (with its endpoint), and the CPU-ms a
second of an installation that receives nothing.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.costs import costs_of
from tests.bench.ends import Endpoint, Sender
from tests.postgres import cluster, free_port

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "bench-token"
IDLE_SECONDS = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.latency", description=__doc__)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with _database(arguments.database) as url:
        figures = measure(url, rate=arguments.rate, seconds=arguments.seconds)
    figures["database"] = arguments.database
    print("  ".join(f"{name} {value}" for name, value in figures.items()))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))
    return 0


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "postgres":
        with cluster(fsync=True) as url:
            yield url
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/bench.sqlite3"


@contextmanager
def installation(url: str, endpoint: Endpoint) -> Iterator[tuple[int, str]]:
    """Web server and workers on a fresh database: (port, key of the inlet)."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "journeyorch.settings",
        "OUTBOUND_ALLOWED_HOSTS": endpoint.host,
        "LOG_LEVEL": "ERROR",
        "DEBUG": "false",
    }
    inlet = subprocess.run(
        [sys.executable, "-m", "tests.bench.latency_scene", f"http://{endpoint.host}/call", TOKEN],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    ).stdout.split()[-1]  # fmt: skip
    port = free_port()
    web = [sys.executable, "-m", "gunicorn", "journeyorch.wsgi", f"--bind=127.0.0.1:{port}", "--workers=2"]
    servers = [
        subprocess.Popen([*web, "--threads=2"], cwd=ROOT, env=environment),
        subprocess.Popen([sys.executable, "manage.py", "runworkers"], cwd=ROOT, env=environment),
    ]
    try:
        _send(port, inlet, rate=5, seconds=6)  # until everything runs and is compiled
        time.sleep(2)
        yield port, inlet
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(40)


def measure(url: str, *, rate: float, seconds: float) -> dict[str, Any]:
    endpoint = Endpoint()
    sent: dict[str, float] = {}
    with installation(url, endpoint) as (port, inlet):
        idle = costs_of(lambda: time.sleep(IDLE_SECONDS))
        before = time.process_time()
        costs = costs_of(lambda: sent.update(_send(port, inlet, rate=rate, seconds=seconds)))
        client = time.process_time() - before
        _await(endpoint, sent)
        stages = _stages(url, len(sent))
    delays = sorted((endpoint.arrived[id] - at) * 1000 for id, at in sent.items() if id in endpoint.arrived)
    return {
        "events": len(sent),
        "missing": len(sent) - len(delays),
        "rate": rate,
        "p50_ms": round(statistics.median(delays), 1),
        "p95_ms": round(delays[int(len(delays) * 0.95)], 1),
        "max_ms": round(delays[-1], 1),
        **stages,
        "cpu_ms_per_event": round(costs.running * 1000 / len(sent), 1),
        "of_the_client": round(client * 1000 / len(sent), 1),
        "idle_cpu_ms_per_second": round(idle.running * 1000 / idle.wall),
    }


def _stages(url: str, count: int) -> dict[str, float]:
    """Medians of the last calls by the database's clock: receipt → wave, wave → attempt."""
    if not url.startswith("postgres"):
        return {}
    sql = """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.created_at - e.received_at)),
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.first_attempt_at - c.created_at))
        FROM (SELECT * FROM journeys_call ORDER BY created_at DESC LIMIT %s) AS c
        JOIN LATERAL (SELECT received_event_id FROM journeys_stepevent s
                       WHERE s.instance_id = c.instance_id AND received_event_id IS NOT NULL LIMIT 1) AS s
            ON true
        JOIN events_receivedevent e ON e.id = s.received_event_id
    """
    with psycopg.connect(url) as database:
        ((until_wave, until_call),) = database.execute(sql, [count]).fetchall()
    return {"to_wave_ms": round(until_wave * 1000, 1), "to_attempt_ms": round(until_call * 1000, 1)}


def _send(port: int, inlet: str, *, rate: float, seconds: float) -> dict[str, float]:
    sent: dict[str, float] = {}
    await_port(port)
    with sender(port, f"/collection/{inlet}") as connection:
        begun = time.perf_counter()
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            id = str(uuid.uuid4())
            sent[id] = time.perf_counter()
            status = connection.send(message(id))
            assert status == 200, status
    return sent


def sender(port: int, path: str) -> Sender:
    return Sender(port, path, {"Authorization": f"Bearer {TOKEN}"})


def message(id: str) -> bytes:
    entity = {
        "_id": id,
        "timestamp": "2026-03-01T12:00:00Z",
        "eventType": "Lobby",
        "amount": 5,
        "identityMap": {"CRMID": [{"id": id, "primary": True}]},
        "filler": "x" * 600,
    }
    body = {"xdmMeta": {}, "xdmEntity": entity}
    return json.dumps({"header": {"imsOrgId": "bench"}, "body": body}).encode()


def await_port(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The web server did not come up.")


def _await(endpoint: Endpoint, sent: dict[str, float]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and not sent.keys() <= endpoint.arrived.keys():
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
