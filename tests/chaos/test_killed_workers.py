"""Workers killed with SIGKILL in mid-run: everybody finishes once; nobody is called twice without reason."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = 400
LIMIT = 180.0

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(400)]


class Endpoint:
    """A system that journeys call; remembers who called with which key and body."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.calls.append((self.headers["Idempotency-Key"], body))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    yield endpoint
    endpoint.server.shutdown()


class Database:
    """Looks into the database that the workers use, without Django: its connections are the suite's."""

    def __init__(self, url: str) -> None:
        self._url = url

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self._url.startswith("sqlite"):
            with closing(sqlite3.connect(self._url.removeprefix("sqlite:///"), timeout=30)) as connection:
                return connection.execute(sql).fetchall()
        with closing(psycopg.connect(self._url)) as connection:
            return connection.execute(sql).fetchall()

    def one(self, sql: str) -> int:
        return int(self.rows(sql)[0][0])


@pytest.fixture
def workers(database_url: str, endpoint: Endpoint, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "journeyorch.settings",
        "OUTBOUND_ALLOWED_HOSTS": endpoint.host,
    }
    scene = [sys.executable, "-m", "tests.chaos.scene", str(PEOPLE), f"http://{endpoint.host}/tell"]
    subprocess.run(scene, cwd=ROOT, env=environment, check=True)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "runworkers"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    yield process
    tree = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()
    process.wait()
    for child in tree:
        if child.is_running():
            child.kill()


def until(look: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + LIMIT
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {LIMIT:.0f} s for {what}"
        time.sleep(0.1)
    return found


def kill_resident(database: Database, kind: str) -> None:
    pids = until(
        lambda: database.rows(f"SELECT pid FROM journeyorch_resident WHERE kind = '{kind}' AND pid > 0"),
        f"a {kind} resident",
    )
    for (pid,) in pids:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.usefixtures("workers")
def test_killed_workers_lose_and_repeat_nothing(database_url: str, endpoint: Endpoint) -> None:
    database = Database(database_url)
    finished = "SELECT count(*) FROM journeys_instance WHERE status = 1"

    for share, kind in ((0.0, "drain"), (0.1, "call"), (0.3, "drain"), (0.5, "call")):
        until(lambda: len(endpoint.calls) > share * 2 * PEOPLE, "some calls")  # noqa: B023
        kill_resident(database, kind)
    until(lambda: database.one(finished) == PEOPLE, "everybody to finish")

    assert database.one("SELECT count(*) FROM journeys_instance") == PEOPLE
    paths = Counter(
        database.rows("SELECT activity, path, count(*) FROM journeys_stepevent GROUP BY activity, path")
    )
    assert {row[:2]: row[2] for row in paths} == {
        ("lobby", "next"): PEOPLE,
        ("check", "yes"): PEOPLE,
        ("first", "next"): PEOPLE,
        ("hold", "next"): PEOPLE,
        ("second", "next"): PEOPLE,
        ("end", ""): PEOPLE,
    }
    by_key: dict[str, set[bytes]] = {}
    for key, body in endpoint.calls:
        by_key.setdefault(key, set()).add(body)
    assert len(by_key) == 2 * PEOPLE
    assert all(len(bodies) == 1 for bodies in by_key.values())
    # Repeated only around a crash: at most what the killed call workers had under way.
    assert len(endpoint.calls) - 2 * PEOPLE <= 2 * 100
