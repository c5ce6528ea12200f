"""Writes a decided wave in bulk, inside the transaction that its leases fence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from journeyorch import bulk
from journeys.engine import tables
from journeys.engine.calls.deciding import drop_calls, resend_calls
from journeys.engine.codec import encode
from journeys.engine.decide import Position, Status
from journeys.engine.wave.counting import write_counts
from journeys.engine.wave.handled import Handled, Step
from journeys.engine.wave.kept import keep
from journeys.engine.wave.news import jump_detail
from journeys.engine.wave.testing import count_people, forget
from journeys.models import Call, LaneInput

#: People whose version cannot be compiled any more are looked at so often: somebody may have mended it.
LOOK_AGAIN = timedelta(minutes=1)


class Stale(Exception):
    """A row was not as it had been read: the wave is rolled back and decided again from fresh values."""


def write(handled: Handled, *, sandbox_id: int, now: datetime, timeouts: dict[int, float]) -> None:
    """Write everything; ``timeouts``: seconds for all attempts of a call, by version. Raises ``Stale``.

    What belongs to the wave's lanes, as nearly all of it does, goes together.
    """
    drop_calls(handled.dropped)
    resend_calls(handled.resent, now)
    _postpone(handled, now)
    writes = bulk.Writes()
    _write_instances(writes, handled)
    _write_entrances(writes, handled)
    _write_calls(writes, handled, sandbox_id=sandbox_id, now=now, timeouts=timeouts)
    _write_jumps(writes, handled, now=now)
    write_steps(writes, handled.steps)
    writes.delete(tables.LANE_INPUT, tables.ID, handled.inputs)
    write_counts(writes, handled.steps, now=now)
    try:
        writes.run()
    except bulk.Missed as missed:
        raise Stale(str(missed)) from missed
    _forget_calls(handled)
    keep(handled.kept)
    if not count_people(handled.tested):
        raise Stale("a test")
    forget(handled.forgotten, now)


def _write_instances(writes: bulk.Writes, handled: Handled) -> None:
    created, changed = [], []
    for id, row in handled.rows.items():
        state = row.state
        ended_at = handled.ended.get(id)
        position = Position.ENDED if ended_at else state.position
        moving = (position, state.status, state.activity, encode(state), state.wake_at, ended_at)
        if id in handled.created:
            fixed = (row.version_id, row.journey_id, row.run, row.lane_id, row.namespace, row.person_id)
            created.append((id, 1, *fixed, row.started_at, *moving))
        else:
            changed.append((id, row.revision, *moving, row.revision + 1))
    writes.insert(tables.INSTANCE, tables.INSTANCE_COLUMNS, created)
    columns = (*tables.INSTANCE_MOVING, bulk.Column("revision", "integer"))
    writes.update(tables.INSTANCE, tables.INSTANCE_KEY, columns, changed, every=True)


def _postpone(handled: Handled, now: datetime) -> None:
    """The state still knows when they were due; one that was written meanwhile has a moment of its own."""
    rows = [(row.state.instance_id, row.revision, now + LOOK_AGAIN) for row in handled.postponed]
    bulk.update(tables.INSTANCE, tables.INSTANCE_KEY, [bulk.Column("wake_at", "timestamptz")], rows)


_ENTRANCE_UPSERT = (
    "(journey_id, in_test, namespace, person_id) DO UPDATE SET active_instance = excluded.active_instance,"
    # The end of an earlier visit that an operator reopened does not make the last one older.
    " last_started_at = CASE WHEN t.last_started_at > excluded.last_started_at THEN t.last_started_at"
    " ELSE excluded.last_started_at END, last_ended_at = excluded.last_ended_at, run = excluded.run"
)


def _write_entrances(writes: bulk.Writes, handled: Handled) -> None:
    """Of newcomers only this lane can write: an upsert, which expects a rival, would take twice as long."""
    new: list[tuple[Any, ...]] = []
    known: list[tuple[Any, ...]] = []
    for key in sorted(handled.entrances):
        (new if key in handled.newcomers else known).append((*key, *handled.entrances[key]))
    columns = (*tables.ENTRANCE_KEY, *tables.ENTRANCE_MOVING)
    writes.insert(tables.ENTRANCE, columns, new)
    writes.insert(tables.ENTRANCE, columns, known, on_conflict=_ENTRANCE_UPSERT)


def _write_calls(
    writes: bulk.Writes, handled: Handled, *, sandbox_id: int, now: datetime, timeouts: dict[int, float]
) -> None:
    rows = [
        (
            call.key,
            sandbox_id,
            row.lane_id,
            row.state.instance_id,
            call.activity,
            call.kind,
            orjson.dumps(call.spec).decode(),
            row.namespace,
            row.person_id,
            row.in_test,
            call.endpoint,
            Call.Status.OPEN,
            now,
            now,
            timeouts[row.version_id],
            0,
            0,
        )
        for row, call in handled.calls
    ]
    writes.insert(tables.CALL, tables.CALL_COLUMNS, rows)


def _forget_calls(handled: Handled) -> None:
    """Requests and answers are data, too: they go with those of an instance that has timed out."""
    timed_out = [id for id in handled.ended if handled.rows[id].state.status is Status.TIMED_OUT]
    bulk.delete(tables.CALL, bulk.Column("instance_id", "uuid"), timed_out)


def _write_jumps(writes: bulk.Writes, handled: Handled, *, now: datetime) -> None:
    """The same namespace and person, hence the same lane."""
    rows = [
        (
            row.lane_id, LaneInput.Class.LIVE, LaneInput.Kind.JUMP, row.namespace, row.person_id,
            jump.journey_id, jump_detail(jump, origin=row.version_id, in_test=row.in_test), now,
        )
        for row, jump in handled.jumps
    ]  # fmt: skip
    writes.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, rows)


def write_steps(writes: bulk.Writes, steps: Sequence[Step]) -> None:
    """Write step events; ``write_counts`` belongs to it."""
    writes.insert(tables.STEP_EVENT, tables.STEP_EVENT_COLUMNS, [_step_row(step) for step in steps])


def _step_row(step: Step) -> tuple[Any, ...]:
    record = step.record
    detail = orjson.dumps(record.detail).decode() if record.detail else ""
    return (
        step.version_id, step.instance_id, record.sequence, record.activity, record.status, record.path,
        record.at, record.entered_at, step.entrance, record.received_id, step.run, step.namespace,
        step.person_id, detail,
    )  # fmt: skip
