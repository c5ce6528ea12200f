"""Looking at everybody for one segment: long work, in small batches, that can be followed and cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from datasources.platform.profiles.changes import Stale
from datasources.platform.profiles.models import Profile
from datasources.platform.profiles.people import WITH_EVENTS
from datasources.platform.segments.compiling import Segments, segments_of
from datasources.platform.segments.models import Segment
from datasources.platform.segments.store import look_again
from journeyorch import bulk
from journeyorch.access.models import User
from journeyorch.background.kinds import GivenUp, Progress
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import begin, cancel
from journeyorch.phrases import sentence

KIND = "evaluate_segment"
#: People looked at in one transaction (architecture.md, Long work); fewer if their events are read.
EVERYBODY = 1000
_ATTEMPTS = 3
_TITLE = sentence("Evaluation of segment {name}")


def begin_evaluation(segment: Segment, *, by: User | None, now: datetime) -> BackgroundTask:
    """Have everybody looked at. What is under way for it ends: the expression may be another by now."""
    with transaction.atomic():
        if segment.task is not None:
            cancel(segment.task)
        title = _TITLE(name=segment.name)
        spec = {"segment": segment.pk}
        task = begin(KIND, sandbox=segment.sandbox, by=by, title=title, spec=spec, unit="people")
        zone = ZoneInfo(segment.sandbox.time_zone)
        # Not by saving it: what journeys are compiled from has not changed.
        Segment.objects.filter(pk=segment.pk).update(
            task=task, is_due=False, next_at=segment.schedule.next_after(now, zone)
        )
    return task


def begin_due(now: datetime) -> bool:
    """Begin one evaluation whose time has come; True if there may be more."""
    with transaction.atomic():
        due = Segment.objects.filter(Q(is_due=True) | Q(next_at__lte=now)).order_by("pk")
        segment = bulk.skip_locked(due).first()
        if segment is None:
            return False
        begin_evaluation(segment, by=None, now=now)
    return True


class Evaluation:
    """The kind of task."""

    drops_file = True
    cancellable = True
    permission = "datasources.change_segment"
    title = _("Evaluation of a segment")

    def work(self, task: BackgroundTask) -> Progress:
        """One batch: the next people in the order of their ids. Raises ``GivenUp``."""
        segment_id, now = int(task.spec["segment"]), bulk.database_now()
        segments = segments_of.current([task.sandbox_id]).get(task.sandbox_id, Segments())
        segment = segments.by_id.get(segment_id)
        if segment is None:
            raise GivenUp(
                gettext_noop("The segment is gone, or its expression cannot be used any more. Correct it.")
            )
        most = WITH_EVENTS if segment.reads_events else EVERYBODY
        everybody = Profile.objects.filter(sandbox=task.sandbox_id, merged_into=None)
        ahead = everybody.filter(pk__gt=task.cursor.get("to", 0)).order_by("pk")
        ids = list(ahead.values_list("pk", flat=True)[:most])
        _look_at(task.sandbox_id, ids, now, segment_id)
        over, done = len(ids) < most, task.done + len(ids)
        if over:
            Segment.objects.filter(pk=segment_id).update(evaluated_at=now, took=now - task.created_at)
        return Progress(
            cursor={"to": ids[-1] if ids else 0},
            done=done,
            total=done if over else None if task.cursor else everybody.count(),
            over=over,
        )


def _look_at(sandbox_id: int, ids: Sequence[int], now: datetime, segment_id: int) -> None:
    for _attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                look_again(sandbox_id, ids, now, only=[segment_id], in_bulk=True)
                return
        except Stale:
            continue  # a wave let somebody in or out meanwhile
    raise Stale
