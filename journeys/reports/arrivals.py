"""What became of one received event: routed, quarantined, and what it did in which journey."""

from __future__ import annotations

from typing import NamedTuple

from events.models import Quarantined, ReceivedEvent
from journeys.models import JourneyVersion, StepEvent


class Effect(NamedTuple):
    """What the event did in one version: let a person in, took one on, or was discarded."""

    event: StepEvent
    version: JourneyVersion
    reason: str  # why it was discarded, "" if it was not


class Arrival(NamedTuple):
    received: ReceivedEvent
    quarantined: Quarantined | None
    effects: list[Effect]


def arrival_of(received: ReceivedEvent) -> Arrival:
    """Three queries."""
    events = list(StepEvent.objects.filter(received_event_id=received.pk).order_by("at", "pk"))
    versions = JourneyVersion.objects.select_related("journey").in_bulk(
        [event.version_id for event in events]
    )
    effects = [
        Effect(
            event,
            versions[event.version_id],
            event.path if event.status == StepEvent.Status.DISCARDED else "",
        )
        for event in events
        if event.version_id in versions and event.run in (0, versions[event.version_id].run)
    ]
    return Arrival(received, Quarantined.objects.filter(received_event=received).first(), effects)
