"""Libraries of other systems' clients, in their newest versions, as their makers publish them.

They are unpacked below var/clients, which is not part of the repository. That the newest ones work is what
the tests want to know: single packages are looked up anew in every run, those with all that they depend on,
which takes much longer to install, once a day.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools import javascript

FOLDER = javascript.ROOT / "var" / "clients"
LIMIT = 60.0


class NotInstallable(Exception):
    """The package cannot be had on this machine now; the message says why."""


def from_npm(name: str) -> Path:
    """The folder of the newest version of a package, as it is in the registry, without what it depends on.

    For libraries that bring a file for browsers, in which everything is bundled.
    """
    found = FOLDER / "npm" / name
    with _alone(found):
        packed = _npm("pack", f"{name}@latest", "--pack-destination", str(found))[0]
        folder = found / packed["version"]
        if not folder.exists():
            with tarfile.open(found / packed["filename"]) as archive:
                archive.extractall(found / "unpacked", filter="data")
            (found / "unpacked" / "package").rename(folder)
    return folder


def from_npm_with_dependencies(*names: str) -> Path:
    """The ``node_modules`` with the newest versions of packages, and with what they depend on."""

    def install(folder: Path) -> None:
        newest = [f"{name}@latest" for name in names]
        _npm("install", *newest, "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund")

    return _installed_today("node", names, install) / "node_modules"


def from_pypi(*names: str) -> Path:
    """A folder for PYTHONPATH with the newest versions of packages, and with what they depend on."""

    def install(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "install", *names, "--target", str(folder)]
        options = ["--quiet", "--no-input", "--no-compile", "--only-binary=:all:", "--retries=0"]
        _run(f"pip install {' '.join(names)}", *pip, *options, "--disable-pip-version-check")

    return _installed_today("python", names, install)


def _installed_today(kind: str, names: Iterable[str], install: Callable[[Path], None]) -> Path:
    """A folder that is there only once it is whole; it replaces those of other days."""
    wanted = hashlib.sha256(" ".join(names).encode()).hexdigest()[:12]
    place = FOLDER / kind
    folder = place / f"{datetime.now(UTC):%Y-%m-%d}-{wanted}"
    with _alone(place):
        if not folder.exists():
            for old in place.glob("*-*"):
                shutil.rmtree(old)
            unfinished = place / f"unfinished-{wanted}"
            unfinished.mkdir()
            install(unfinished)
            unfinished.rename(folder)
    return folder


def _npm(*arguments: str) -> Any:
    try:
        program = javascript.npm()
    except javascript.NodeMissing as problem:
        raise NotInstallable(str(problem)) from None
    options = ["--json", "--prefer-online", "--fetch-retries=0"]
    return json.loads(_run(f"npm {' '.join(arguments[:2])}", program, *arguments, *options))


def _run(called: str, *command: str) -> str:
    """What an installer tells; ``called``: what messages call it."""
    # The machine's own certificates: npm may have to go through a proxy that only they vouch for.
    environment = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
    try:
        ran = subprocess.run(
            command, cwd=javascript.ROOT, env=environment, check=True,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotInstallable(f"{called} took longer than {LIMIT:.0f} seconds") from None
    except subprocess.CalledProcessError as problem:
        said = (problem.stderr or problem.stdout).strip().splitlines()
        reason = next((line for line in said if "error" in line.lower()), "it does not say why")
        raise NotInstallable(f"{called} failed: {reason}") from None
    return ran.stdout


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two runs of the suite, on two databases, want the same package at the same time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
