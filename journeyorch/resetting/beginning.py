"""The verb: close a sandbox to everybody, stop what runs in it, and have it emptied."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from journeyorch import bulk
from journeyorch.access.acting import actor
from journeyorch.access.locks import lock_sandbox
from journeyorch.access.models import Sandbox, User
from journeyorch.background.models import BackgroundTask
from journeyorch.background.tasks import begin
from journeyorch.resetting import halting
from journeyorch.resetting.work import RESET, TITLE

State = BackgroundTask.State


class NotResettable(Exception):
    """The sandbox may not be emptied; the message says why and what to do."""


def require_resettable(sandbox: Sandbox) -> None:
    """Raises ``NotResettable`` for one in production."""
    if sandbox.kind == Sandbox.Kind.PRODUCTION:
        raise NotResettable(
            _("A production sandbox cannot be reset. Change its kind to development first, then reset it.")
        )


def begin_reset(sandbox: Sandbox, *, by: User | None) -> BackgroundTask:
    """Close the sandbox and have it emptied; one that is under way is told again, one that failed goes on.

    From this commit on nothing is taken in, no wave runs, and no call is made that was not made before.
    Raises ``NotResettable``.
    """
    with transaction.atomic():
        # The sandbox's lock comes last: who works on a task, has lanes or publishes takes it when they have
        # their rows, and each would wait for the other.
        _end_tasks(sandbox)
        halting.halt(sandbox.pk)
        lock_sandbox(sandbox.pk)
        stored = Sandbox.objects.select_for_update().get(pk=sandbox.pk)
        require_resettable(stored)
        latest = latest_reset(stored)
        if latest is not None and latest.state == State.OPEN:
            return latest
        stored.reset_since = stored.reset_since or bulk.database_now()
        stored.save(update_fields=["reset_since"])
        stored.configuration_changed()
        who = actor()
        spec: dict[str, Any] = {"by": who.name, "credential": who.credential}
        return begin(RESET, sandbox=stored, by=by, title=TITLE, spec=spec)


def latest_reset(sandbox: Sandbox) -> BackgroundTask | None:
    """The task that empties the sandbox, or that was the last to do so; None if it is not remembered."""
    return BackgroundTask.objects.filter(sandbox=sandbox, kind=RESET).order_by("-pk").first()


def _end_tasks(sandbox: Sandbox) -> None:
    """Whoever works on one finds another token, and nothing of its batch is written."""
    tasks = BackgroundTask.objects.filter(sandbox=sandbox, state__in=(State.OPEN, State.PREPARED))
    tasks.exclude(kind=RESET).update(
        state=State.CANCELLED, finished_at=bulk.database_now(), token=F("token") + 1, owner="",
        lease_until=None, spec={}, cursor={},
    )  # fmt: skip
