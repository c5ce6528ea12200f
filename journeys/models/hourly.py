"""Hourly sums beside ``StepCount``, from which reports are made: errors, times, fetches, and what became of
messages.

Like it they carry the lane, so that no two workers write the same row, and the test run. When an hour is
over, the rows of its lanes are added up into one (``FOLDED``): a report reads a row for each hour, not 64;
and those of whole days are added up in ``daily``.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from journeys.models.version import JourneyVersion

#: The lane of rows that all lanes of an hour have been added up into; no lane has this id.
FOLDED = 0


def not_folded(name: str) -> models.Index:
    """The index by which hours are found whose lanes are still apart; the oldest comes first."""
    return models.Index(fields=["hour", "version"], name=name, condition=Q(run=0, lane_id__gt=FOLDED))


class HourlySum(models.Model):
    """How often something happened in one activity of a version, in one hour. Reads sum over lanes."""

    version = models.ForeignKey(JourneyVersion, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    activity = models.CharField(max_length=64)
    hour = models.DateTimeField()
    lane_id = models.BigIntegerField()
    # The number of the test run, 0: no test.
    run = models.IntegerField(default=0)
    n = models.BigIntegerField()

    class Meta:
        abstract = True


class StepErrorCount(HourlySum):
    """Why steps failed, by the code of the failure: an HTTP status, ``timeout``, ``capped``, ``error``, …"""

    status = models.SmallIntegerField()  # StepEvent.Status
    path = models.CharField(max_length=64)  # "" if the failure ended the person's journey
    code = models.CharField(max_length=40)

    class Meta:
        constraints = [
            # The roll-up's upsert.
            models.UniqueConstraint(
                fields=["version", "activity", "status", "path", "code", "hour", "lane_id", "run"],
                name="step_error_count_unique",
            )
        ]
        indexes = [
            # A report's period.
            models.Index(fields=["version", "hour"], name="step_error_count_period"),
            not_folded("step_error_count_lanes"),
        ]


class StepTimeCount(HourlySum):
    """How long people were at an activity, as a histogram; not of those who went through at once."""

    bucket = models.SmallIntegerField()  # journeys/durations.py

    class Meta:
        constraints = [
            # The roll-up's upsert.
            models.UniqueConstraint(
                fields=["version", "activity", "bucket", "hour", "lane_id", "run"],
                name="step_time_count_unique",
            )
        ]
        indexes = [
            # A report's period.
            models.Index(fields=["version", "hour"], name="step_time_count_period"),
            not_folded("step_time_count_lanes"),
        ]


class MessageCount(HourlySum):
    """What became of an activity's messages: of each message each status once, in the hour of its recording.

    Rows are only added, never changed: workers that commit results at the same time wait for nobody.
    """

    # actions.models.Delivery.Status, or engine.message_counts.MIRRORED.
    status = models.CharField(max_length=12)
    # Why it was held back, failed or bounced, as far as our own attempt to send it says so.
    code = models.CharField(max_length=40, default="")

    class Meta:
        indexes = [
            # A report's period.
            models.Index(fields=["version", "hour"], name="message_count_period"),
            not_folded("message_count_lanes"),
        ]


class FetchCount(HourlySum):
    """How often steps have asked a data source. Without a code: all of it; with one: what failed of that."""

    field_group = models.CharField(max_length=61)  # as expressions call it: source.group
    code = models.CharField(max_length=40, default="")

    class Meta:
        constraints = [
            # The roll-up's upsert.
            models.UniqueConstraint(
                fields=["version", "activity", "field_group", "code", "hour", "lane_id", "run"],
                name="fetch_count_unique",
            )
        ]
        indexes = [
            # A report's period.
            models.Index(fields=["version", "hour"], name="fetch_count_period"),
            not_folded("fetch_count_lanes"),
        ]


class MessageTraitCount(HourlySum):
    """``MessageCount`` once more by a trait of the message or of its reader, where that is known.

    ``trait`` is a name of ``actions.messages.traits``; ``value`` such as ``gmail.com`` or ``phone``. Rows are
    only added.
    """

    status = models.CharField(max_length=12)
    code = models.CharField(max_length=40, default="")
    trait = models.CharField(max_length=10)
    value = models.CharField(max_length=200)

    class Meta:
        indexes = [
            # A report's period.
            models.Index(fields=["version", "hour"], name="message_trait_count_period"),
            not_folded("message_trait_count_lanes"),
        ]
