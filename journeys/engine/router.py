"""Routes received events into lanes: one worker a sandbox at a time, in order of receipt (engine.md § 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction

from datasources.platform.records.store import write_records
from events.catalog import Catalog, catalog_at_hand, catalog_of
from events.loading import has_unrouted, load_unrouted
from events.matching import Problem
from events.routing import Raw, Recipient, Routed, route
from journeyorch import bulk
from journeyorch.access.locks import lock_sandbox
from journeyorch.bulk import Column
from journeys.engine import tables
from journeys.engine.lanes import MAX_CRASHES, Leased, fence, lane_of, lease_router, mark_suspect, release
from journeys.engine.plans import generation_of
from journeys.engine.poison import give_back
from journeys.models import LaneInput

#: Events routed in one transaction.
BATCH = 500
_LEASES = "journeys_routerlease"
_CRASHED = "Routing the event made the worker crash again and again; it was taken out."


def run_router(sandbox_id: int, *, owner: str) -> int:
    """Route what is unrouted, one batch; returns how many events. 0 too if another process is at it."""
    if not has_unrouted(sandbox_id):
        return 0
    leased = lease_router(sandbox_id, owner=owner, now=bulk.database_now())
    if leased is None:
        return 0
    try:
        return _route_batch(sandbox_id, leased)
    except Exception as error:
        # Like a process that died: it may be this very batch, and must not be tried for ever.
        give_back([leased], error, table=_LEASES)
        raise


def _route_batch(sandbox_id: int, leased: Leased) -> int:
    """After a crash one event at a time; the one found there at the fifth is quarantined."""
    rows = load_unrouted(sandbox_id, limit=BATCH)
    condemned = None
    if leased.alone and rows:
        suspect = f"event:{rows[0].id}"
        if leased.crashes >= MAX_CRASHES and leased.suspect == suspect:
            condemned = rows[0]
        else:
            leased = mark_suspect(leased, suspect, waiting=len(rows), table=_LEASES)
        rows = rows[:1]
    for catalog in (catalog_at_hand, catalog_of):
        if _try(sandbox_id, leased, rows, condemned, catalog(sandbox_id)):
            return len(rows)
    release([leased], table=_LEASES)
    return len(rows)  # the next look will route them


def _try(
    sandbox_id: int, leased: Leased, rows: Sequence[Raw], condemned: Raw | None, catalog: Catalog
) -> bool:
    """Route, write, give the lease back; False, and nothing is written, if the configuration has moved."""
    routed = [_condemn(condemned)] if condemned else route(rows, catalog)
    with transaction.atomic():
        fence([leased], table=_LEASES)
        lock_sandbox(sandbox_id, shared=True)
        if generation_of(sandbox_id) != catalog.generation:
            transaction.set_rollback(True)
            return False
        _write(sandbox_id, rows, routed)
    return True


def _condemn(row: Raw) -> Routed:
    return Routed(row.id, problem=Problem("crashed", _CRASHED))


def _write(sandbox_id: int, rows: Sequence[Raw], routed: Sequence[Routed]) -> None:
    inputs = [
        one for row, result in zip(rows, routed, strict=True) for one in _inputs(sandbox_id, row, result)
    ]
    bulk.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, inputs)
    write_records(one.record for one in routed if one.record)
    if bad := [result for result in routed if result.problem]:
        _quarantine(sandbox_id, bad, bulk.database_now())
    marked = [(row.id, True) for row in rows]
    bulk.update(tables.RECEIVED_EVENT, [tables.ID], [Column("routed", "boolean")], marked)


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
