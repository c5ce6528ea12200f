"""Forgetting keys that are too old to drop repetitions."""

from __future__ import annotations

from datetime import date

from events.models import EventKey

# Few enough that nobody who stores events at the same time waits noticeably.
_AT_ONCE = 1000


def forget_outdated_keys(today: date) -> int:
    """Delete one portion of outdated keys; returns how many, 0 when none are left."""
    portion = EventKey.objects.outdated(today).order_by("day").values_list("pk", flat=True)[:_AT_ONCE]
    deleted, _ = EventKey.objects.filter(pk__in=list(portion)).delete()
    return deleted
