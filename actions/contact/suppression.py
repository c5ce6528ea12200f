"""The suppression list: addresses that must not be written to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from actions.contact.hashing import address_hash
from actions.contact.models import Suppression
from journeyorch import bulk
from journeyorch.bulk import Column

Reason = Suppression.Reason
# Somebody who wants no news still gets what they have ordered; nobody gets what cannot arrive.
_STOPS_MARKETING_ONLY = frozenset({Reason.UNSUBSCRIBED})
_TABLE = Suppression._meta.db_table
_SANDBOX, _KIND = Column("sandbox_id", "bigint"), Column("kind", "text")
_HASH, _REASON = Column("address_hash", "text"), Column("reason", "text")
_COLUMNS = [
    *(_SANDBOX, _KIND, _HASH, _REASON, Column("address", "text"), Column("detail", "text")),
    *(Column("message_id", "uuid"), Column("created_at", "timestamptz")),
]


class Addressee(NamedTuple):
    """Where a message goes: an address as it is sent to."""

    sandbox_id: int
    kind: str
    address: str


class Entry(NamedTuple):
    """An address that is not to be written to any more; ``message``: the one that showed it."""

    to: Addressee
    reason: str
    message: UUID | None = None
    detail: str = ""


def suppress(entries: Iterable[Entry], now: datetime) -> None:
    """Put addresses on the list; again for the same reason it changes nothing."""
    rows = {(*_key(each.to), each.reason): (each.to.address, each.detail, each.message) for each in entries}
    in_order = [(*key, *rest, now) for key, rest in sorted(rows.items())]
    bulk.insert(_TABLE, _COLUMNS, in_order, on_conflict="DO NOTHING")


def release(to: Addressee, reason: str) -> None:
    """Take an address off the list, as far as it is there for this reason."""
    sandbox_id, kind, hashed = _key(to)
    Suppression.objects.filter(sandbox=sandbox_id, kind=kind, address_hash=hashed, reason=reason).delete()


def load_suppressions(addressees: Iterable[Addressee]) -> dict[Addressee, set[str]]:
    """Why each of these must not be written to; those who may are left out."""
    wanted = sorted(set(addressees))
    keys = [_key(to) for to in wanted]
    found: dict[Addressee, set[str]] = defaultdict(set)
    for ordinal, reason in bulk.lookup(_TABLE, [_SANDBOX, _KIND, _HASH], keys, [_REASON], limit=None):
        found[wanted[ordinal]].add(reason)
    return found


def stops(reasons: Iterable[str], *, transactional: bool) -> str:
    """The reason that keeps a message back; empty if none does. Pure."""
    stopping = (each for each in sorted(reasons) if not (transactional and each in _STOPS_MARKETING_ONLY))
    return next(stopping, "")


def _key(to: Addressee) -> tuple[int, str, str]:
    return to.sandbox_id, to.kind, address_hash(to.kind, to.address)
