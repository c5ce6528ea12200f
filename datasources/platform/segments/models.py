"""Segments: people for whom an expression is true, and since when (technical.md, Segments)."""

from __future__ import annotations

from datetime import time, timedelta

from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from datasources.platform.profiles.models import Profile
from datasources.platform.segments.schedule import Schedule
from journeyorch.access.models import Configuration
from journeyorch.background.models import BackgroundTask

_WEEKDAYS = [(number, WEEKDAYS[number]) for number in range(7)]


class Segment(Configuration):
    """A name and a boolean expression over the profile and its experience events."""

    class Evaluation(models.TextChoices):
        STREAMING = "streaming", _("Streaming")
        BATCH = "batch", _("Batch")

    class Every(models.TextChoices):
        ON_DEMAND = "", _("On demand only")
        HOUR = "hour", _("Hour")
        DAY = "day", _("Day")
        WEEK = "week", _("Week")

    name = models.CharField(_("name"), max_length=60)
    description = models.TextField(_("description"), blank=True)
    expression = models.TextField(_("expression"))
    evaluation = models.CharField(
        _("evaluation"), max_length=9, choices=Evaluation, default=Evaluation.STREAMING
    )
    #: When batches are evaluated unless somebody says otherwise: people sleep.
    AT = time(3)

    every = models.CharField(_("evaluated every"), max_length=4, choices=Every, default=Every.DAY, blank=True)
    at = models.TimeField(_("at"), default=AT, blank=True)
    weekday = models.PositiveSmallIntegerField(_("on"), choices=_WEEKDAYS, default=0, blank=True)
    # When everybody was looked at last, and for how long; empty: it has never been evaluated.
    evaluated_at = models.DateTimeField(_("last evaluation"), null=True, editable=False)
    took = models.DurationField(_("took"), null=True, editable=False)
    # Everybody is to be looked at as soon as possible; and when the schedule says so next.
    is_due = models.BooleanField(editable=False, default=True)
    next_at = models.DateTimeField(_("next evaluation"), null=True, editable=False)
    # The latest evaluation.
    task = models.ForeignKey(
        BackgroundTask, null=True, editable=False, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="segment_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def schedule(self) -> Schedule:
        """Only batch segments have one: the others are always up to date."""
        return Schedule(self.every if self.evaluation == self.Evaluation.BATCH else "", self.at, self.weekday)

    @property
    def took_in_words(self) -> str:
        """How long the last evaluation took, to the second."""
        if self.took is None:
            return "—"
        if self.took < timedelta(seconds=1):
            return str(_("less than a second"))
        return str(timedelta(seconds=round(self.took.total_seconds())))

    @property
    def progress_in_words(self) -> str:
        """How the latest evaluation goes."""
        if self.is_due:
            return str(_("begins in a moment"))
        if self.task is None:
            return "—"
        under_way = self.task.state == self.task.State.OPEN and self.task.percent is not None
        return f"{self.task.percent} %" if under_way else str(self.task.get_state_display())


class SegmentMembership(models.Model):
    """One person in one segment, or no more. Written if ``sequence`` is unchanged (engine.md, Entrances)."""

    class Status(models.TextChoices):
        REALIZED = "realized", _("Realized")  # came in
        EXISTING = "existing", _("Existing")  # was looked at again, and is still in
        EXITED = "exited", _("Exited")

    # Of one that is deleted the rows go later, little by little (sweep.py).
    segment = models.ForeignKey(Segment, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    status = models.CharField(_("status"), max_length=8, choices=Status)
    # Goes up whenever the person comes in or leaves; 0: was never in, but may come in by time alone.
    sequence = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(_("changed"))
    # When time alone may change it.
    recheck_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("segment membership")
        verbose_name_plural = _("segment memberships")
        constraints = [
            # Also the look-up of a wave: the segments of a person.
            models.UniqueConstraint(fields=["profile", "segment"], name="membership_unique")
        ]
        indexes = [
            # Those that are due, earliest first; most have no time.
            models.Index(
                fields=["recheck_at"], name="membership_due", condition=models.Q(recheck_at__isnull=False)
            ),
            # How many are in a segment.
            models.Index(fields=["segment", "status"], name="membership_size"),
        ]
