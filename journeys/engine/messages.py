"""Counts what becomes of messages, in the transaction that records it: each status of a message once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from actions.messages.deliveries import status_of
from actions.messages.feedback import load_feedback
from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.outbound.calls import Made
from journeys.engine import tables

#: The kind of calls that are messages.
MESSAGE = "message"
_CALL = (Column("lane_id", "bigint"), Column("instance_id", "uuid"), Column("activity", "text"))
_INSTANCE = (Column("version_id", "bigint"), tables.RUN)
# As long as the column.
_CODE = 40


class _Told(NamedTuple):
    message_id: UUID
    status: str
    code: str = ""


def count_sent(made: Sequence[Made], now: datetime) -> None:
    """Count how our own attempts ended, after they were recorded at this moment.

    A provider may have told the same before, which was counted then: of the same status only the line of the
    history that was written now is new.
    """
    known = load_feedback(each.spec.key for each in made)
    told = []
    for each in made:
        status = status_of(each)
        if (status, now) in known.get(each.spec.key, ()):
            code = "" if each.outcome.status == "ok" else each.outcome.code or each.outcome.status
            told.append(_Told(each.spec.key, status, code[:_CODE]))
    _count(told, now)


def count_feedback(sender: object, *, message_id: UUID, kind: str, at: datetime, **news: Any) -> None:
    """Receiver of ``message_feedback_received``; a message that no journey sent is not counted."""
    _count([_Told(message_id, kind)], at)


def _count(told: Sequence[_Told], now: datetime) -> None:
    """Of people whose instance has been deleted meanwhile nobody knows the version."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    calls = bulk.lookup(tables.CALL, [tables.UUID], [(one.message_id,) for one in told], _CALL)
    keys = [(instance_id,) for _, _, instance_id, _ in calls]
    counts: Counter[tuple[Any, ...]] = Counter()
    for place, version_id, run in bulk.lookup(tables.INSTANCE, [tables.UUID], keys, _INSTANCE):
        ordinal, lane_id, _instance, activity = calls[place]
        one = told[ordinal]
        counts[version_id, activity, one.status, one.code, hour, lane_id, run] += 1
    rows = [(*key, n) for key, n in sorted(counts.items())]
    bulk.insert(tables.MESSAGE_COUNT, tables.MESSAGE_COUNT_COLUMNS, rows)
