"""Libraries of other systems' clients, in their newest versions, as their makers publish them.

They are unpacked below var/clients, which is not part of the repository, and looked up anew in every run:
that the newest ones work is what the tests want to know.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
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


def from_pypi(*names: str) -> Path:
    """A folder with the newest versions of packages and all that they need, for a process's PYTHONPATH."""
    folder = FOLDER / "pypi" / "packages"
    with _alone(folder.parent):
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--retries=0"]
        try:
            subprocess.run(
                [*pip, "install", "--quiet", "--upgrade", f"--target={folder}", *names], check=True,
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise NotInstallable(f"pip took longer than {LIMIT:.0f} seconds") from None
        except subprocess.CalledProcessError as problem:
            said = problem.stderr.strip().splitlines()
            raise NotInstallable(f"pip failed: {said[-1] if said else ''}") from None
    return folder


def _npm(*arguments: str) -> Any:
    # The machine's own certificates: npm may have to go through a proxy that only they vouch for.
    environment = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
    options = ["--json", "--prefer-online", "--fetch-retries=0"]
    try:
        ran = subprocess.run(
            [javascript.npm(), *arguments, *options], cwd=javascript.ROOT, env=environment, check=True,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
        )  # fmt: skip
    except javascript.NodeMissing as problem:
        raise NotInstallable(str(problem)) from None
    except subprocess.TimeoutExpired:
        raise NotInstallable(f"npm {arguments[0]} took longer than {LIMIT:.0f} seconds") from None
    except subprocess.CalledProcessError as problem:
        said = (problem.stderr or problem.stdout).strip().splitlines()
        raise NotInstallable(f"npm {' '.join(arguments[:2])} failed: {said[0] if said else ''}") from None
    return json.loads(ran.stdout)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two runs of the suite, on two databases, want the same package at the same time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
