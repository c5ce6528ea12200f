"""The verbs of long work: begin, cancel, forget what is old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from journeyorch import bulk, wakeup
from journeyorch.access import audit
from journeyorch.access.models import Sandbox, User
from journeyorch.background.kinds import kind_of
from journeyorch.background.models import BackgroundTask, StoredFile

State = BackgroundTask.State
#: An upload that nobody has begun with is kept for so long; a finished task's file for so long.
PREPARED_FOR, FILES_FOR = timedelta(hours=4), timedelta(days=7)


def begin(
    kind: str,
    *,
    sandbox: Sandbox,
    by: User | None,
    title: str,
    spec: Mapping[str, Any],
    file: StoredFile | None = None,
    total: int | None = None,
    unit: str = "records",
    prepared: bool = False,
) -> BackgroundTask:
    """Have something done in the background. ``prepared``: only when ``release`` says so."""
    now = bulk.database_now()
    task = BackgroundTask.objects.create(
        kind=kind, sandbox=sandbox, by=by, title=title[:200], spec=dict(spec), file=file, total=total,
        unit=unit, state=State.PREPARED if prepared else State.OPEN, created_at=now, not_before=now,
    )  # fmt: skip
    if not prepared:
        _begun(task)
    return task


def _begun(task: BackgroundTask) -> None:
    audit.record("began", task, label=kind_title(task))
    transaction.on_commit(lambda: wakeup.notify("drain"))


def kind_title(task: BackgroundTask) -> str:
    """What the audit log calls a task: not by its own title, which may name a person."""
    kind = kind_of(task.kind)
    return str(kind.title) if kind else task.kind


def release(task: BackgroundTask, spec: Mapping[str, Any]) -> bool:
    """Let a prepared task begin; False if it is no longer there, or has begun already."""
    now = bulk.database_now()
    prepared = BackgroundTask.objects.filter(pk=task.pk, state=State.PREPARED)
    begun = prepared.update(state=State.OPEN, spec=dict(spec), created_at=now, not_before=now)
    if begun:
        _begun(task)
    return bool(begun)


def cancel(task: BackgroundTask) -> bool:
    """Ask for an end after the batch that is under way; False if it is over already, or runs to its end."""
    if not is_cancellable(task):
        return False
    with transaction.atomic():
        asked = BackgroundTask.objects.filter(pk=task.pk).open()
        found = asked.update(cancelled=True, not_before=bulk.database_now())
        if found:
            audit.record("cancelled", task, label=kind_title(task))
            transaction.on_commit(lambda: wakeup.notify("drain"))
    return bool(found)


def is_cancellable(task: BackgroundTask) -> bool:
    """Whether somebody may end it now."""
    kind = kind_of(task.kind)
    return task.state == State.OPEN and (kind is None or kind.cancellable)


def forget_old(now: datetime, *, most: int = 100) -> int:
    """Delete tasks that are over and long past, uploads that were not begun with, and old files."""
    kept = timedelta(days=settings.RETENTION_TASKS_DAYS)
    ended = [State.DONE, State.FAILED, State.CANCELLED]
    old = BackgroundTask.objects.filter(state__in=ended, finished_at__lt=now - kept)
    unused = BackgroundTask.objects.filter(state=State.PREPARED, created_at__lt=now - PREPARED_FOR)
    ids = [*old.values_list("pk", flat=True)[:most], *unused.values_list("pk", flat=True)[:most]]
    BackgroundTask.objects.filter(pk__in=ids).delete()
    needed = BackgroundTask.objects.filter(file__isnull=False)
    young = needed.filter(state__in=[State.OPEN, State.PREPARED]) | needed.filter(
        finished_at__gte=now - FILES_FOR
    )
    # A file is stored before its task is.
    files = StoredFile.objects.filter(created_at__lt=now - PREPARED_FOR).exclude(
        pk__in=young.values("file_id")
    )
    gone = list(files.values_list("pk", flat=True)[:most])
    StoredFile.objects.filter(pk__in=gone).delete()
    return len(ids) + len(gone)
