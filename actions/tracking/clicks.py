"""Records what readers do: that a message was clicked, each of its links, and that its page was opened."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from actions.messages.feedback import record_feedback
from actions.messages.traits import Reader
from actions.signals import message_link_clicked, message_page_seen
from actions.tracking.models import LinkClick, MirrorPage
from journeyorch import bulk
from journeyorch.bulk import Column

_COLUMNS = [Column("message_id", "uuid"), Column("link", "text"), Column("received_at", "timestamptz")]
_LONGEST = 200


def record_click(message_id: UUID, url: str, label: str, *, at: datetime, reader: Reader) -> None:
    """Record a click; of the same link again it changes nothing."""
    link = (label or url).replace("\x00", "")[:_LONGEST]
    with transaction.atomic():
        detail = f"{label}: {url}" if label else url
        record_feedback(message_id, "clicked", at=at, detail=detail, reader=reader)
        now = bulk.database_now()
        row = (message_id, link, now)
        if bulk.insert(LinkClick._meta.db_table, _COLUMNS, [row], on_conflict="DO NOTHING"):
            message_link_clicked.send(sender=LinkClick, message_id=message_id, link=link, at=now)


def record_page(message_id: UUID) -> None:
    """Record that a message's page was opened; again it changes nothing."""
    with transaction.atomic():
        now = bulk.database_now()
        if MirrorPage.objects.filter(message_id=message_id, seen_at=None).update(seen_at=now):
            message_page_seen.send(sender=MirrorPage, message_id=message_id, at=now)
