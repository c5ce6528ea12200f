"""Writes results: call, lane input and what the handlers keep, in one transaction (engine.md, Calls)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from django.db import InterfaceError, OperationalError, transaction

from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.outbound.calls import Made, Outcome, handler_of
from journeyorch.phrases import phrase
from journeys.engine import tables
from journeys.engine.calls.claim import OPEN_CLAIM, Claimed
from journeys.engine.message_counts import MESSAGE, count_sent
from journeys.models import Call, LaneInput

logger = logging.getLogger(__name__)


class Result(NamedTuple):
    """A call that we hold, and how it ended: by its attempt, or without one."""

    call: Claimed
    outcome: Outcome


_DONE = (
    Column("status", "smallint"),
    Column("result", "text"),
    Column("done_at", "timestamptz"),
    Column("owner", "text"),
)


def commit_results(results: Sequence[Result], now: datetime) -> int:
    """Commit results together; those whose claim was lost are left out. Returns how many were committed."""
    try:
        _commit(results, now)
        return len(results)
    except (OperationalError, InterfaceError):
        raise  # no call is to blame for the database: all of it is tried again
    except Exception as error:
        # Rare (we were stopped past a lease): one by one, so that the others are not lost with it.
        if not isinstance(error, bulk.Missed):
            logger.exception("Results could not be recorded; they are committed one by one")
        return sum(_commit_alone(result, now) for result in results)


def _commit_alone(result: Result, now: datetime) -> bool:
    try:
        _commit([result], now)
    except bulk.Missed:
        return False
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception(
            "The result of call %s could not be recorded",
            result.call.spec.key,
            extra={"call_id": result.call.spec.key, "instance_id": result.call.instance_id},
        )
        return _commit_unrecorded(result.call, now)
    return True


_UNRECORDED = Outcome(
    "error", "internal", message=phrase("The call was made, but its result could not be recorded.")
)


def _commit_unrecorded(call: Claimed, now: datetime) -> bool:
    """End the call in error: left open, it would be made again and again, and never be recorded."""
    try:
        _commit([Result(call, _UNRECORDED)], now, record=False)
    except bulk.Missed:
        return False
    return True


def _commit(results: Sequence[Result], now: datetime, *, record: bool = True) -> None:
    ordered = sorted(results, key=lambda result: result.call.spec.key.int)
    with transaction.atomic():
        rows = [
            (
                call.spec.key,
                call.token,
                Call.Status.OPEN,
                Call.Status.DONE,
                result_text(outcome, call),
                now,
                None,
            )
            for call, outcome in ordered
        ]
        writes = bulk.Writes()
        writes.update(tables.CALL, OPEN_CLAIM, _DONE, rows, every=True)
        writes.insert(tables.LANE_INPUT, tables.INPUT_COLUMNS, [_input(result, now) for result in ordered])
        writes.run()
        if record:
            _record(ordered, now)


def _record(results: Sequence[Result], now: datetime) -> None:
    by_kind: dict[str, list[Made]] = {}
    for call, outcome in results:
        by_kind.setdefault(call.spec.kind, []).append(Made(call.spec, call.prepared, outcome))
    for kind, made in by_kind.items():
        handler_of(kind).record(made, now)
    if sent := by_kind.get(MESSAGE):
        count_sent(sent, now)


def result_text(outcome: Outcome, call: Claimed) -> str:
    """A result as it is stored; ``wave.load.read_result`` reads it. The time is that of all attempts."""
    return orjson.dumps(
        {
            "status": outcome.status,
            "code": outcome.code,
            "data": outcome.data,
            "message": outcome.message,
            "elapsedMs": round(call.spent * 1000) + outcome.elapsed_ms,
            "attempts": call.attempts,
        }
    ).decode()


def _input(result: Result, now: datetime) -> tuple[object, ...]:
    call = result.call
    return (
        call.lane_id, LaneInput.Class.LIVE, LaneInput.Kind.CALL_RESULT, call.spec.namespace,
        call.spec.person_id, None, str(call.spec.key), now,
    )  # fmt: skip
