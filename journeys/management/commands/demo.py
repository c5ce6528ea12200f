"""`manage.py demo`: the whole product with demo data, on this machine only, until Ctrl-C."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeyorch.supervisor.processes import die_with
from journeys.demo.hotel import LOGINS, PASSWORD

_READY_SECONDS = 60
# The workers' own limit is 25 s; whoever is left then is killed.
_STOP_SECONDS = 30


class Command(BaseCommand):
    help = "Runs web server, workers and a catcher with demo data on SQLite; Ctrl-C ends all of it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, help="of the product's pages (default: %(default)s)"
        )
        parser.add_argument(
            "--catcher-port", type=int, default=8025, help="of the catcher (default: %(default)s)"
        )
        parser.add_argument(
            "--smtp-port", type=int, default=8026, help="of its SMTP server (default: %(default)s)"
        )
        parser.add_argument(
            "--reservations-port", type=int, default=8027, help="of the hotel's reservation system"
        )
        parser.add_argument(
            "--folder", type=Path, default=settings.BASE_DIR / "var", help="for database and mail"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("port", "catcher_port", "smtp_port", "reservations_port"):
            _require_free(options[name], "--" + name.replace("_", "-"))
        folder: Path = options["folder"].resolve()
        folder.mkdir(parents=True, exist_ok=True)
        environment = _environment(folder, options)
        for command in _preparations(options):
            if subprocess.run(command, env=environment, check=False).returncode:
                raise CommandError(f"“{' '.join(command[1:])}” failed; its message is above.")
        over = _stop_signal()
        processes = {
            name: _start(command, environment) for name, command in _servers(folder, options).items()
        }
        try:
            if _wait_until_ready(options["port"], processes.values(), over):
                self._greet(options)
            _wait(processes, over)
        finally:
            self.stdout.write("\nStopping …")
            _stop(list(processes.values()))
            self.stdout.write("Everything has stopped.")

    def _greet(self, options: Mapping[str, Any]) -> None:
        logins = "\n".join(f"  {login.username:<10} {PASSWORD}   {login.role}" for login in LOGINS)
        self.stdout.write(
            f"""
Journeyorch is running, on this machine only:

  http://127.0.0.1:{options["port"]}/        the product
  http://127.0.0.1:{options["catcher_port"]}/        what it sends: email, SMS, push, calls

Log in as
{logins}

Send guests through the hotel:  .venv/bin/python manage.py demo_events --count 100 --rate 10
Ctrl-C stops everything."""
        )
        self.stdout.flush()


def _require_free(port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(
                f"Port {port} is in use. Stop what uses it, or choose another with {option}."
            ) from None


def _environment(folder: Path, options: Mapping[str, Any]) -> dict[str, str]:
    """The children's settings: as in production, but for plain HTTP on loopback."""
    catcher = options["catcher_port"]
    own = (catcher, options["reservations_port"], options["smtp_port"])
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "journeyorch.settings",
        "DEBUG": "false",
        "DEMO": "true",
        "DEMO_CATCHER_URL": f"http://127.0.0.1:{catcher}/",
        "PUBLIC_URL": f"http://127.0.0.1:{options['port']}",
        "SECRET_KEY": _secret_key(folder / "secret-key"),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "OUTBOUND_ALLOWED_HOSTS": ",".join(f"127.0.0.1:{port}" for port in own),
    }


def _secret_key(path: Path) -> str:
    """Kept, so that sealed secrets and sessions outlive a restart."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def _preparations(options: Mapping[str, Any]) -> list[list[str]]:
    return [
        _manage("migrate", "--verbosity=0"),
        # The scripts of the pages; `make setup` has made them, unless something has changed since.
        [sys.executable, str(settings.BASE_DIR / "tools" / "javascript.py")],
        _manage("collectstatic", "--noinput", "--verbosity=0"),
        _manage(
            "demo_data",
            f"--catcher=http://127.0.0.1:{options['catcher_port']}",
            f"--reservations=http://127.0.0.1:{options['reservations_port']}",
        ),
    ]


def _servers(folder: Path, options: Mapping[str, Any]) -> dict[str, list[str]]:
    web = [sys.executable, "-m", "gunicorn", f"--config={settings.BASE_DIR / 'gunicorn.conf.py'}"]
    web += ["journeyorch.wsgi", f"--bind=127.0.0.1:{options['port']}"]
    return {
        "catcher": _manage(
            "demo_catcher",
            f"--port={options['catcher_port']}",
            f"--smtp-port={options['smtp_port']}",
            f"--reservations-port={options['reservations_port']}",
            f"--file={folder / 'catcher.jsonl'}",
        ),
        "web server": [*web, "--workers=1", "--threads=4", "--log-level=warning"],
        "workers": _manage("runworkers"),
    }


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C in the terminal reaches us alone, and we stop the others in order."""
    parent = os.getpid()
    return subprocess.Popen(
        command,
        env=environment,
        start_new_session=True,
        preexec_fn=lambda: die_with(parent),
        stdout=sys.stderr,
    )


def _stop_signal() -> threading.Event:
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    return over


def _wait_until_ready(port: int, processes: Iterable[subprocess.Popen[bytes]], over: threading.Event) -> bool:
    until = time.monotonic() + _READY_SECONDS
    while (
        time.monotonic() < until
        and not over.wait(0.1)
        and all(process.poll() is None for process in processes)
    ):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return True
        except OSError:
            continue
    return False


def _wait(processes: Mapping[str, subprocess.Popen[bytes]], over: threading.Event) -> None:
    while not over.wait(0.5):
        for name, process in processes.items():
            if process.poll() is not None:
                raise CommandError(f"The {name} has ended by itself; its message is above.")


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + _STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
