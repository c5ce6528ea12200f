"""Messages that were sent to a person, and what became of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from actions.models import Delivery, Feedback, LinkClick, MirrorPage
from journeyorch.privacy.stores import Cursor, Erased, Found
from journeyorch.privacy.subjects import Subject

_BATCH = 5000


class Deliveries:
    """The store: what went to the person's profile, or to an address of theirs."""

    name = "deliveries"

    def export(self, subject: Subject, after: Cursor) -> Found:
        found, following = _next(subject, after)
        feedback: dict[Any, list[Any]] = {}
        for one in Feedback.objects.filter(message_id__in=[row.message_id for row in found]).order_by("at"):
            said = {"kind": one.kind, "at": one.at, "detail": one.detail}
            feedback.setdefault(one.message_id, []).append(said)
        return Found(
            [("deliveries", _shape(row, feedback.get(row.message_id, []))) for row in found], following
        )

    def erase(self, subject: Subject, after: Cursor) -> Erased:
        found, following = _next(subject, after)
        messages = [row.message_id for row in found]
        Feedback.objects.filter(message_id__in=messages).delete()
        LinkClick.objects.filter(message_id__in=messages).delete()
        MirrorPage.objects.filter(message_id__in=messages).delete()
        Delivery.objects.filter(pk__in=[row.pk for row in found]).delete()
        return Erased(len(found), following)


def _next(subject: Subject, after: Cursor) -> tuple[list[Delivery], Cursor]:
    """Deliveries of the person among the next ones; there is no index on addresses."""
    rows = Delivery.objects.filter(pk__gt=after or 0).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:_BATCH])
    if not ids:
        return [], None
    addresses = {form for address in _addresses(subject) for form in (address, address.lower())}
    theirs = Q(profile__in=subject.profiles) | Q(address__in=addresses)
    among = Delivery.objects.filter(theirs, pk__gte=ids[0], pk__lte=ids[-1], sandbox=subject.sandbox_id)
    return list(among), ids[-1] if len(ids) == _BATCH else None


def _addresses(subject: Subject) -> list[str]:
    return [*subject.addresses, *subject.values]


def _shape(row: Delivery, feedback: list[Any]) -> dict[str, Any]:
    return {
        "messageId": row.message_id,
        "kind": row.kind,
        "address": row.address,
        "status": row.status,
        "detail": row.detail,
        "at": row.created_at,
        "feedback": feedback,
    }
