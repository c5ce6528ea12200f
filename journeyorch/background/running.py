"""Works on long tasks: one small committed batch at a time, by whoever has the task's lease.

Correctness rests on conditional updates: a batch's transaction first proves the lease and then writes how
far the task is together with what the batch did. A worker that dies loses one batch, which the next one does
again; a process that was stopped past its lease finds another token, and all it did is rolled back.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, transaction

from journeyorch import bulk
from journeyorch.background.kinds import Bad, GivenUp, Kind, Progress, kind_of, known_kinds
from journeyorch.background.models import BackgroundTask, BadLine, StoredFile
from journeyorch.background.tasks import forget_old

logger = logging.getLogger(__name__)

#: Much longer than a batch takes.
LEASE = timedelta(seconds=30)
#: So often in a row a batch may fail, or kill its worker; the pauses between grow.
MAX_FAILURES = 5
_PAUSE = timedelta(seconds=2)
#: Lines with problems that are listed; all of them are counted.
MOST_LINES = 1000
# A worker that has other things to do does one batch in so many seconds; and looks for old tasks.
_BUSY_EVERY, _FORGET_EVERY = 2.0, 60.0

# Every round of an idle worker asks, nearly always in vain: a fortieth of what asking for the task costs.
_DUE = "SELECT 1 FROM journeyorch_backgroundtask WHERE state = 'open' AND not_before <= %s LIMIT 1"

_FAILED = "It failed again and again. The log of the workers says why."

_next_at = 0.0
_forget_at = 0.0


class LostLease(Exception):
    """Somebody else works on the task by now; what was done must not be written."""


def work_now_and_then(*, owner: str, idle: bool) -> bool:
    """For workers' rounds: a batch if there is nothing else to do, else now and then; True if one was done.

    A loaded system must not let it stand still, and it must not slow down a loaded system.
    """
    global _next_at, _forget_at
    now = time.monotonic()
    if not idle and now < _next_at:
        return False
    _next_at = now + _BUSY_EVERY
    if now >= _forget_at:
        _forget_at = now + _FORGET_EVERY
        forget_old(bulk.database_now())
    return work(owner=owner)


def work(*, owner: str, task: BackgroundTask | None = None) -> bool:
    """One batch of the task whose turn it is, or of the given one; False if there was nothing to do."""
    now = bulk.database_now()
    if task is None and not bulk.run(_DUE, [bulk.to_database(now)]):
        return False
    leased = _lease(owner, now, task)
    if leased is None:
        return False
    kind = kind_of(leased.kind)
    assert kind is not None, "only known kinds are leased"
    try:
        _try(leased, kind)
    except LostLease:
        logger.warning("The lease of long task %s was lost: this process was too slow", leased.pk)
    return True


def _try(task: BackgroundTask, kind: Kind) -> None:
    try:
        _batch(task, kind)
    except GivenUp as reason:
        _end(task, kind, BackgroundTask.State.FAILED, message=str(reason)[:300])
    except (LostLease, DatabaseError, InterfaceError):
        raise  # the lease ends by itself, and the next owner counts a failure
    except Exception:
        logger.exception("A batch of long task %s failed and is tried again", task.pk)
        _failed(task, kind)


def _lease(owner: str, now: datetime, task: BackgroundTask | None) -> BackgroundTask | None:
    due = BackgroundTask.objects.due(now).filter(kind__in=known_kinds())
    found = (due if task is None else due.filter(pk=task.pk)).first()
    if found is None:
        return None
    died = int(found.owner != "")
    same = BackgroundTask.objects.filter(pk=found.pk, token=found.token)
    taken = same.update(
        owner=owner, token=found.token + 1, lease_until=now + LEASE, failures=found.failures + died
    )
    found.owner, found.token, found.failures = owner, found.token + 1, found.failures + died
    return found if taken else None


def _batch(task: BackgroundTask, kind: Kind) -> None:
    if task.cancelled:
        _end(task, kind, BackgroundTask.State.CANCELLED)
        return
    if task.failures >= MAX_FAILURES:
        _end(task, kind, BackgroundTask.State.FAILED, message=_FAILED)
        return
    with transaction.atomic():
        _write(task)
        progress = kind.work(task)
        bad = _list_bad(task, progress.bad)
        figures = {"done": progress.done, "bad_lines": task.bad_lines + bad, "failures": 0}
        if progress.total is not None:
            figures["total"] = progress.total
        if progress.over:
            _end(task, kind, BackgroundTask.State.DONE, result=dict(progress.result), **figures)
        else:
            _go_on(task, progress, figures)


def _go_on(task: BackgroundTask, progress: Progress, figures: dict[str, Any]) -> None:
    turn = bulk.database_now() + progress.pause
    _write(task, owner="", lease_until=None, not_before=turn, cursor=dict(progress.cursor), **figures)


def _failed(task: BackgroundTask, kind: Kind) -> None:
    failures = task.failures + 1
    if failures >= MAX_FAILURES:
        _end(task, kind, BackgroundTask.State.FAILED, message=_FAILED)
        return
    turn = bulk.database_now() + failures * _PAUSE
    _write(task, owner="", lease_until=None, not_before=turn, failures=failures)


def _end(task: BackgroundTask, kind: Kind, state: str, **values: Any) -> None:
    """The end, whatever it is: what the task was told and where it stood may name people, and goes."""
    with transaction.atomic():
        _write(
            task, owner="", lease_until=None, state=state, finished_at=bulk.database_now(),
            spec={}, cursor={}, **values,
        )  # fmt: skip
        if kind.drops_file or state != BackgroundTask.State.DONE:
            StoredFile.objects.filter(backgroundtask=task.pk).delete()


def _write(task: BackgroundTask, **values: Any) -> None:
    """Write the task on the condition that the lease is ours; without values only locks it."""
    ours = BackgroundTask.objects.filter(pk=task.pk, token=task.token, owner=task.owner)
    if not ours.update(**(values or {"token": task.token})):
        raise LostLease


def _list_bad(task: BackgroundTask, bad: Any) -> int:
    lines: list[Bad] = list(bad)
    room = max(0, MOST_LINES - task.bad_lines)
    rows = [BadLine(task=task, number=one.number, reason=one.reason[:300]) for one in lines[:room]]
    BadLine.objects.bulk_create(rows, ignore_conflicts=True)
    return len(lines)
