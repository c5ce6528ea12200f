"""Residents for tests with real processes: they note what they do in a folder (settings.NOTES)."""

from __future__ import annotations

import os
import time
from pathlib import Path

from django.conf import settings

from journeyorch.queue import Lifetime


def note(lifetime: Lifetime) -> None:
    """Append a line to `work` ten times a second; hang without a word while a file `hang-<pid>` exists."""
    while not lifetime.should_stop():
        lifetime.beat()
        _append("work", f"{lifetime.owner.split('-')[0]} {os.getpid()} {lifetime.index}/{lifetime.count}")
        while _path(f"hang-{os.getpid()}").exists():
            time.sleep(0.05)
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
