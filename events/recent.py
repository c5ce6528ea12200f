"""The last received events of an inlet, or of one configured event, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from events.catalog import Catalog, catalog_of
from events.effects import Effect, effects_of
from events.loading import load_raw
from events.matching import Problem
from events.models import Event, Inlet, Quarantined, ReceivedEvent
from events.routing import NotHandled, Raw, Routed, read_row, route

# How far back the list of a configured event looks; what a received event is can only be found by routing it
# once more.
_LOOKED_AT = 300
# Of an inlet.
_SHOWN = 20


class Arrival(NamedTuple):
    """One received event and what became of it so far."""

    id: int
    received_at: datetime
    protocol: str
    waiting: bool
    people: str  # the ids of whom it concerns
    events: Sequence[str]  # the names of the configured events that it is
    code: str  # why it is in quarantine, or will be; "" if it is not
    problem: str
    effects: Sequence[Effect] | None = None  # None: they are not known, or not for everybody
    quarantined: int | None = None  # its entry in the quarantine

    @property
    def is_nothing(self) -> bool:
        """Whether it was understood, but is none of the configured events."""
        return not (self.problem or self.events or self.effects)

    @property
    def is_idle(self) -> bool:
        """Whether it is a configured event and nothing has come of it so far."""
        return bool(self.events) and self.effects is not None and not (self.effects or self.waiting)


class _Seen(NamedTuple):
    """A received event, read and routed once more."""

    row: Raw
    was_routed: bool
    result: Routed


def recent_arrivals(event: Event, *, limit: int = 10) -> list[Arrival]:
    """The newest events that are this configured event or failed to be it, newest first."""
    catalog = catalog_of(event.sandbox_id)
    seen = _look_at(ReceivedEvent.objects.filter(sandbox_id=event.sandbox_id), catalog, most=_LOOKED_AT)
    concerned = [one for one in seen if _concerns(one, event, catalog)]
    return _arrivals(concerned[:limit], catalog, only=event.pk)


def arrivals_by(inlet: Inlet) -> list[Arrival]:
    """The newest events that came in by this inlet, newest first."""
    catalog = catalog_of(inlet.sandbox_id)
    return _arrivals(_look_at(ReceivedEvent.objects.filter(inlet=inlet), catalog, most=_SHOWN), catalog)


def arrival_of(received: ReceivedEvent) -> Arrival:
    """One received event, and what became of it."""
    catalog = catalog_of(received.sandbox_id)
    itself = ReceivedEvent.objects.filter(pk=received.pk)
    return _arrivals(_look_at(itself, catalog, most=1), catalog)[0]


def with_effects(arrivals: Sequence[Arrival], permissions: Callable[[str], bool]) -> list[Arrival]:
    """With what they have led to, as far as the user may see it."""
    effects = effects_of([each.id for each in arrivals], permissions)
    return [each._replace(effects=effects.get(each.id)) for each in arrivals]


def _look_at(received: QuerySet[ReceivedEvent], catalog: Catalog, *, most: int) -> list[_Seen]:
    states = dict(received.order_by("-id").values_list("id", "routed")[:most])
    rows = load_raw(states)
    return [
        _Seen(row, states[row.id], result) for row, result in zip(rows, route(rows, catalog), strict=True)
    ]


def _concerns(seen: _Seen, event: Event, catalog: Catalog) -> bool:
    routed = seen.result
    if any(event.pk in recipient.event_ids for recipient in routed.recipients):
        return True
    if routed.problem is None:
        return False
    if routed.problem.message.startswith(f"Event {event.name}:"):
        return True
    return routed.problem.code == "invalid" and _would_be(seen.row, event, catalog)


def _would_be(row: Raw, event: Event, catalog: Catalog) -> bool:
    """Whether what breaks its schema would be this event otherwise, as far as can be told."""
    try:
        normalized, schema = read_row(row, catalog)
    except NotHandled:
        return False
    if schema is None:
        return False
    matches = catalog.matches(normalized, schema, (), now=row.received_at)
    return any(match.event_id == event.pk for match in matches)


def _arrivals(seen: Sequence[_Seen], catalog: Catalog, *, only: int | None = None) -> list[Arrival]:
    """``only``: the people of this configured event."""
    quarantined = Quarantined.objects.filter(received_event__in=[one.row.id for one in seen])
    entries = {entry.received_event_id: entry for entry in quarantined}
    return [_arrival(one, catalog, entries.get(one.row.id), only) for one in seen]


def _arrival(seen: _Seen, catalog: Catalog, quarantined: Quarantined | None, only: int | None) -> Arrival:
    recipients = [one for one in seen.result.recipients if only is None or only in one.event_ids]
    # What has been routed was judged then, by another configuration perhaps: only the quarantine tells.
    expected = None if seen.was_routed else seen.result.problem
    told = Problem(quarantined.code, quarantined.message) if quarantined else None
    problem = told or expected or Problem("", "")
    return Arrival(
        id=seen.row.id,
        received_at=seen.row.received_at,
        protocol=seen.row.protocol,
        waiting=not seen.was_routed,
        people=", ".join(dict.fromkeys(one.person_id for one in recipients)),
        events=sorted({catalog.events[id].name for one in recipients for id in one.event_ids}),
        code=problem.code,
        problem=problem.message,
        quarantined=quarantined.pk if quarantined else None,
    )
