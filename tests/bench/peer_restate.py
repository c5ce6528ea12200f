"""The same work on Restate, for tests.bench.peers: events come over its ingress, each step is durable.

Run by a Python that has the package, with the server's package beside it (tests/bench/peers.py says how they
are installed): PYTHON peer_restate.py PORT DATABASE-URL ENDPOINT. Restate keeps its own log, on disk and
synced, and needs no database. Its telemetry is switched off.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

SERVICE_PORT, ADMIN_PORT = 9080, 9070  # this peer is alone in its network namespace
PATIENCE = 90.0
restate: Any = importlib.import_module("restate")
visits = restate.Service("Visits")


def is_wanted(event: dict[str, Any]) -> bool:
    return bool(event["amount"] > 3)


def tell(id: str) -> int:
    body = json.dumps({"event": id}).encode()
    with _post(os.environ["ENDPOINT"], body) as answer:
        return int(answer.status)


def end(id: str) -> str:
    return id


@visits.handler()
async def visit(context: Any, message: dict[str, Any]) -> str:
    event = message["body"]["xdmEntity"]
    if await context.run_typed("is wanted", is_wanted, event=event):
        await context.run_typed("tell", tell, id=event["_id"])
    return str(await context.run_typed("end", end, id=event["_id"]))


app = restate.app([visits])


def main() -> None:
    port, _, endpoint = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as folder:
        started = [_start_server(port, folder), _start_service(endpoint)]
        try:
            _register()
            print("ready", flush=True)
            started[0].wait()
        finally:
            for process in started:
                process.terminate()
                process.wait()


def _start_server(port: str, folder: str) -> subprocess.Popen[bytes]:
    (server,) = Path(sys.prefix).glob("node_modules/@restatedev/restate-server-*/bin/restate-server")
    settings = {
        "PATH": os.environ["PATH"],
        "RESTATE_DISABLE_TELEMETRY": "true",
        "RESTATE_BASE_DIR": folder,
        "RESTATE_LISTEN_MODE": "tcp",
        "RESTATE_BIND_IP": "127.0.0.1",
        "RESTATE_ADVERTISED_HOST": "127.0.0.1",
        "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{port}",
        "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{ADMIN_PORT}",
        "RESTATE_LOG_FILTER": "error",
    }
    return subprocess.Popen([server, "--no-logo"], env=settings, stdout=sys.stderr)


def _start_service(endpoint: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "hypercorn", f"--bind=127.0.0.1:{SERVICE_PORT}", "--log-level=error"]
    return subprocess.Popen(
        [*command, f"{Path(__file__).stem}:app"],
        cwd=Path(__file__).parent,
        env={"PATH": os.environ["PATH"], "ENDPOINT": endpoint},
        stdout=sys.stderr,
    )


def _register() -> None:
    """Tell the server where the service is, as soon as both are up."""
    body = json.dumps({"uri": f"http://127.0.0.1:{SERVICE_PORT}"}).encode()
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _post(f"http://127.0.0.1:{ADMIN_PORT}/deployments", body).close()
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _post(url: str, body: bytes) -> Any:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
    return urllib.request.urlopen(request)  # noqa: S310 - the bench's own endpoint, or the server beside us


if __name__ == "__main__":
    main()
