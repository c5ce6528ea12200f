"""The whole suite on SQLite and on PostgreSQL at the same time: python -m tests.both [ARGUMENTS OF PYTEST]

Of each database the quick and the slow part (tests/plugin.py) are a run of their own: the slow ones wait for
browsers, processes and clocks most of the time, so that four runs share two cores well. What no database
changes runs once. The output of one run is shown as it comes, that of the others afterwards, each in one
piece. Fails if any does.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from operator import itemgetter
from types import FrameType
from typing import IO, NamedTuple

FAILED = 1
# Status of pytest when the arguments leave no test to a run, such as those of one file.
NO_TESTS = 5

RUNS = (
    ("--database=postgres", "--beside=sqlite", "--part=slow"),
    ("--database=postgres", "--beside=sqlite", "--part=quick"),
    ("--database=sqlite", "--beside=postgres", "--part=slow"),
    ("--database=sqlite", "--beside=postgres", "--part=quick"),
)
SHOWN_AT_ONCE = RUNS[-1]


class Run(NamedTuple):
    process: subprocess.Popen[bytes]
    output: IO[bytes] | None


def main(arguments: list[str]) -> int:
    runs = [_start(options, arguments) for options in RUNS]
    _stop_with_us(runs)
    statuses = [run.process.wait() for run in runs]
    # What failed comes last, where one looks.
    for _, run in sorted(zip(map(bool, statuses), runs, strict=True), key=itemgetter(0)):
        if run.output:
            run.output.seek(0)
            sys.stdout.buffer.write(run.output.read())
    sys.stdout.flush()
    ran = [status for status in statuses if status != NO_TESTS]
    return FAILED if any(ran) or not ran else 0


def _start(options: tuple[str, ...], arguments: list[str]) -> Run:
    print("== The suite with", *options, flush=True)
    output = None if options == SHOWN_AT_ONCE else tempfile.TemporaryFile()  # noqa: SIM115 - read at the end
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    return Run(subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT if output else None), output)


def _stop_with_us(runs: list[Run]) -> None:
    """Ctrl-C reaches all of a terminal's processes, and each run ends by itself; other signals only us."""

    def stop(number: int, frame: FrameType | None) -> None:
        for run in runs:
            run.process.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
