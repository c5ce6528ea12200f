"""What time and saving do to segments, in small batches: moments that have come, and looking at everybody."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from datasources.platform.profiles.models import Profile
from datasources.platform.segments.models import Segment, SegmentMembership
from datasources.platform.segments.store import look_again

#: Memberships looked at in one transaction, because their time has come.
DUE = 200
#: People looked at in one transaction, for a segment that is evaluated for everybody (engine.md § 5).
EVERYBODY = 1000


def sweep(now: datetime) -> bool:
    """One batch of each; True if there is more to do."""
    return recheck_due(now) | evaluate_everybody(now)


def recheck_due(now: datetime) -> bool:
    """Look again at memberships whose moment has come; True if there may be more."""
    with transaction.atomic():
        due = SegmentMembership.objects.filter(recheck_at__lte=now).order_by("recheck_at")[:DUE]
        rows = list(due.values_list("pk", "segment_id", "segment__sandbox_id", "profile_id"))
        people: dict[tuple[int, int], list[int]] = defaultdict(list)
        for _, segment, sandbox, profile in rows:
            people[sandbox, segment].append(profile)
        for (sandbox, segment), profiles in sorted(people.items()):
            look_again(sandbox, profiles, now, only=[segment])
        # What nobody could look at, such as a segment that does not compile any more, is not tried for ever.
        left = SegmentMembership.objects.filter(pk__in=[row[0] for row in rows], recheck_at__lte=now)
        left.update(recheck_at=None)
    return len(rows) == DUE


def evaluate_everybody(now: datetime) -> bool:
    """Go on with the segment that was saved first and not looked at in full; True if there is more."""
    with transaction.atomic():
        waiting = Segment.objects.filter(evaluated_to__isnull=False).order_by("pk")
        segment = waiting.select_for_update(of=("self",)).first()
        if segment is None:
            return False
        people = Profile.objects.filter(sandbox=segment.sandbox_id, pk__gt=segment.evaluated_to)
        ids = list(people.filter(merged_into=None).order_by("pk").values_list("pk", flat=True)[:EVERYBODY])
        look_again(segment.sandbox_id, ids, now, only=[segment.pk], in_bulk=True)
        done = len(ids) < EVERYBODY
        moved = {"evaluated_to": None, "evaluated_at": now} if done else {"evaluated_to": ids[-1]}
        # Not by saving it: what journeys are compiled from has not changed.
        Segment.objects.filter(pk=segment.pk).update(**moved)
    return True
