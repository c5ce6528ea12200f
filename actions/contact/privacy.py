"""Who must not be written to, and how much somebody got lately."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from actions.contact.hashing import address_hash
from actions.contact.lists import drop_exports
from actions.contact.models import ContactCount, Suppression
from actions.kinds import Kind
from journeyorch.privacy.stores import Cursor, Erased, Found
from journeyorch.privacy.subjects import Subject


class ContactWishes:
    """The store. An erasure keeps the hash of a suppressed address: who is forgotten is still left alone."""

    name = "contact"

    def export(self, subject: Subject, after: Cursor) -> Found:
        entries = [("suppressions", _shape(row)) for row in _suppressions(subject)]
        counts = [("countedMessages", row.recent) for row in _counts(subject)]
        return Found([*entries, *counts])

    def erase(self, subject: Subject, after: Cursor) -> Erased:
        listed = _suppressions(subject).exclude(address="").update(address="", detail="", message_id=None)
        if listed:
            drop_exports(subject.sandbox_id)
        counted, _ = _counts(subject).delete()
        return Erased(listed + counted)


def _suppressions(subject: Subject) -> Any:
    return Suppression.objects.filter(sandbox=subject.sandbox_id).filter(
        Q(
            *(Q(kind=kind, address_hash__in=hashes) for kind, hashes in _hashes(subject).items()),
            _connector=Q.OR,
        )
    )


def _counts(subject: Subject) -> Any:
    recipients = {f"profile:{profile}" for profile in subject.profiles}
    for hashes in _hashes(subject).values():
        recipients.update(f"address:{hashed}" for hashed in hashes)
    rows = ContactCount.objects.filter(sandbox=subject.sandbox_id)
    # The index has the scope before the recipient: without it, everybody's rows would be looked at.
    return rows.filter(scope__in=_scopes(rows), recipient__in=recipients)


def _scopes(rows: QuerySet[ContactCount]) -> list[int]:
    """All that there are, those of deleted channels included; a probe of the index for each."""
    found: list[int] = []
    following = rows.order_by("scope").values_list("scope", flat=True)
    while (scope := following.filter(scope__gt=found[-1] if found else -1).first()) is not None:
        found.append(scope)
    return found


def _hashes(subject: Subject) -> dict[str, set[str]]:
    addresses = [*subject.addresses, *subject.values]
    return {kind: {address_hash(kind, address) for address in addresses} for kind in Kind.values}


def _shape(row: Suppression) -> dict[str, Any]:
    return {"kind": row.kind, "address": row.address, "reason": row.reason, "since": row.created_at}
