"""Adds the lanes of an hour up into one row each, when the hour is over, and hours to their days (days.py).

Sums are right at every moment: before, after, and when a row of a lane comes late, which is added, too.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from journeyorch import bulk
from journeys.engine import tables
from journeys.engine.days import add_to_days, keep_days, lock_days
from journeys.engine.sums import SUMS, Sums
from journeys.models.hourly import FOLDED

#: A wave that began in an hour has committed or lost its lease so long after it.
_OVER = timedelta(hours=2)
#: Hours of versions that are folded in one round.
MOST = 20


_APART = f"run = 0 AND lane_id > {FOLDED}"


def fold(now: datetime) -> bool:
    """Fold some hours that are over, the oldest first; True if more may be waiting."""
    more = [_fold_some(sums, now) for sums in SUMS]
    return keep_days() or any(more)


def _fold_some(sums: Sums, now: datetime) -> bool:
    # Nothing in it comes from outside: names of tables and columns, and places for values.
    sql = (
        f"SELECT DISTINCT hour, version_id FROM {sums.table}"
        f" WHERE {_APART} AND hour < %s ORDER BY hour, version_id LIMIT {MOST}"
    )
    found = bulk.run(sql, [bulk.to_database(now - _OVER)])
    for hour, version_id in found:
        if (moment := bulk.from_database(hour)) is not None:
            _fold_one(sums, moment, version_id)
    return len(found) == MOST


def _fold_one(sums: Sums, hour: datetime, version_id: int) -> None:
    """One statement takes the rows away and says what they were: what comes meanwhile stays where it is."""
    names = [column.name for column in sums.key]
    sql = (
        f"DELETE FROM {sums.table} WHERE {_APART} AND hour = %s AND version_id = %s"
        f" RETURNING {', '.join(names)}, n"
    )
    lane, moment = names.index("lane_id"), names.index("hour")
    added: Counter[tuple[Any, ...]] = Counter()
    with transaction.atomic():
        zone = lock_days(version_id)
        for *key, n in bulk.run(sql, [bulk.to_database(hour), version_id]):
            key[lane], key[moment] = FOLDED, hour
            added[tuple(key)] += n
        rows = [(*key, n) for key, n in sorted(added.items())]
        conflict = tables.added_up(sums.key) if sums.unique else ""
        bulk.insert(sums.table, (*sums.key, tables.N), rows, on_conflict=conflict)
        if zone:
            add_to_days(sums, added, zone)
