"""Counts what becomes of messages, in the transaction that records it: each status of a message once, also by
each trait of the message that is known; and each link of a message once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from actions.messages.deliveries import status_of
from actions.messages.feedback import load_written
from journeyorch import bulk
from journeyorch.bulk import Column
from journeyorch.outbound.calls import Made
from journeys.engine import tables

#: The kind of calls that are messages.
MESSAGE = "message"
#: Beside the statuses of deliveries: the page in the browser was opened.
MIRRORED = "mirrored"
_CALL = (Column("lane_id", "bigint"), Column("instance_id", "uuid"), Column("activity", "text"))
_INSTANCE = (Column("version_id", "bigint"), tables.RUN)
# As long as the column.
_CODE = 40
_NOTHING: Mapping[str, str] = MappingProxyType({})


class _Told(NamedTuple):
    message_id: UUID
    status: str
    code: str = ""
    traits: Mapping[str, str] = _NOTHING
    counts: bool = True  # False: it has the status already, and is told once more by a trait


def count_sent(made: Sequence[Made], now: datetime) -> None:
    """Count how our own attempts ended, after they were recorded at this moment.

    A provider may have told the same before, which was counted then: of the same status only the line of the
    history that was written now is new.
    """
    written = load_written(((each.spec.key, status_of(each)) for each in made), now)
    told = []
    for each in made:
        key = (each.spec.key, status_of(each))
        if key in written:
            code = "" if each.outcome.status == "ok" else each.outcome.code or each.outcome.status
            told.append(_Told(*key, code[:_CODE], written[key].known))
    _count(told, now)


def count_feedback(
    sender: object, *, message_id: UUID, kind: str, at: datetime, traits: Mapping[str, str], **news: Any
) -> None:
    """Receiver of ``message_feedback_received``; a message that no journey sent is not counted."""
    _count([_Told(message_id, kind, traits=traits)], at)


def count_page(sender: object, *, message_id: UUID, at: datetime, **news: Any) -> None:
    """Receiver of ``message_page_seen``."""
    _count([_Told(message_id, MIRRORED)], at)


def count_link(sender: object, *, message_id: UUID, link: str, at: datetime, **news: Any) -> None:
    """Receiver of ``message_link_clicked``."""
    _count([_Told(message_id, "clicked", traits={"link": link}, counts=False)], at)


def _count(told: Sequence[_Told], now: datetime) -> None:
    """Of people whose instance has been deleted meanwhile nobody knows the version."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    calls = bulk.lookup(tables.CALL, [tables.UUID], [(one.message_id,) for one in told], _CALL)
    keys = [(instance_id,) for _, _, instance_id, _ in calls]
    counts, by_trait = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for place, version_id, run in bulk.lookup(tables.INSTANCE, [tables.UUID], keys, _INSTANCE):
        ordinal, lane_id, _instance, activity = calls[place]
        one = told[ordinal]
        what, where = (version_id, activity, one.status, one.code), (hour, lane_id, run)
        if one.counts:
            counts[*what, *where] += 1
        for trait in one.traits.items():
            by_trait[*what, *trait, *where] += 1
    _add(tables.MESSAGE_COUNT, tables.MESSAGE_COUNT_KEY, counts)
    _add(tables.MESSAGE_TRAIT_COUNT, tables.MESSAGE_TRAIT_COUNT_KEY, by_trait)


def _add(table: str, key: Sequence[Column], counts: Mapping[tuple[Any, ...], int]) -> None:
    bulk.insert(table, (*key, tables.N), [(*values, n) for values, n in sorted(counts.items())])
