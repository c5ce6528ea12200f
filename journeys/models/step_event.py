"""Step events: what happened, step by step; and their sums (architecture.md, Step events)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from journeys.models.hourly import not_folded
from journeys.models.version import JourneyVersion


class StepEvent(models.Model):
    """One processed step of one instance; append only."""

    class Status(models.IntegerChoices):
        TRANSITIONS = 0, _("Went on")
        ENDED = 1, _("Ended")
        ERROR = 2, _("Error")
        TIMED_OUT = 3, _("Timed out")
        CAPPED = 4, _("Capped")
        INSTANCE_TIMED_OUT = 5, _("Journey timed out")
        STOPPED = 6, _("Stopped")
        DISCARDED = 7, _("Discarded")
        OPERATED = 8, _("Operated")

    version = models.ForeignKey(JourneyVersion, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    # NULL: an event that was discarded before an instance existed.
    instance_id = models.UUIDField(null=True)
    sequence = models.IntegerField()
    activity = models.CharField(_("activity"), max_length=64)
    status = models.SmallIntegerField(_("status"), choices=Status)
    # The path taken ("next", "timeout", "error", "other" or a condition's own), "" at an end.
    path = models.CharField(_("path"), max_length=64, default="")
    at = models.DateTimeField(_("time"))
    entered_at = models.DateTimeField(_("arrived"))
    # 1: entrance, 2: re-entrance, 0: neither.
    entrance = models.SmallIntegerField(default=0)
    received_event_id = models.BigIntegerField(null=True)
    # The number of the test run, 0: no test.
    run = models.IntegerField(default=0)
    namespace = models.CharField(max_length=60, default="")
    person_id = models.CharField(max_length=512, default="")
    # Errors, fetches, action times, discard reason: JSON text, "" when there is nothing to say.
    detail = models.TextField(default="")

    class Meta:
        verbose_name = _("step event")
        verbose_name_plural = _("step events")
        indexes = [
            # One person's story, in order.
            models.Index(fields=["instance_id", "sequence"], name="step_event_story"),
            # What became of a received event.
            models.Index(
                fields=["received_event_id"],
                name="step_event_of_event",
                condition=models.Q(received_event_id__isnull=False),
            ),
            # What happened in a test, and its end.
            models.Index(fields=["version", "id"], name="step_event_of_test", condition=models.Q(run__gt=0)),
        ]

    @property
    def in_test(self) -> bool:
        return self.run > 0


class StepCount(models.Model):
    """How often something happened: sums of step events by hour. Reads sum over lanes.

    The lane is in the key, so that no two workers ever write the same row; see ``hourly``, also for what
    happens to the lanes of an hour that is over.
    """

    version = models.ForeignKey(JourneyVersion, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    activity = models.CharField(max_length=64)
    path = models.CharField(max_length=64)
    # StepEvent.Status, or for discards the reason in ``path``.
    status = models.SmallIntegerField()
    hour = models.DateTimeField()
    lane_id = models.BigIntegerField()
    # The number of the test run, 0: no test.
    run = models.IntegerField(default=0)
    n = models.BigIntegerField()

    class Meta:
        constraints = [
            # The roll-up's upsert, and the counts of a version.
            models.UniqueConstraint(
                fields=["version", "activity", "path", "status", "hour", "lane_id", "run"],
                name="step_count_unique",
            )
        ]
        indexes = [
            # A report's period.
            models.Index(fields=["version", "hour"], name="step_count_period"),
            not_folded("step_count_lanes"),
        ]
