"""Putting quarantined events right and giving them another try."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction

from events.models import Quarantined, ReceivedEvent
from events.signals import events_received
from journeyorch.access import audit
from journeyorch.strict_json import parse


def replay(quarantined: Iterable[Quarantined]) -> int:
    """Route these events anew, as if they had just been found; returns how many.

    They keep their ids: the router takes them next, since it always takes the smallest unrouted ones.
    """
    count = 0
    sandboxes: set[int] = set()
    with transaction.atomic():
        for one in quarantined:
            # Whoever deletes the row replays the event: two people pressing the button replay it once.
            deleted, _ = Quarantined.objects.filter(pk=one.pk).delete()
            if deleted:
                audit.record("tried again", one, label=_told(one))
                count += ReceivedEvent.objects.filter(pk=one.received_event_id).update(routed=False)
                sandboxes.add(one.sandbox_id)
        for sandbox_id in sandboxes:
            transaction.on_commit(partial(events_received.send_robust, sender=None, sandbox_id=sandbox_id))
    return count


def correct(quarantined: Quarantined, body: str) -> None:
    """Replace the message; ``NotStrictJson`` if it could not have been received in this form."""
    parse(body.encode())
    with transaction.atomic():
        ReceivedEvent.objects.filter(pk=quarantined.received_event_id).update(body=body)
        audit.record("corrected", quarantined, label=_told(quarantined))


def _told(one: Quarantined) -> str:
    """What the audit log calls it: the event's number, because the message tells of a person."""
    return f"Event {one.received_event_id}"
