"""The whole suite on SQLite and on PostgreSQL at the same time: python -m tests.both [ARGUMENTS OF PYTEST]

Each run waits for processes and clocks most of the time, so two of them share two cores well. What touches no
database runs once, with SQLite. PostgreSQL's output is shown as it comes, SQLite's afterwards in one piece.
Fails if either does.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from types import FrameType
from typing import IO

FAILED = 1


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryFile() as output:
        runs = [
            _start("sqlite", arguments, output),
            _start("postgres", ["--only-with-database", *arguments], None),
        ]
        _stop_with_us(runs)
        failed = [run.wait() != 0 for run in reversed(runs)]
        output.seek(0)
        sys.stdout.buffer.write(output.read())
        sys.stdout.flush()
    return FAILED if any(failed) else 0


def _start(database: str, arguments: list[str], output: IO[bytes] | None) -> subprocess.Popen[bytes]:
    print(f"== The suite on {database}", flush=True)
    command = [sys.executable, "-m", "pytest", f"--database={database}", *arguments]
    return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT if output else None)


def _stop_with_us(runs: list[subprocess.Popen[bytes]]) -> None:
    """Ctrl-C reaches all of a terminal's processes, and each run ends by itself; other signals only us."""

    def stop(number: int, frame: FrameType | None) -> None:
        for run in runs:
            run.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
