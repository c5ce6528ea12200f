"""What became of received events: routed, quarantined, and what they did in which journey."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from events import effects
from events.models import Quarantined, ReceivedEvent
from journeys.models import JourneyVersion, StepEvent
from journeys.reports.reasons import reason_in_words


class Effect(NamedTuple):
    """What an event did in one version: let a person in, took one on, or was discarded."""

    event: StepEvent
    version: JourneyVersion
    reason: str  # why it was discarded, "" if it was not


class Arrival(NamedTuple):
    received: ReceivedEvent
    quarantined: Quarantined | None
    effects: Sequence[Effect]


def arrival_of(received: ReceivedEvent) -> Arrival:
    """Three queries."""
    quarantined = Quarantined.objects.filter(received_event=received).first()
    return Arrival(received, quarantined, _effects_of([received.pk]).get(received.pk, ()))


def told(received: Iterable[int]) -> Mapping[int, Sequence[effects.Effect]]:
    """For the lists of received events: what each did in journeys, in words. Two queries."""
    return {id: [_told(effect) for effect in found] for id, found in _effects_of(received).items()}


def _effects_of(received: Iterable[int]) -> Mapping[int, list[Effect]]:
    events = list(StepEvent.objects.filter(received_event_id__in=list(received)).order_by("at", "pk"))
    versions = JourneyVersion.objects.select_related("journey").in_bulk(
        {event.version_id for event in events}
    )
    found: dict[int, list[Effect]] = defaultdict(list)
    for event in events:
        version = versions.get(event.version_id)
        if version and event.received_event_id and event.run in (0, version.run):
            reason = event.path if event.status == StepEvent.Status.DISCARDED else ""
            found[event.received_event_id].append(Effect(event, version, reason))
    return found


def _told(effect: Effect) -> effects.Effect:
    names = {"journey": effect.version.journey.name, "person": effect.event.person_id}
    if effect.reason:
        text = _("Discarded in %(journey)s: %(reason)s") % {**names, "reason": reason_in_words(effect.reason)}
    elif effect.event.entrance:
        text = _("%(person)s entered %(journey)s") % names
    else:
        text = _("%(person)s went on in %(journey)s") % names
    instance = effect.event.instance_id
    return effects.Effect(text, reverse("instance", args=[instance]) if instance else "")
