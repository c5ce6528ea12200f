"""Adds the steps of a wave to their hourly sums, in the transaction that writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from journeyorch import bulk
from journeyorch.bulk import Column
from journeys.durations import bucket_of
from journeys.engine import tables
from journeys.engine.decide import StepStatus
from journeys.engine.wave.handled import Step

_FAILURES = frozenset({StepStatus.ERROR, StepStatus.TIMED_OUT, StepStatus.CAPPED})
# Nobody went on by them.
_STOOD_STILL = frozenset({StepStatus.DISCARDED, StepStatus.OPERATED})
# As long as the column.
_CODE = 40
_Key = tuple[Any, ...]


def write_counts(writes: bulk.Writes, steps: Sequence[Step], *, now: datetime) -> None:
    """Add step events to their sums. All of a wave happen at its one instant, so in one hour.

    Its lanes are all ours: what is counted stands in the row of one of them, or each wave would write 64
    times as many rows. What is counted of a test stays with its lane, by which it is forgotten.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    first = min((step.lane_id for step in steps), default=0)
    together = (hour, first, 0)
    counts, errors, times, fetches = (Counter[_Key]() for _ in range(4))
    for step in steps:
        record = step.record
        where = (hour, step.lane_id, step.run) if step.run else together
        counts[step.version_id, record.activity, record.path, int(record.status), *where] += 1
        if bucket := _bucket(step):
            times[step.version_id, record.activity, bucket, *where] += 1
        if not record.detail:
            continue
        if record.status in _FAILURES and (code := record.detail.get("code")):
            why = (int(record.status), record.path, code[:_CODE])
            errors[step.version_id, record.activity, *why, *where] += 1
        for asked in _fetched(record.detail):
            fetches[step.version_id, record.activity, *asked, *where] += 1
    _add(writes, tables.STEP_COUNT, tables.STEP_COUNT_KEY, counts)
    _add(writes, tables.STEP_ERROR_COUNT, tables.STEP_ERROR_COUNT_KEY, errors)
    _add(writes, tables.STEP_TIME_COUNT, tables.STEP_TIME_COUNT_KEY, times)
    _add(writes, tables.FETCH_COUNT, tables.FETCH_COUNT_KEY, fetches)


def _bucket(step: Step) -> int:
    """0: at once. The first step's time is that from the receipt to the handling: nobody was there yet."""
    record = step.record
    if record.at == record.entered_at or step.entrance or record.status in _STOOD_STILL:
        return 0
    return bucket_of(record.at - record.entered_at)


def _fetched(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The field groups that a step has asked for, and once more the one that failed, with its code."""
    for group, _calls, _ms in detail.get("fetches", ()):
        yield group, ""
    if "fetch" in detail:
        yield detail["fetch"], detail["code"][:_CODE]


def _add(writes: bulk.Writes, table: str, key: Sequence[Column], counts: Mapping[_Key, int]) -> None:
    """The lane is in the key, so that no two waves write the same row."""
    writes.insert(
        table,
        (*key, tables.N),
        [(*values, counts[values]) for values in sorted(counts)],
        on_conflict=tables.added_up(key),
    )
