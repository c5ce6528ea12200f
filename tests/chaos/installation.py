"""A whole installation for chaos: database, web server, workers, and a system that journeys call."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import psutil
import psycopg

from tests.postgres import Cluster, free_port

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "chaos-token"
STOP_WITHIN = 40.0


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, address: Any) -> None:
        """Its clients are killed in mid-call."""


class Endpoint:
    """The system that is called; remembers when whose call arrived, with which key and body."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        self.arrived: dict[str, float] = {}
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.calls.append((self.headers["Idempotency-Key"], body))
                endpoint.arrived.setdefault(orjson.loads(body)["event"], time.monotonic())
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_port}"


class Installation:
    """What runs; ``tend`` starts again what was killed, as a service manager would."""

    def __init__(self, folder: Path, url: str, server: Cluster | None, *, beside: Path | None = None) -> None:
        """``beside``: the code of another release, whose workers work on the same database."""
        self.endpoint = Endpoint()
        self.server = server
        self.url = url
        self.port = free_port()
        self._log = (folder / "log").open("ab")
        self._log_path = folder / "log"
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "journeyorch.settings",
            "OUTBOUND_ALLOWED_HOSTS": self.endpoint.host,
            "LOG_LEVEL": "WARNING",
            "DEBUG": "false",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECRET_KEY": "x" * 60,
            "HTTPS": "false",
        }
        call = f"http://{self.endpoint.host}/call"
        self.inlet = self._output("tests.chaos.everything_scene", call, TOKEN).split()[-1]
        self.web = self.start_web()
        self.workers = self.start_workers()
        self._beside = beside
        self.neighbours = self.start_workers(beside) if beside else None

    def _output(self, module: str, *arguments: str) -> str:
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def start_web(self) -> subprocess.Popen[bytes]:
        options = [f"--bind=127.0.0.1:{self.port}", "--workers=2", "--threads=2"]
        return self._start("-m", "gunicorn", "journeyorch.wsgi", *options)

    def start_workers(self, code: Path = ROOT) -> subprocess.Popen[bytes]:
        residents = 2 if self.server else 1
        return self._start("manage.py", "runworkers", f"--drain-residents={residents}", code=code)

    def _start(self, *arguments: str, code: Path = ROOT) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=code, env=self.environment, stdout=self._log, stderr=self._log
        )

    def tend(self) -> None:
        if self.web.poll() is not None:
            self.web = self.start_web()
        if self.workers.poll() is not None:
            self.workers = self.start_workers()
        if self._beside and self.neighbours and self.neighbours.poll() is not None:
            self.neighbours = self.start_workers(self._beside)

    def stop(self) -> None:
        processes = [self.web, self.workers, *([self.neighbours] if self.neighbours else [])]
        for process in processes:
            process.terminate()
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_WITHIN)
        for process in processes:
            process.kill()
        self.endpoint.server.shutdown()
        self._log.close()

    # --- Looking inside ---------------------------------------------------------------------------

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What the database says; without Django, whose settings may be another database's."""
        if self.server is None:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=30)) as database:
                return database.execute(sql.replace("%s", "?"), parameters).fetchall()
        with closing(psycopg.connect(self.url, connect_timeout=5)) as database:
            return database.execute(sql, parameters).fetchall()  # type: ignore[arg-type]

    def told(self, text: str) -> int:
        """How often the processes have written this into their log."""
        return self._log_path.read_text(errors="replace").count(text)

    def execute(self, sql: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as database:
            database.execute(sql)  # type: ignore[arg-type]

    def residents(self, kind: str) -> list[psutil.Process]:
        """The processes at work on a resident of this kind."""
        found = self.rows("SELECT pid FROM journeyorch_resident WHERE kind = %s AND pid > 0", kind)
        return [psutil.Process(pid) for (pid,) in found if psutil.pid_exists(pid)]

    def keeper(self) -> psutil.Process:
        return next(child for child in self._children() if not child.children())

    def cluster(self, kind: str) -> tuple[psutil.Process, psutil.Process, list[psutil.Process]]:
        """(main process, sentinel, everything under it that is at no resident) of a cluster."""
        ours = psutil.Process(self.workers.pid)
        busy = [resident for resident in self.residents(kind) if ours in resident.parents()]
        sentinel = busy[0].parent()
        assert sentinel is not None
        main = sentinel.parent()
        assert main is not None
        others = [child for child in sentinel.children() if child not in busy]
        return main, sentinel, sorted(others, key=lambda child: child.pid)

    def _children(self) -> list[psutil.Process]:
        return psutil.Process(self.workers.pid).children()


def kill(process: psutil.Process) -> None:
    process.send_signal(signal.SIGKILL)
