"""Which residents to give up and which to start: decided here, done by the keeper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Seconds without a report (or without having begun) after which a resident is given up (engine.md, Workers).
SILENT_AFTER = 5.0
#: However often they were given up for it in vain, they have no longer than this.
LONGEST_SILENCE = 20.0
# A little before a resident returns by itself (queue.LIFETIME), the next one is enqueued: it takes the place
# over, so that work never waits for the change.
HANDOVER_AFTER = 18.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a resident, as the keeper sees it."""

    id: int
    slot: int
    queue: str
    age: float  # seconds since it was enqueued
    silent: float  # seconds since it last reported
    pid: int | None = None  # None: not begun
    alive: bool = True  # False: its process is known to be gone


@dataclass(frozen=True, slots=True)
class Plan:
    give_up: tuple[Run, ...]
    start: tuple[int, ...]  # slots


def patience(in_vain: int) -> float:
    """Seconds of silence, after so many were given up for it and nobody has worked since.

    The first of them may have been stuck. When the next ones are no quicker, the machine is busy: whoever is
    replaced just before it is ready would be for ever.
    """
    return float(min(SILENT_AFTER * 2 ** max(0, in_vain - 1), LONGEST_SILENCE))


def count_in_vain(before: int, runs: Sequence[Run], given_up: Sequence[Run], *, queue: str) -> int:
    """How often in a row silence has been the reason, now that these of the runs are given up."""
    if any(run.pid is not None and run.age >= HANDOVER_AFTER for run in runs):
        return 0  # somebody has worked to the end
    return before + any(run.alive and run.queue == queue for run in given_up)


def plan(runs: Sequence[Run], *, slots: int, queue: str, silent_after: float = SILENT_AFTER) -> Plan:
    """Keep one run at each of the slots 0 … slots − 1, on the cluster whose queue has this name."""
    kept = [run for run in runs if not _is_lost(run, queue, silent_after)]
    start = [slot for slot in range(slots) if all(run.slot != slot for run in kept)]
    if not start and all(run.pid is not None for run in kept):
        # One at a time: the only free worker is lent to the successor, and the cluster's beat needs it too.
        start = _due_for_handover(kept)[:1]
    return Plan(give_up=tuple(run for run in runs if run not in kept), start=tuple(start))


def _is_lost(run: Run, queue: str, silent_after: float) -> bool:
    return run.queue != queue or not run.alive or run.silent >= silent_after


def _due_for_handover(runs: list[Run]) -> list[int]:
    youngest: dict[int, float] = {}
    for run in runs:
        youngest[run.slot] = min(run.age, youngest.get(run.slot, run.age))
    return [slot for slot, age in youngest.items() if age >= HANDOVER_AFTER]
