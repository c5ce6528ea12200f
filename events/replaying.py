"""Trying many quarantined events again: long work, in small batches, that can be followed and cancelled."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from events.models import Quarantined
from events.quarantine import replay
from journeyorch.access.models import Sandbox, User
from journeyorch.background.kinds import Progress
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import begin

KIND = "replay_events"
#: Events tried again in one transaction.
BATCH = 500


def begin_replay(sandbox: Sandbox, codes: Collection[str], *, by: User | None) -> BackgroundTask:
    """Have those tried again that are in quarantine now, for one of these reasons."""
    with transaction.atomic():
        newest = Quarantined.objects.filter(sandbox=sandbox).order_by("-received_event_id")
        last = newest.values_list("received_event_id", flat=True).first() or 0
        spec = {"codes": sorted(codes), "to": last}
        title = gettext_noop("Quarantined events, tried again")
        return begin(KIND, sandbox=sandbox, by=by, title=title, spec=spec, unit="events")


class Replay:
    """The kind of task. What comes back into quarantine is behind the cursor then, and not tried twice."""

    drops_file = True
    cancellable = True
    permission = "events.change_quarantined"
    title = _("Another try of quarantined events")

    def work(self, task: BackgroundTask) -> Progress:
        """One batch: the next ones in the order of their receipt."""
        after = int(task.cursor.get("to", 0))
        left = Quarantined.objects.filter(
            sandbox=task.sandbox_id,
            code__in=task.spec["codes"],
            received_event_id__gt=after,
            received_event_id__lte=task.spec["to"],
        ).order_by("received_event_id")
        some = list(left[:BATCH])
        done, over = task.done + replay(some), len(some) < BATCH
        return Progress(
            cursor={"to": some[-1].received_event_id if some else after},
            done=done,
            total=done if over else None if task.cursor else done + left.count(),
            over=over,
        )
