"""Lanes and leases: who works on what, and how a process that lost its lease is kept from writing.

A lease is taken by a conditional update that raises its ``token``. Whoever writes under it first locks the
row with that token in the same transaction: a zombie (stopped past its lease, then continued) finds
another token and rolls back (engine.md, Waves).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection

from journeyorch import bulk
from journeyorch.access.locks import sandbox_lock
from journeyorch.bulk import Column
from journeys.models.lane import LANES, Lane, RouterLease

LEASE = timedelta(seconds=10)
#: A wave takes lanes until it has so many inputs.
WAVE_INPUTS = 500
#: After so many crashes with the same suspect it is taken out, and a call begun so often is given up: see
#: poison.py. Operators know the number (operations.md, People).
MAX_CRASHES = 5


class Leased(NamedTuple):
    """A lease that we hold."""

    id: int
    owner: str
    token: int
    crashes: int
    careful: int
    suspect: str | None
    begun: bool = False  # we have written down that we handle the suspect

    @property
    def alone(self) -> bool:
        """Whether what waits is handled one by one, because it may hold what crashed a worker."""
        return bool(self.crashes or self.careful)


class Waiting(NamedTuple):
    """A free lane with work in it."""

    lane_id: int
    inputs: int
    since: datetime
    alone: bool
    due: bool = True  # whether timers are


class Lateness(NamedTuple):
    """How long the oldest input, and the first of the due timers, have been waiting, in seconds."""

    inputs: float
    timers: float


class LostLease(Exception):
    """Somebody else holds the lease now; what was decided under it must not be written."""


def lane_of(sandbox_id: int, namespace: str, person_id: str) -> int:
    """The lane of a person: crc32, because Python's ``hash`` differs between processes."""
    key = f"{sandbox_id}\0{namespace}\0{person_id}".encode()
    return sandbox_id * LANES + zlib.crc32(key) % LANES


def ensure_lanes(sandbox_id: int) -> None:
    """Make the lanes and the router's lease of a sandbox; harmless when they exist."""
    first = sandbox_id * LANES
    Lane.objects.bulk_create(
        [Lane(id=first + number, sandbox_id=sandbox_id, number=number) for number in range(LANES)],
        ignore_conflicts=True,
    )
    RouterLease.objects.get_or_create(sandbox_id=sandbox_id)


# A lease that ends much later than one taken now is from before the clock was set back: its owner may be long
# dead. Much, because others may have looked at the clock a little later than we.
_FREE = "(owner IS NULL OR lease_until NOT BETWEEN %s AND %s)"

# One ordered index probe per lane and question; the counts stop at a full wave. What is kept (2) waits for
# something else than its turn.
_WAITING = f"""
SELECT id, inputs, input_since, timer_since, crashes + careful FROM (
    SELECT l.id, l.crashes, l.careful,
        (SELECT i.occurred_at FROM journeys_laneinput i
          WHERE i.lane_id = l.id AND i.bulk < 2 ORDER BY i.bulk, i.id LIMIT 1) AS input_since,
        (SELECT count(*) FROM (SELECT 1 FROM journeys_laneinput i
          WHERE i.lane_id = l.id AND i.bulk < 2 LIMIT {WAVE_INPUTS}) AS counted) AS inputs,
        (SELECT n.wake_at FROM journeys_instance n
          WHERE n.lane_id = l.id AND n.wake_at <= %s ORDER BY n.wake_at LIMIT 1) AS timer_since
    FROM journeys_lane l
    WHERE l.sandbox_id = %s AND (l.owner IS NULL OR l.lease_until NOT BETWEEN %s AND %s)
) AS free WHERE input_since IS NOT NULL OR timer_since IS NOT NULL
"""


def waiting_lanes(sandbox_id: int, now: datetime) -> list[Waiting]:
    """The free lanes of a sandbox that have inputs or due timers, longest waiting first."""
    moment = bulk.to_database(now)
    found = [_waiting(*row) for row in bulk.run(_WAITING, [moment, sandbox_id, *_plausible(now)])]
    return sorted(found, key=lambda lane: lane.since)


def _waiting(id: int, inputs: int, input_since: Any, timer_since: Any, doubts: int) -> Waiting:
    since = min(filter(None, map(bulk.from_database, (input_since, timer_since))))
    return Waiting(id, inputs, since, bool(doubts), due=timer_since is not None)


def lateness(sandbox_id: int, now: datetime) -> Lateness:
    """How late the free lanes of a sandbox are: what is leased is being worked on."""
    moment = bulk.to_database(now)
    rows = bulk.run(_WAITING, [moment, sandbox_id, *_plausible(now)])
    ages = [[_age(one, now) for one in row[2:4]] for row in rows]
    return Lateness(*(max(kind, default=0.0) for kind in zip(*ages, strict=True))) if ages else Lateness(0, 0)


def _age(since: Any, now: datetime) -> float:
    moment = bulk.from_database(since)
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())


def _plausible(now: datetime) -> tuple[Any, Any]:
    """Between which moments a lease ends that somebody may still hold."""
    return bulk.to_database(now), bulk.to_database(now + 2 * LEASE)


def choose(waiting: Sequence[Waiting], *, workers: int, doubtful_last: bool = False) -> list[int]:
    """The lanes for one wave: the longest waiting, up to 500 inputs and a fair share of the lanes.

    A lane that crashed somebody is worked on alone, and its backlog takes its time: with ``doubtful_last``
    the others come first. Whoever drains uses it every other time, or the others would wait for it all.
    """
    chosen: list[int] = []
    inputs = 0
    for lane in sorted(waiting, key=attrgetter("alone")) if doubtful_last else waiting:
        if lane.alone:
            if not chosen:
                return [lane.lane_id]
            continue
        chosen.append(lane.lane_id)
        inputs += lane.inputs
        if inputs >= WAVE_INPUTS or len(chosen) >= max(1, LANES // workers):
            break
    return chosen


def lease(lane_ids: Sequence[int], *, owner: str, now: datetime) -> list[Leased]:
    """Take those of the lanes that are free.

    Taking over an expired lease counts a crash of its owner; not for a suspect that it had not begun.
    """
    return _lease("journeys_lane", "id", lane_ids, owner=owner, now=now)


def lease_router(sandbox_id: int, *, owner: str, now: datetime) -> Leased | None:
    """Become the one that routes a sandbox's events, or None if another process is."""
    leased = _lease("journeys_routerlease", "sandbox_id", [sandbox_id], owner=owner, now=now)
    return leased[0] if leased else None


def _lease(table: str, key: str, ids: Sequence[int], *, owner: str, now: datetime) -> list[Leased]:
    # One text for any number of ids, so that it is planned once.
    wanted: Any = list(ids)
    free = f"{key} = ANY(%s::bigint[]) AND {_FREE}"
    if connection.vendor == "postgresql":
        # SKIP LOCKED: a lane whose owner hangs inside its transaction must not hold us up.
        free = (
            f"{key} IN (SELECT {key} FROM {table} WHERE {free} ORDER BY {key} FOR NO KEY UPDATE SKIP LOCKED)"
        )
    else:
        wanted = json.dumps(wanted)
        free = f"{key} IN (SELECT value FROM json_each(%s)) AND {_FREE}"
    sql = f"""
        UPDATE {table} SET owner = %s, token = token + 1, lease_until = %s, begun = false,
            crashes = crashes + CASE WHEN owner IS NOT NULL AND (suspect IS NULL OR begun) THEN 1 ELSE 0 END
        WHERE {free}{bulk.unhurried()} RETURNING {key}, owner, token, crashes, careful, suspect
    """
    rows = bulk.run(sql, [owner, bulk.to_database(now + LEASE), wanted, *_plausible(now)])
    return [Leased(*row) for row in rows]


_KEY = {"journeys_lane": Column("id", "bigint"), "journeys_routerlease": Column("sandbox_id", "bigint")}
# What proves a lease: its row as we took it.
_PROOF = (Column("token", "bigint"), Column("owner", "text"))
_GIVE_BACK = [Column("owner", "text"), Column("lease_until", "timestamptz")]
_DOUBTS = [Column("suspect", "text"), Column("crashes", "smallint"), Column("careful", "smallint")]
_COUNT = Column(
    "crashes", "smallint", "t.crashes + CASE WHEN t.suspect IS NULL OR t.begun THEN v.crashes ELSE 0 END"
)


def fence(leases: Sequence[Leased], *, table: str = "journeys_lane", shared: bool = True) -> None:
    """First statement of a writing transaction: give the leases back at commit, or fail if one is lost.

    The rows are locked in order, so that two processes never wait for each other. An UPDATE, because with a
    SELECT a zombie could still commit. What is committed was no culprit: the count of crashes begins anew.
    It takes the lock on the sandbox's configuration as well, ``shared`` with other waves: whoever looks at
    the generation next, and finds it as it was, has it until the commit.
    """
    rows = [(*_proof(lease), None, None, None, 0, max(0, lease.careful - 1)) for lease in leases]
    key, columns = [_KEY[table], *_PROOF], [*_GIVE_BACK, *_DOUBTS]
    lock = sandbox_lock("t.sandbox_id", shared=shared)
    if bulk.update(table, key, columns, rows, in_order=True, then=lock) != len(rows):
        raise LostLease


def release(leases: Sequence[Leased], *, table: str = "journeys_lane", crashed: bool = False) -> None:
    """Give leases back without having written; after an unexpected error that counts as a crash.

    The suspect stays written down: the next owner must find it, or it would never be condemned.
    """
    rows = [(*_proof(lease), None, None, int(crashed)) for lease in leases]
    bulk.update(table, [_KEY[table], *_PROOF], [*_GIVE_BACK, _COUNT], rows)


def mark_suspect(leased: Leased, suspect: str, *, waiting: int, table: str = "journeys_lane") -> Leased:
    """Write down what is about to be handled, so that the next owner knows what killed us.

    ``waiting``: how much waits; after a crash all of it is handled one by one, or the culprit at its end
    would cost a crash for each innocent thing before it.
    """
    crashes = leased.crashes if suspect == leased.suspect else min(leased.crashes, 1)
    careful = leased.careful or waiting
    rows = [(*_proof(leased), suspect, crashes, careful, True)]
    bulk.update(table, [_KEY[table], *_PROOF], [*_DOUBTS, Column("begun", "boolean")], rows)
    return leased._replace(suspect=suspect, crashes=crashes, careful=careful, begun=True)


def _proof(leased: Leased) -> tuple[int, int, str]:
    return leased.id, leased.token, leased.owner
