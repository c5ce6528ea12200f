"""Routes received events into lanes: one worker a sandbox, in order of receipt (engine.md, Route)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import transaction

from datasources.platform.records.store import write_records
from events.catalog import Catalog, catalog_at_hand, catalog_of
from events.loading import has_unrouted, load_unrouted
from events.matching import Problem
from events.routing import Raw, Recipient, Routed, route
from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.observing.tracing import span
from journeyorch.phrases import phrase
from journeys.engine import tables
from journeys.engine.lanes import MAX_CRASHES, Leased, fence, lane_of, lease_router, mark_suspect, release
from journeys.engine.plans import generation_of
from journeys.engine.poison import give_back
from journeys.models import LaneInput

#: Events routed in one transaction.
BATCH = 500
#: After a crash so many are routed one by one before waves have their turn again.
ONE_BY_ONE = 20
_LEASES = "journeys_routerlease"
_CRASHED = phrase("Routing the event made the worker crash again and again; it was taken out.")


def run_router(sandbox_id: int, *, owner: str, now: datetime | None = None) -> int:
    """Route what is unrouted, one batch; returns how many events. 0 too if another process is at it.

    After a crash a few batches of one event each. ``now``: the database's clock, if the caller has just
    looked at it.
    """
    if not has_unrouted(sandbox_id):
        return 0
    catalog_at_hand(sandbox_id)  # whoever dies of that has begun no event yet
    leased = lease_router(sandbox_id, owner=owner, now=now or bulk.database_now())
    routed = 0
    while (held := leased) is not None:
        try:
            count, leased = _route_batch(sandbox_id, held, go_on=routed < ONE_BY_ONE)
        except Exception as error:
            # Like a process that died: it may be this very batch, and must not be tried for ever.
            give_back([held], error, table=_LEASES)
            raise
        routed += count
    return routed


class _Batch(NamedTuple):
    """What is routed in one transaction."""

    rows: Sequence[Raw]
    is_condemned: bool = False  # it killed its workers too often: quarantined without a look into it
    following: str = ""  # after a crash: what comes after it, as it is written down as the suspect


class _Moved(Exception):
    """The configuration changed after it was read."""


def _route_batch(sandbox_id: int, leased: Leased, *, go_on: bool) -> tuple[int, Leased | None]:
    """How many events, and the lease for the next one, if there is one and it is to ``go_on``."""
    leased, batch = _next_batch(sandbox_id, leased)
    with span("route events", sandbox_id=sandbox_id, **_told(batch)):
        return _route(sandbox_id, leased, batch, go_on=go_on)


def _told(batch: _Batch) -> dict[str, int]:
    """For a trace: which events."""
    ids = [row.id for row in batch.rows] or [0]
    return {"events": len(batch.rows), "first_event_id": ids[0], "last_event_id": ids[-1]}


def _route(sandbox_id: int, leased: Leased, batch: _Batch, *, go_on: bool) -> tuple[int, Leased | None]:
    for catalog in (catalog_at_hand, catalog_of):
        with suppress(_Moved):
            return len(batch.rows), _attempt(sandbox_id, leased, batch, catalog(sandbox_id), go_on=go_on)
    release([leased], table=_LEASES)
    return len(batch.rows), None  # the next look will route them


def _next_batch(sandbox_id: int, leased: Leased) -> tuple[Leased, _Batch]:
    """After a crash one event at a time; the one found there at the fifth is condemned."""
    rows = load_unrouted(sandbox_id, limit=2 if leased.careful else BATCH)
    if not (leased.alone and rows):
        return leased, _Batch(rows)
    suspect, *after = (f"event:{row.id}" for row in rows[:2])
    is_condemned = leased.crashes >= MAX_CRASHES and leased.suspect == suspect
    if not is_condemned and not (leased.begun and leased.suspect == suspect):
        leased = mark_suspect(leased, suspect, waiting=len(rows), table=_LEASES)
    return leased, _Batch(rows[:1], is_condemned, *after)


def _attempt(
    sandbox_id: int, leased: Leased, batch: _Batch, catalog: Catalog, *, go_on: bool
) -> Leased | None:
    """Route, write, give the lease back or take it for the next; if the configuration has moved, nothing."""
    routed = [_condemn(batch.rows[0])] if batch.is_condemned else route(batch.rows, catalog)
    with transaction.atomic():
        fence([leased], table=_LEASES)
        if generation_of(sandbox_id) != catalog.generation:
            raise _Moved
        _write(sandbox_id, batch.rows, routed)
        return _take_again(sandbox_id, leased, batch.following) if go_on else None


def _take_again(sandbox_id: int, leased: Leased, following: str) -> Leased | None:
    """After a crash hundreds of events may have to be routed one by one: each for one commit and not for
    three, by writing down the next one where the one before is found to be innocent."""
    if not following or leased.careful <= 1:
        return None
    again = lease_router(sandbox_id, owner=leased.owner, now=bulk.database_now())
    return again and mark_suspect(again, following, waiting=1, table=_LEASES)


def _condemn(row: Raw) -> Routed:
    return Routed(row.id, problem=Problem("crashed", _CRASHED))


def _write(sandbox_id: int, rows: Sequence[Raw], routed: Sequence[Routed]) -> None:
    inputs = [
        one for row, result in zip(rows, routed, strict=True) for one in _inputs(sandbox_id, row, result)
    ]
    write_records(one.record for one in routed if one.record)
    if bad := [result for result in routed if result.problem]:
        _quarantine(sandbox_id, bad, bulk.database_now())
    marked = [(row.id, True) for row in rows]
    writes = bulk.Writes()
    writes.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, inputs)
    # One that was erased meanwhile is missed.
    writes.update(tables.RECEIVED_EVENT, [tables.ID], [Column("routed", "boolean")], marked, every=False)
    writes.run()


def _inputs(sandbox_id: int, row: Raw, routed: Routed) -> list[tuple[Any, ...]]:
    if routed.problem:
        return []
    return [
        (
            lane_of(sandbox_id, recipient.namespace, recipient.person_id),
            LaneInput.Class.LIVE,
            LaneInput.Kind.EVENT,
            recipient.namespace,
            recipient.person_id,
            row.id,
            _detail(recipient, routed, row.test_of),
            row.received_at,
        )
        for recipient in routed.recipients
    ]


def _detail(recipient: Recipient, routed: Routed, test_of: int | None) -> str:
    """What a wave needs to know that only routing finds out: configurations matched, whose profile is fed."""
    detail: dict[str, Any] = {"events": list(recipient.event_ids)}
    if routed.feeds_profile and routed.identities:
        detail["identities"] = [list(identity) for identity in routed.identities]
        detail["record"] = routed.is_record
    if test_of is not None:
        detail["test"] = test_of
    return orjson.dumps(detail).decode()


_QUARANTINED = (
    Column("received_event_id", "bigint"),
    Column("sandbox_id", "bigint"),
    Column("code", "text"),
    Column("message", "text"),
    Column("at", "timestamptz"),
)


def _quarantine(sandbox_id: int, bad: Sequence[Routed], now: datetime) -> None:
    rows = [(one.id, sandbox_id, one.problem.code, one.problem.message, now) for one in bad if one.problem]
    bulk.insert(tables.QUARANTINED, _QUARANTINED, rows, on_conflict="DO NOTHING")
