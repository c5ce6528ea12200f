"""What becomes of messages after they were sent: recorded once of each kind, with its time.

Providers' webhooks and tracked links call ``record_feedback``. A link that is not tracked, an unsubscribe
link and a mirror page are no clicks (journeys.md, Corners): they are not recorded here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from actions.models import Delivery, Feedback
from actions.signals import message_feedback_received
from journeyorch import bulk
from journeyorch.bulk import Column

Status = Delivery.Status
# A delivery shows what went furthest: a late "sent" never undoes "clicked", and whoever clicks got it.
_RANK: dict[str, int] = {
    Status.QUEUED: 0,
    Status.SENT: 1,
    Status.DELIVERED: 2,
    Status.FAILED: 3,
    Status.BOUNCED: 4,
    Status.OPENED: 5,
    Status.CLICKED: 6,
}
_TABLE, _MESSAGE = Feedback._meta.db_table, Column("message_id", "uuid")
_KIND, _RECEIVED_AT = Column("kind", "text"), Column("received_at", "timestamptz")
_COLUMNS = [_MESSAGE, _KIND, Column("at", "timestamptz"), _RECEIVED_AT, Column("detail", "text")]


def record_feedback(message_id: UUID, kind: str, *, at: datetime, detail: str = "") -> bool:
    """Record what a provider or a tracked link tells; False if the same was recorded before.

    ``at``: when it happened, as the provider says. The caller has made sure that the message is one of ours.
    It may tell before our own result of the sending is committed, so there need not be a delivery yet.
    Raises ``ValueError`` for a kind that is none.
    """
    if Status(kind) is Status.QUEUED:
        raise ValueError("That a message is queued is no news of it.")
    now = bulk.database_now()
    with transaction.atomic():
        row = (message_id, kind, at, now, detail.replace("\x00", ""))
        if not bulk.insert(_TABLE, _COLUMNS, [row], on_conflict="DO NOTHING"):
            return False
        _raise_status(message_id, kind, now)
        message_feedback_received.send(sender=Feedback, message_id=message_id, kind=kind, at=now)
    return True


def load_feedback(message_ids: Iterable[UUID]) -> dict[UUID, list[tuple[str, datetime]]]:
    """What was recorded of these messages, as (kind, when it was recorded)."""
    ids = list(message_ids)
    rows = bulk.lookup(_TABLE, [_MESSAGE], [(id,) for id in ids], [_KIND, _RECEIVED_AT], limit=None)
    found: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for ordinal, kind, received_at in rows:
        found[ids[ordinal]].append((kind, received_at))
    return found


def catch_up(message_ids: Collection[UUID], now: datetime) -> None:
    """Bring deliveries that were just made up to what was recorded before they were."""
    for message_id, recorded in load_feedback(message_ids).items():
        _raise_status(message_id, max((kind for kind, _ in recorded), key=_RANK.__getitem__), now)


def _raise_status(message_id: UUID, kind: str, now: datetime) -> None:
    lower = [status for status, rank in _RANK.items() if rank < _RANK[kind]]
    Delivery.objects.filter(message_id=message_id, status__in=lower).update(status=kind, updated_at=now)
