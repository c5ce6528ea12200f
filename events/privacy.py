"""What was received about a person: events, those in quarantine, and the keys of repetitions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import orjson
from django.db.models import Exists, OuterRef, Q, QuerySet

from datasources.models import ExperienceEvent
from events.models import EventKey, Inlet, Quarantined, ReceivedEvent
from journeyorch.privacy.naming import Names
from journeyorch.privacy.narrowing import may_hold
from journeyorch.privacy.stores import Cursor, Erased, Found
from journeyorch.privacy.subjects import Subject

# Arrivals, and keys, among which the person's are looked for at once.
_BATCH, _KEYS = 5000, 20_000
# Bodies held in memory at once.
_HELD = 100
_SOURCE = "event:"


class Received:
    """The store: arrivals, then, of erasures alone, the keys by which repetitions are known."""

    name = "received"

    def export(self, subject: Subject, after: Cursor) -> Found:
        ids, following = _next(subject, after)
        rows = ReceivedEvent.objects.filter(pk__in=ids).order_by("pk")
        reasons = {one.received_event_id: one for one in Quarantined.objects.filter(received_event__in=ids)}
        return Found([("receivedEvents", _shape(row, reasons.get(row.pk))) for row in rows], following)

    def erase(self, subject: Subject, after: Cursor) -> Erased:
        if isinstance(after, list):
            if after == [0]:  # once: it looks at everything in quarantine
                _erase_orphans(subject)
            return _erase_keys(subject, after[0])
        ids, following = _next(subject, after)
        return Erased(erase_received(ids), [0] if following is None else following)


def erase_received(ids: Collection[int]) -> int:
    """Delete these arrivals, routed or not; returns how many there were. For stores of rooms above."""
    Quarantined.objects.filter(received_event__in=ids).delete()
    return ReceivedEvent.objects.filter(pk__in=ids).delete()[0]


def _next(subject: Subject, after: Cursor) -> tuple[list[int], Cursor]:
    """Arrivals about the person in the next batch, by what they hold or by the history that they made; and
    where to go on."""
    first, last, following = _range(ReceivedEvent.objects.all(), after or 0, _BATCH)
    names, history = Names(subject.identities), {pk for pk in _history(subject) if first <= pk <= last}
    theirs = Q(pk__in=history) | may_hold("body", subject.values)
    rows = ReceivedEvent.objects.filter(theirs, pk__range=(first, last), sandbox=subject.sandbox_id)
    bodies = rows.order_by("pk").values_list("pk", "body").iterator(chunk_size=_HELD)
    return [pk for pk, body in bodies if pk in history or _names(names, body)], following


def _range(rows: QuerySet[Any], after: int, most: int) -> tuple[int, int, int | None]:
    """First and last id of the next rows, and where to go on; None: there are no more."""
    ids = list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most])
    last = ids[-1] if ids else after
    return after + 1, last, last if len(ids) == most else None


def _history(subject: Subject) -> set[int]:
    sources = ExperienceEvent.objects.filter(profile__in=subject.profiles, source__startswith=_SOURCE)
    return set(_numbers(sources.values_list("source", flat=True)))


def _numbers(sources: Iterable[str]) -> Iterator[int]:
    for source in sources:
        number = source.removeprefix(_SOURCE)
        if number.isascii() and number.isdecimal():
            yield int(number)


def _names(names: Names, body: str) -> bool:
    try:
        return names.named_in(orjson.loads(body))
    except orjson.JSONDecodeError:
        return names.named_in_text(body)


def _erase_orphans(subject: Subject) -> None:
    """What a router, who had loaded an event that was erased, put into quarantine afterwards."""
    event = ReceivedEvent.objects.filter(pk=OuterRef("received_event_id"))
    Quarantined.objects.filter(~Exists(event), sandbox=subject.sandbox_id).delete()


def _erase_keys(subject: Subject, after: int) -> Erased:
    """Keys of repetitions that hold an identity, such as an ``_id`` made of it."""
    first, last, following = _range(EventKey.objects.all(), after, _KEYS)
    names, inlets = Names(subject.identities), Inlet.objects.filter(sandbox=subject.sandbox_id)
    rows = EventKey.objects.filter(
        may_hold("key", subject.values), pk__range=(first, last), inlet__in=inlets.values("pk")
    )
    theirs = [pk for pk, key in rows.values_list("pk", "key") if names.named_in_text(key)]
    EventKey.objects.filter(pk__in=theirs).delete()
    return Erased(len(theirs), None if following is None else [following])


def _shape(row: ReceivedEvent, quarantined: Quarantined | None) -> dict[str, Any]:
    try:
        message = orjson.loads(row.body)
    except orjson.JSONDecodeError:
        message = row.body
    shape = {"id": row.pk, "receivedAt": row.received_at, "message": message}
    if quarantined:
        shape["quarantine"] = {"code": quarantined.code, "message": quarantined.message, "at": quarantined.at}
    return shape
