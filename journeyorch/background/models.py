"""A piece of long work, what was wrong with it, and its files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Sandbox


class StoredFile(models.Model):
    """A file in pieces: all processes of all hosts share nothing but the database."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField(default=0)
    # Whose data it holds, as privacy.Subject.label names people; "" where it is nobody's or many people's.
    about = models.CharField(max_length=80, default="", db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)


class StoredPiece(models.Model):
    """One piece of a file; ``start`` is where it begins, in bytes."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="pieces")
    start = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        # Reading on from any place.
        constraints = [models.UniqueConstraint(fields=["file", "start"], name="stored_piece_start")]


class TaskQuerySet(models.QuerySet["BackgroundTask"]):
    """Questions about long work."""

    def open(self) -> TaskQuerySet:
        """Begun, and neither at its end nor given up."""
        return self.filter(state=BackgroundTask.State.OPEN)

    def of_kinds(self, kinds: Collection[str]) -> TaskQuerySet:
        """Those of these kinds that were begun; uploads that nobody has begun with are none yet."""
        return self.filter(kind__in=kinds).exclude(state=BackgroundTask.State.PREPARED)

    def due(self, now: datetime) -> TaskQuerySet:
        """Those that somebody could work on now, whose turn it is first."""
        free = Q(owner="") | Q(lease_until__lt=now)
        return self.open().filter(free, not_before__lte=now).order_by("not_before", "pk")


class BackgroundTask(models.Model):
    """Long work of one kind. Written by conditional updates alone; ``token`` fences whoever had it before."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Prepared")
        OPEN = "open", _("Under way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, verbose_name=_("sandbox"))
    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("begun by"), null=True, on_delete=models.SET_NULL
    )
    # What is to be done, and how far it is; both are emptied at the end, because they may name people.
    spec = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict)
    # What came of it: figures and ids of ours, nothing about people.
    result = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.SET_NULL)
    done = models.BigIntegerField(_("done"), default=0)
    # Unknown while it is null.
    total = models.BigIntegerField(_("of"), null=True)
    # In what ``done`` and ``total`` count: a key of kinds.UNITS.
    unit = models.CharField(max_length=10, default="records")
    bad_lines = models.BigIntegerField(_("with problems"), default=0)
    message = models.CharField(_("message"), max_length=300, default="")
    cancelled = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("begun"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    # When it is its turn; each batch sets it to now, so that several tasks take turns.
    not_before = models.DateTimeField()
    owner = models.CharField(max_length=80, default="")
    token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    # Batches that failed, or whose workers died, since one was committed.
    failures = models.PositiveSmallIntegerField(default=0)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("long task")
        verbose_name_plural = _("long tasks")
        indexes = [
            # Whose turn it is; there are few, and every round of an idle worker asks.
            models.Index(fields=["not_before"], name="background_task_due", condition=Q(state="open")),
            # The list, newest first.
            models.Index(fields=["sandbox", "-id"], name="background_task_recent"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int | None:
        """How far it is; None if nobody knows."""
        if self.state == self.State.DONE:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else None


class BadLine(models.Model):
    """Something that a task could not use, and why. It repeats nothing of what stood there."""

    task = models.ForeignKey(BackgroundTask, on_delete=models.CASCADE, related_name="lines")
    number = models.BigIntegerField(_("line"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        # The list of a task; a batch that is done again writes nothing twice.
        constraints = [models.UniqueConstraint(fields=["task", "number"], name="bad_line_once")]
