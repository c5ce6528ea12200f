"""The few numbers that the supervisor shares with the processes it forks.

They live in anonymous shared memory and not in the database, because they must tell the truth while the
database is away, and because on SQLite each beat would be a synchronous write.
Every number has one writer and is aligned, so no lock is needed, and none can be left behind by kill -9.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterable
from enum import IntEnum

# Runs of one cluster that are under way at a time have ids that differ by far less.
_CELLS = 1024


class Phase(IntEnum):
    RUNNING = 0
    STOPPING = 1  # residents are asked to return
    STOPPED = 2  # no cluster is left: the keeper removes the rows and returns


class ClusterNumbers(ctypes.Structure):
    """About one q2 cluster; times are `time.monotonic()`, 0 until the first."""

    generation: int  # counts the starts of this cluster; part of its queue's name
    group: int  # process group, equal to the pid of its main process
    guarded_at: float  # the sentinel last went through its loop
    answered_at: float  # a beat last went all the way through pusher, worker and monitor
    workers: ctypes.Array[ctypes.c_int64]  # see begin()

    _fields_ = [
        ("generation", ctypes.c_int64),
        ("group", ctypes.c_int64),
        ("guarded_at", ctypes.c_double),
        ("answered_at", ctypes.c_double),
        ("workers", ctypes.c_int64 * _CELLS),
    ]

    def begin(self, run: int, *, pid: int) -> None:
        """Note that this process now works on this run of a resident (the id of its row)."""
        self.workers[run % _CELLS] = pid

    def end(self, run: int) -> None:
        self.workers[run % _CELLS] = 0

    def is_at(self, run: int, *, pid: int) -> bool:
        """Whether this process works on this run: its row may say so still when the database was away."""
        return self.workers[run % _CELLS] == pid


class HostNumbers(ctypes.Structure):
    phase: int
    kept_at: float  # the keeper last went through its loop, `time.monotonic()`

    _fields_ = [("phase", ctypes.c_int64), ("kept_at", ctypes.c_double)]


class Board:
    """Created once, before the first fork; every later child sees the same numbers."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self.host = HostNumbers.from_buffer(mmap.mmap(-1, ctypes.sizeof(HostNumbers)))
        self.clusters = {
            kind: ClusterNumbers.from_buffer(mmap.mmap(-1, ctypes.sizeof(ClusterNumbers))) for kind in kinds
        }
