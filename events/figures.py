"""Figures about what comes in: how much, what waits to be routed, what was put aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max

from events.models import Quarantined, ReceivedEvent
from journeyorch.access.models import Sandbox
from journeyorch.observing.figures import Figure, Sample

#: Of more, only so many are looked at.
MOST = 10_000


def figures(now: datetime) -> Iterator[Figure]:
    yield Figure(
        "events_received",
        "Events taken in since the installation exists: the highest number that one was given.",
        [Sample(ReceivedEvent.objects.aggregate(Max("pk"))["pk__max"] or 0)],
        "counter",
    )
    yield from _unrouted(now)
    yield _quarantined()


class Unrouted(NamedTuple):
    """How many events of a sandbox wait to be routed, ``MOST`` at most; the age of the oldest, in seconds."""

    waiting: int
    age: float


def unrouted(sandbox_id: int, now: datetime) -> Unrouted:
    events = ReceivedEvent.objects.unrouted(sandbox_id)
    oldest = events.values_list("received_at", flat=True).first()
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    return Unrouted(len(events.values_list("pk")[:MOST]), age)


def _unrouted(now: datetime) -> Iterator[Figure]:
    waiting, ages = [], []
    for id, name in Sandbox.objects.order_by("name").values_list("pk", "name"):
        found = unrouted(id, now)
        waiting.append(Sample(found.waiting, {"sandbox": name}))
        ages.append(Sample(found.age, {"sandbox": name}))
    help = f"Events that wait to be routed, {MOST} at most."
    yield Figure("events_unrouted", help, waiting, labels=("sandbox",))
    help = "How long the oldest of them has been waiting."
    yield Figure("events_unrouted_age_seconds", help, ages, labels=("sandbox",))


def _quarantined() -> Figure:
    newest = Quarantined.objects.order_by("-pk").values_list("sandbox__name", "code")[:MOST]
    samples = [
        Sample(n, {"sandbox": name, "reason": code}) for (name, code), n in sorted(Counter(newest).items())
    ]
    help = f"Events in quarantine, of the newest {MOST}."
    return Figure("events_quarantined", help, samples, labels=("sandbox", "reason"))
