"""The last received events of one configured event, for its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from events.catalog import catalog_of
from events.loading import load_raw
from events.models import Event, Quarantined, ReceivedEvent
from events.routing import Routed, route

# How far back the list looks; what a received event is can only be found by routing it once more.
_LOOKED_AT = 300


class Arrival(NamedTuple):
    """One received event and what became of it so far."""

    id: int
    received_at: datetime
    waiting: bool
    person: str
    problem: str


def recent_arrivals(event: Event, *, limit: int = 10) -> list[Arrival]:
    """The newest events that are this configured event or failed to be it, newest first."""
    newest = ReceivedEvent.objects.filter(sandbox_id=event.sandbox_id).order_by("-id")
    states = dict(newest.values_list("id", "routed")[:_LOOKED_AT])
    rows = load_raw(states)
    times = {row.id: row.received_at for row in rows}
    results = [one for one in route(rows, catalog_of(event.sandbox_id)) if _concerns(one, event)][:limit]
    reasons = dict(
        Quarantined.objects.filter(received_event__in=[one.id for one in results]).values_list(
            "received_event_id", "message"
        )
    )
    return [_arrival(one, event, times[one.id], states[one.id], reasons) for one in results]


def _concerns(routed: Routed, event: Event) -> bool:
    if any(event.pk in recipient.event_ids for recipient in routed.recipients):
        return True
    return routed.problem is not None and routed.problem.message.startswith(f"Event {event.name}:")


def _arrival(
    routed: Routed, event: Event, received_at: datetime, was_routed: bool, reasons: Mapping[int, str]
) -> Arrival:
    people: Sequence[str] = [each.person_id for each in routed.recipients if event.pk in each.event_ids]
    reason = reasons.get(routed.id) or (routed.problem.message if routed.problem else "")
    return Arrival(routed.id, received_at, not was_routed, ", ".join(people), reason)
