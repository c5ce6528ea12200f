"""What time does to segments, in small batches: moments that have come, evaluations, leftovers."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from datasources.platform.segments.evaluating import begin_due
from datasources.platform.segments.models import Segment, SegmentMembership
from datasources.platform.segments.store import look_again
from journeyorch import bulk

#: Memberships looked at in one transaction, because their time has come.
DUE = 200
#: Memberships of a deleted segment that are deleted in one transaction.
DELETED = 1000


def sweep(now: datetime) -> bool:
    """One batch of each; True if there is more to do."""
    return recheck_due(now) | begin_due(now) | forget_deleted()


def recheck_due(now: datetime) -> bool:
    """Look again at memberships whose moment has come; True if there may be more."""
    due = SegmentMembership.objects.filter(recheck_at__lte=now).order_by("recheck_at")[:DUE]
    rows = list(due.values_list("pk", "segment_id", "profile_id"))
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for membership, segment, profile in rows:
        found[segment][membership] = profile
    sandboxes = dict(Segment.objects.filter(pk__in=found).values_list("pk", "sandbox_id"))
    for segment, due_ones in sorted(found.items()):
        _recheck(sandboxes.get(segment), segment, due_ones, now)
    return len(rows) == DUE


def _recheck(sandbox_id: int | None, segment_id: int, due: dict[int, int], now: datetime) -> None:
    """``due``: by membership, its profile. ``sandbox_id`` None: the segment is gone.

    A transaction of its own: people of two segments would be locked in no order.
    """
    with transaction.atomic():
        if sandbox_id is not None:
            look_again(sandbox_id, due.values(), now, only=[segment_id])
        # What nobody could look at, such as a segment that does not compile any more, is not tried for ever.
        SegmentMembership.objects.filter(pk__in=due, recheck_at__lte=now).update(recheck_at=None)


# A walk over the index from segment to segment, never over all the people of one.
_DELETED = """
WITH RECURSIVE found(id) AS (
    SELECT (SELECT segment_id FROM datasources_segmentmembership ORDER BY segment_id LIMIT 1)
    UNION ALL
    SELECT (SELECT m.segment_id FROM datasources_segmentmembership m
             WHERE m.segment_id > found.id ORDER BY m.segment_id LIMIT 1)
      FROM found WHERE found.id IS NOT NULL
) SELECT found.id FROM found LEFT JOIN datasources_segment s ON s.id = found.id
   WHERE found.id IS NOT NULL AND s.id IS NULL LIMIT 1
"""


def forget_deleted() -> bool:
    """Delete memberships of a segment that is gone, so many at a time; True if there may be more.

    Not with the segment: a million rows in one transaction would hold up all waves.
    """
    for (segment_id,) in bulk.run(_DELETED):
        of_it = SegmentMembership.objects.filter(segment_id=segment_id)
        ids = list(of_it.values_list("pk", flat=True)[:DELETED])
        SegmentMembership.objects.filter(pk__in=ids).delete()
        return True
    return False
