"""The product as it is installed, behind gunicorn on 127.0.0.1, for tests and benches that need real HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.postgres import free_port

START_SECONDS = 30


class Server(NamedTuple):
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def gunicorn(
    environment: dict[str, str],
    *options: str,
    application: str = "journeyorch.wsgi:application",
    port: int | None = None,
) -> Iterator[Server]:
    """Start a server with ``options`` of gunicorn; it is stopped by its process id."""
    port = port or free_port()
    command = [sys.executable, "-m", "gunicorn", application]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning", *options]
    process = subprocess.Popen(command, env=environment)
    try:
        _await_answer(port, process)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(timeout=60)


def environment_for(database_url: str) -> dict[str, str]:
    """The environment of processes that use a database."""
    return {**os.environ, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "journeyorch.settings"}


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("gunicorn did not start; its own output says why.")
