"""Frequency caps: at most so many messages to one person in so many hours, exact over all workers.

A row for each person and scope lists what they got lately. Slots are taken before a message is sent, with the
rows locked, and given back when it could not be sent; the same message takes its slot only once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db import transaction

from actions.contact.models import ContactCount
from journeyorch import bulk
from journeyorch.bulk import Column

_TABLE = ContactCount._meta.db_table
_KEY = [Column("sandbox_id", "bigint"), Column("scope", "bigint"), Column("recipient", "text")]
_RECENT, _EXPIRES = Column("recent", "jsonb"), Column("expires_at", "timestamptz")
# Locks a row that is there, in the order of the keys, before somebody else deletes it as expired.
_LIVES_ON = "(sandbox_id, scope, recipient) DO UPDATE SET expires_at = excluded.expires_at"

#: (sandbox, scope, recipient): what a row counts.
CountKey = tuple[int, int, str]
# When, and which message.
Got = tuple[datetime, UUID]


class Cap(NamedTuple):
    """At most ``most`` messages in ``hours``."""

    most: int
    hours: int

    @property
    def span(self) -> timedelta:
        return timedelta(hours=self.hours)


class Wish(NamedTuple):
    """A message, with every cap that it counts for."""

    message_id: UUID
    caps: Mapping[CountKey, Cap]


def take_slots(wishes: Sequence[Wish], now: datetime) -> dict[UUID, CountKey]:
    """Take a slot of every cap for each message, or of none; returns the full cap of those that got none."""
    keys = sorted({key for wish in wishes for key in wish.caps})
    if not keys:
        return {}
    with transaction.atomic():
        spans = _longest_spans(wishes)
        rows = [(*key, "[]", now + spans[key]) for key in keys]
        bulk.insert(_TABLE, [*_KEY, _RECENT, _EXPIRES], rows, on_conflict=_LIVES_ON)
        before = _locked(keys)
        after, refused = decide(wishes, before, now)
        changed = [(*key, _text(after[key]), now + spans[key]) for key in keys if after[key] != before[key]]
        bulk.update(_TABLE, _KEY, [_RECENT, _EXPIRES], changed)
    return refused


def decide(
    wishes: Iterable[Wish], got: Mapping[CountKey, Sequence[Got]], now: datetime
) -> tuple[dict[CountKey, list[Got]], dict[UUID, CountKey]]:
    """(what everybody has got then, the full cap of each message that is one too many). Pure."""
    after = {key: list(each) for key, each in got.items()}
    refused: dict[UUID, CountKey] = {}
    for wish in wishes:
        full = next((key for key, cap in wish.caps.items() if not _fits(wish, after[key], cap, now)), None)
        if full is not None:
            refused[wish.message_id] = full
            continue
        for key, cap in wish.caps.items():
            counted = [(at, id) for at, id in after[key] if at > now - cap.span and id != wish.message_id]
            after[key] = [*counted, (now, wish.message_id)]
    return after, refused


def _fits(wish: Wish, got: Sequence[Got], cap: Cap, now: datetime) -> bool:
    others = [id for at, id in got if at > now - cap.span and id != wish.message_id]
    return len(others) < cap.most


def give_back(unsent: Mapping[UUID, Sequence[CountKey]]) -> None:
    """Free the slots of messages that were not sent, in the caller's transaction."""
    messages: dict[CountKey, set[UUID]] = defaultdict(set)
    for message, keys in unsent.items():
        for key in keys:
            messages[key].add(message)
    rows = []
    for key, got in _locked(sorted(messages)).items():
        kept = [(at, id) for at, id in got if id not in messages[key]]
        if len(kept) < len(got):
            rows.append((*key, _text(kept)))
    bulk.update(_TABLE, _KEY, [_RECENT], rows)


def forget_expired(now: datetime, *, most: int) -> int:
    """Delete rows that no cap looks at any more; returns how many."""
    with transaction.atomic():
        over = ContactCount.objects.filter(expires_at__lt=now).order_by("expires_at")
        ids = list(bulk.skip_locked(over).values_list("pk", flat=True)[:most])
        ContactCount.objects.filter(pk__in=ids).delete()
    return len(ids)


def _longest_spans(wishes: Iterable[Wish]) -> dict[CountKey, timedelta]:
    spans: dict[CountKey, timedelta] = defaultdict(timedelta)
    for wish in wishes:
        for key, cap in wish.caps.items():
            spans[key] = max(spans[key], cap.span)
    return spans


def _locked(keys: Sequence[CountKey]) -> dict[CountKey, list[Got]]:
    rows = bulk.lookup(_TABLE, _KEY, keys, [_RECENT], lock=True)
    return {keys[ordinal]: _read(recent) for ordinal, recent in rows}


def _read(text: str) -> list[Got]:
    return [(datetime.fromisoformat(at), UUID(id)) for at, id in orjson.loads(text)]


def _text(got: Iterable[Got]) -> str:
    return orjson.dumps([(at.isoformat(), str(id)) for at, id in got]).decode()
