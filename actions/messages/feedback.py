"""What becomes of messages: recorded once of each kind, with its time.

Providers' webhooks and tracked links call ``record_feedback``. A link that is not tracked, an unsubscribe
link and a mirror page are no clicks (technical.md, Links that lead back): they are not recorded here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from actions.contact.leaving import Told, leave_alone
from actions.contact.suppression import Addressee
from actions.messages.traits import NO_TRAITS, NOBODY_KNOWN, Reader, Traits, domain_of
from actions.models import Delivery, Feedback
from actions.signals import message_feedback_received
from journeyorch import bulk
from journeyorch.bulk import Column

Status = Delivery.Status
# A delivery shows what went furthest: a late "sent" never undoes "clicked", and whoever clicks got it. After
# a soft bounce a provider may try again and succeed; after a hard one it does not.
_ORDER = (
    Status.QUEUED,
    Status.HELD,
    Status.SENT,
    Status.SOFT_BOUNCED,
    Status.DELIVERED,
    Status.FAILED,
    Status.BOUNCED,
    Status.OPENED,
    Status.CLICKED,
    Status.UNSUBSCRIBED,
    Status.COMPLAINED,
)
_RANK: dict[str, int] = {status: rank for rank, status in enumerate(_ORDER)}
# What only we can know of a message.
_OURS = frozenset({Status.QUEUED, Status.HELD})
_TABLE, _MESSAGE = Feedback._meta.db_table, Column("message_id", "uuid")
_KIND, _RECEIVED_AT = Column("kind", "text"), Column("received_at", "timestamptz")
_TRAITS = [Column(name, "text") for name in Traits._fields]
_COLUMNS = [_MESSAGE, _KIND, Column("at", "timestamptz"), _RECEIVED_AT, Column("detail", "text"), *_TRAITS]


def record_feedback(
    message_id: UUID, kind: str, *, at: datetime, detail: str = "", reader: Reader = NOBODY_KNOWN
) -> bool:
    """Record what a provider or a tracked link tells; False if the same was recorded before.

    ``at``: when it happened, as the provider says. The caller has made sure that the message is one of ours.
    It may tell before our own result of the sending is committed, so there need not be a delivery yet.
    Raises ``ValueError`` for a kind that is none.
    """
    if Status(kind) in _OURS:
        raise ValueError(f"That a message is {kind} is not for others to say.")
    now = bulk.database_now()
    with transaction.atomic():
        delivery = Delivery.objects.filter(message_id=message_id).first()
        traits = _traits_of(delivery, reader)
        row = (message_id, kind, at, now, detail.replace("\x00", ""), *traits)
        if not bulk.insert(_TABLE, _COLUMNS, [row], on_conflict="DO NOTHING"):
            return False
        _raise_status(message_id, kind, now)
        _leave_alone(delivery, kind, now)
        message_feedback_received.send(
            sender=Feedback, message_id=message_id, kind=kind, at=now, traits=traits.known
        )
    return True


class Line(NamedTuple):
    """What we have done with a message ourselves, for its history."""

    message_id: UUID
    kind: str
    at: datetime
    detail: str = ""
    traits: Traits = NO_TRAITS


def write_history(lines: Iterable[Line], now: datetime) -> None:
    """Add our own lines. Nobody is told: the result of the call says the same to its journey."""
    rows = [(line.message_id, line.kind, line.at, now, line.detail, *line.traits) for line in lines]
    bulk.insert(_TABLE, _COLUMNS, rows, on_conflict="DO NOTHING")


def load_feedback(message_ids: Iterable[UUID]) -> dict[UUID, list[tuple[str, datetime]]]:
    """What was recorded of these messages, as (kind, when it was recorded)."""
    ids = list(message_ids)
    rows = bulk.lookup(_TABLE, [_MESSAGE], [(id,) for id in ids], [_KIND, _RECEIVED_AT], limit=None)
    found: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for ordinal, kind, received_at in rows:
        found[ids[ordinal]].append((kind, received_at))
    return found


def load_written(written: Iterable[tuple[UUID, str]], now: datetime) -> dict[tuple[UUID, str], Traits]:
    """Which of these lines, by message and kind, were written at this moment, with their traits."""
    keys = list(written)
    select = [_RECEIVED_AT, *_TRAITS]
    rows = bulk.lookup(_TABLE, [_MESSAGE, _KIND], keys, select)
    return {keys[ordinal]: Traits(*traits) for ordinal, received_at, *traits in rows if received_at == now}


def _traits_of(delivery: Delivery | None, reader: Reader) -> Traits:
    """A provider may be quicker than our own record: then nothing is known of the message yet."""
    if delivery is None:
        return NO_TRAITS._replace(**reader._asdict())
    return Traits(domain_of(delivery.kind, delivery.address), delivery.variant, *reader)


def _leave_alone(delivery: Delivery | None, kind: str, now: datetime) -> None:
    """If there is no delivery yet, its recording looks at what was heard before."""
    if delivery is not None:
        to = Addressee(delivery.sandbox_id, delivery.kind, delivery.address)
        leave_alone([Told(to, delivery.profile_id, delivery.message_id, kind)], now)


def catch_up(
    written: Mapping[UUID, str], known: Mapping[UUID, Sequence[tuple[str, datetime]]], now: datetime
) -> None:
    """Bring deliveries that were just written, by message, up to what was recorded before they were."""
    for message_id, recorded in known.items():
        furthest = max((kind for kind, _ in recorded), key=_RANK.__getitem__)
        if _RANK[furthest] > _RANK[written[message_id]]:
            _raise_status(message_id, furthest, now)


def _raise_status(message_id: UUID, kind: str, now: datetime) -> None:
    lower = [status for status, rank in _RANK.items() if rank < _RANK[kind]]
    Delivery.objects.filter(message_id=message_id, status__in=lower).update(status=kind, updated_at=now)
