"""What work costs: wall seconds, and the CPU seconds of all processes that had a hand in it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import psutil


class Costs(NamedTuple):
    """Seconds."""

    wall: float
    own: float  # CPU of this process and of those it has started, without the database
    database: float  # CPU of the processes that serve the database
    running: float = 0.0  # CPU of this process and of all below it that are still running

    @property
    def cpu(self) -> float:
        return self.own + self.database

    def figures(self, done: int, *, unit: str) -> dict[str, float]:
        """Per unit of work. The last one is what two idle cores could do, at most."""
        return {
            f"{unit}s": done,
            "seconds": round(self.wall, 3),
            f"{unit}s_per_second": round(done / self.wall, 1),
            f"cpu_ms_per_{unit}": round(self.cpu * 1000 / max(done, 1), 4),
            "database_share": round(self.database / max(self.cpu, 1e-9), 3),
            f"{unit}s_per_second_on_two_idle_cores": round(2 * done / max(self.cpu, 1e-9)),
        }


def costs_of(work: Callable[[], object]) -> Costs:
    """Do it and measure. Processes that end meanwhile must be waited for, or their CPU is not seen."""
    family = psutil.Process()
    before, database, running = _cpu_of(family), _cpu(_servers(family)), _cpu(_all(family))
    begun = time.perf_counter()
    work()
    wall = time.perf_counter() - begun
    spent = _cpu(_servers(family)) - database
    return Costs(wall, _cpu_of(family) - before, spent, _cpu(_all(family)) - running)


def median_cpu_us(call: Callable[[], object], *, each: int, runs: int) -> float:
    """CPU of this process for one call, µs: the median of ``runs`` runs of ``each`` calls."""

    def once() -> float:
        start = time.process_time()
        for _ in range(each):
            call()
        return (time.process_time() - start) / each * 1e6

    return round(statistics.median(once() for _ in range(runs)), 1)


def _all(family: psutil.Process) -> list[psutil.Process]:
    """Parents before their children."""
    return [family, *family.children(recursive=True)]


def _servers(family: psutil.Process) -> list[psutil.Process]:
    return [process for process in _all(family) if _serves(process)]


def _serves(process: psutil.Process) -> bool:
    try:
        return "postgres" in process.name()
    except psutil.NoSuchProcess:  # one that has ended since it was listed
        return False


def _cpu_of(process: psutil.Process) -> float:
    """Of the process, and of its children that have ended."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def _cpu(processes: Sequence[psutil.Process]) -> float:
    """Of these, and of their children that have ended.

    Parents are read last: a process that has ended since it was listed has left its CPU with its parent.
    """
    total = 0.0
    for process in reversed(processes):
        with suppress(psutil.NoSuchProcess):
            total += _cpu_of(process)
    return total
