"""Profile caps in a wave: how many places are taken, and the taking of more, never beyond the cap.

Several waves take places of the same cap at the same time. Each counts on from what it has read and writes
its own additions on the condition that they still fit; a miss is decided again (engine.md, Waves).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from journeyorch import bulk
from journeys.engine import tables
from journeys.engine.decide import Plan, StepRecord
from journeys.engine.decide.step import CapStep

#: After so long the count starts again (users.md, Which way).
PERIOD = timedelta(days=180)

Key = tuple[int, bool, str]  # version, in test, activity


class Counted(NamedTuple):
    """A stored count."""

    since: datetime
    taken: int


class Caps:
    """The caps of a wave's plans: as they were read, and what the wave has taken since."""

    def __init__(self, stored: Mapping[Key, Counted], *, now: datetime) -> None:
        self._now = now
        self._stored = stored
        self._taken: dict[tuple[int, bool], dict[str, int]] = defaultdict(dict)
        self._added: dict[Key, int] = defaultdict(int)
        self._most: dict[Key, int] = {}
        for (version, in_test, activity), counted in stored.items():
            self._taken[version, in_test][activity] = 0 if self._is_over(counted) else counted.taken

    def of(self, plan: Plan) -> Mapping[str, int]:
        """How many people have taken the first path of each of the plan's caps, this wave's included."""
        return self._taken[plan.version_id, plan.in_test]

    def count(self, plan: Plan, steps: Iterable[StepRecord]) -> None:
        """Count who has taken a place in these steps."""
        if not plan.caps:
            return
        for step in steps:
            if step.activity in plan.caps and step.path == CapStep.within:
                key = (plan.version_id, plan.in_test, step.activity)
                taken = self._taken[plan.version_id, plan.in_test]
                taken[step.activity] = taken.get(step.activity, 0) + 1
                self._added[key] += 1
                self._most[key] = plan.caps[step.activity]

    def write(self) -> bool:
        """Write what was taken, in the order of the keys; False if some of it does not fit any more."""
        keys = sorted(self._added)
        new = [key for key in keys if key not in self._stored]
        over = [key for key in keys if key in self._stored and self._is_over(self._stored[key])]
        going = [key for key in keys if key in self._stored and not self._is_over(self._stored[key])]
        return self._begin(new) and self._begin_again(over) and self._add(going)

    def _begin(self, keys: Sequence[Key]) -> bool:
        rows = [(*key, *self._first(key)) for key in keys]
        columns = (*tables.PROFILE_CAP_KEY, *tables.PROFILE_CAP_MOVING)
        return bulk.insert(tables.PROFILE_CAP, columns, rows, on_conflict="DO NOTHING") == len(rows)

    def _begin_again(self, keys: Sequence[Key]) -> bool:
        rows = [(*key, self._stored[key].since, *self._first(key)) for key in keys]
        return _update(tables.PROFILE_CAP_MOVING, rows)

    def _add(self, keys: Sequence[Key]) -> bool:
        _, taken, most = tables.PROFILE_CAP_MOVING
        columns = (taken._replace(expression="t.taken + v.taken"), most)
        rows = [(*key, self._stored[key].since, self._added[key], self._most[key]) for key in keys]
        return _update(columns, rows, where="t.taken + v.taken <= v.most")

    def _first(self, key: Key) -> tuple[datetime, int, int]:
        return self._now, self._added[key], self._most[key]

    def _is_over(self, counted: Counted) -> bool:
        return self._now >= counted.since + PERIOD


def _update(columns: Sequence[bulk.Column], rows: Sequence[Any], *, where: str = "") -> bool:
    """On the condition that the count is still of the period that was read."""
    key = (*tables.PROFILE_CAP_KEY, tables.PROFILE_CAP_MOVING[0])
    return bulk.update(tables.PROFILE_CAP, key, columns, rows, where=where, in_order=True) == len(rows)


def load_caps(plans: Iterable[Plan], *, now: datetime, lock: bool) -> Caps:
    """The counts of all caps of these plans; ``lock`` keeps other waves from them until we commit."""
    keys = sorted({(plan.version_id, plan.in_test, activity) for plan in plans for activity in plan.caps})
    found = bulk.lookup(
        tables.PROFILE_CAP, tables.PROFILE_CAP_KEY, keys, tables.PROFILE_CAP_MOVING[:2], lock=lock
    )
    return Caps({keys[ordinal]: Counted(since, taken) for ordinal, since, taken in found}, now=now)
