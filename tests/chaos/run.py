"""Everything dies, nothing is lost: python -m tests.chaos.run [--seconds 600] [--database postgres|sqlite]

An installation of its own under steady traffic: web server, workers, database. One fault after the other,
each followed by the time until an event sent after it has led to its call. Then the ledger: what was accepted
beside what became of it. Ends with 1 if anything was lost, doubled, early or out of order, or did not
come back.
"""

from __future__ import annotations

import argparse
import itertools
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.chaos.faults import Fault, clock_forward, faults_of
from tests.chaos.installation import Installation
from tests.chaos.ledger import audit, is_sound, unfinished
from tests.chaos.traffic import STORY, Traffic
from tests.postgres import running

# Nothing may take longer to come back (a few seconds on an idle machine).
COMES_BACK_WITHIN = 120.0
ENDS_WITHIN = 240.0
PEOPLE_PER_SECOND = 12.0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=__doc__)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--only", help="this fault again and again, by the name of its function")
    parser.add_argument("--first", nargs="+", default=[], metavar="FAULT", help="these before the others")
    parser.add_argument("--beside", type=Path, help="a folder with another release, whose workers help")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    # However it is told to stop, what it has started stops with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("It was told to stop."))
    with (
        tempfile.TemporaryDirectory() as folder,
        installed(options.database, Path(folder), beside=options.beside) as one,
    ):
        faults = chosen(faults_of(one), only=options.only, first=options.first)
        figures = run(one, faults, seconds=options.seconds)
    for name, value in figures.items():
        print(f"{name:<32}{value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2, default=str))
    return 0 if is_sound(figures) else 1


@contextmanager
def installed(database: str, folder: Path, *, beside: Path | None = None) -> Iterator[Installation]:
    if database == "sqlite":
        one = Installation(folder, f"sqlite:///{folder}/chaos.sqlite3", None, beside=beside)
        try:
            yield one
        finally:
            one.stop()
        return
    # Durable as in production; what a crash of the machine does is not tried here.
    with running(fsync=True) as server:
        one = Installation(folder, server.url, server, beside=beside)
        try:
            yield one
        finally:
            one.stop()


def chosen(faults: Sequence[Fault], *, only: str | None, first: Sequence[str]) -> list[Fault]:
    """Which faults happen, in which order. A name that is not there ends the program."""
    by_name = {fault.__name__: fault for fault in faults}
    if unknown := {*first, *([only] if only else [])} - by_name.keys():
        raise SystemExit(f"No such fault: {', '.join(sorted(unknown))}. There are: {', '.join(by_name)}.")
    if only:
        return [by_name[only]]
    return [*(by_name[name] for name in first), *(fault for fault in faults if fault.__name__ not in first)]


def run(one: Installation, faults: Sequence[Fault], *, seconds: float) -> dict[str, Any]:
    traffic = Traffic(one, people_per_second=PEOPLE_PER_SECOND)
    traffic.start()
    print(f"{'started':<32}{recovery(one, traffic):6.1f} s", flush=True)
    injected = inject(one, traffic, itertools.cycle(faults), until=time.monotonic() + seconds)
    traffic.stop()
    people = len(traffic.accepted) // len(STORY)
    if one.server:
        for _ in range(2):
            clock_forward(one)  # what was begun before the clock went back must not be waited for
    await_(lambda: unfinished(one, people) <= 0, one, within=ENDS_WITHIN)
    return {
        "faults": len(injected),
        "requests refused": traffic.refused,
        "commits refused to the stopped": one.told("A lease was lost"),
        **audit(one, traffic.accepted),
    }


def inject(one: Installation, traffic: Traffic, faults: Iterator[Fault], *, until: float) -> list[str]:
    injected: list[str] = []
    while time.monotonic() < until:
        fault = next(faults)
        _do(fault, one)
        injected.append(fault.__name__)
        print(f"{fault.__name__:<32}{recovery(one, traffic):6.1f} s", flush=True)
    return injected


def _do(fault: Fault, one: Installation) -> None:
    """A fault needs its victim: right after another fault it may not be there yet."""
    deadline = time.monotonic() + COMES_BACK_WITHIN
    while True:
        try:
            return fault(one)
        except (psutil.NoSuchProcess, StopIteration, IndexError, psycopg.Error):
            if time.monotonic() > deadline:
                raise
            one.tend()
            time.sleep(0.5)


def recovery(one: Installation, traffic: Traffic) -> float:
    """Seconds until an event that was accepted from now on has led to its call."""
    begun = time.monotonic()

    def is_back() -> bool:
        since = [id for id, at in list(traffic.accepted.items()) if at > begun and id.endswith(":0")]
        return any(id in one.endpoint.arrived for id in since)

    if not await_(is_back, one, within=COMES_BACK_WITHIN):
        raise SystemExit(f"It did not come back within {COMES_BACK_WITHIN:.0f} s.")
    return time.monotonic() - begun


def await_(look: Callable[[], bool], one: Installation, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if look():
            return True
        one.tend()
        time.sleep(0.1)
    return False


if __name__ == "__main__":
    sys.exit(main())
