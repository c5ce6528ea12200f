"""Forgetting experience events that are too old."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from datasources.platform.profiles.feed import Touch
from datasources.platform.profiles.models import ExperienceEvent
from datasources.platform.segments.store import look_again
from journeyorch import bulk


def forget_old_events(now: datetime, *, most: int) -> int:
    """Delete one portion of those beyond their time, by when they happened; returns how many.

    The people are looked at again in the same transaction: a segment may have counted on such an event.
    """
    before = now - timedelta(days=settings.RETENTION_EXPERIENCE_EVENTS_DAYS)
    people: dict[int, set[int]] = defaultdict(set)
    with transaction.atomic():
        old = ExperienceEvent.objects.filter(timestamp__lt=before).order_by("timestamp")
        rows = list(bulk.skip_locked(old).values_list("pk", "sandbox_id", "profile_id")[:most])
        ExperienceEvent.objects.filter(pk__in=[id for id, _, _ in rows]).delete()
        for _, sandbox, profile in rows:
            people[sandbox].add(profile)
        for sandbox, profiles in sorted(people.items()):
            look_again(sandbox, profiles, now, touched=Touch.EVENTS, in_bulk=True)
    return len(rows)
