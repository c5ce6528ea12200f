"""Residents for tests with real processes: they note what they do in a folder (settings.NOTES)."""

from __future__ import annotations

import os
import time
from pathlib import Path

from django.conf import settings

from journeyorch import queue
from journeyorch.queue import Lifetime
from journeyorch.supervisor import keeper, residents

# Shorter lives, so that a test sees residents follow one another. Imported before the first fork.
queue.LIFETIME = 3.0
residents.HANDOVER_AFTER = 1.5
keeper.SWEEP_EVERY = 2.0


def note(lifetime: Lifetime) -> None:
    """Append "owner pid index/count" to `work` ten times a second; hang while a file `hang-<pid>` exists.

    A file `greedy` makes a drain resident ask for 8 GiB, once.
    """
    lifetime.take_over()
    while not lifetime.should_stop():
        lifetime.beat()
        _append("work", f"{lifetime.owner} {os.getpid()} {lifetime.index}/{lifetime.count}")
        while _path(f"hang-{os.getpid()}").exists():
            time.sleep(0.05)
        if _path("greedy").exists() and lifetime.owner.startswith("drain"):
            _path("greedy").unlink()
            bytearray(8 << 30)
        time.sleep(0.1)
    _append("returned", lifetime.owner)


def tick() -> None:
    _append("ticks", "tick")
    if _path("broken-ticker").exists():
        raise RuntimeError("The ticker of a test was told to fail.")


def _append(name: str, line: str) -> None:
    with _path(name).open("a") as file:
        file.write(f"{line}\n")


def _path(name: str) -> Path:
    return Path(settings.NOTES) / name
