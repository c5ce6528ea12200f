"""Sums of whole days, in the time zone of the sandbox: a report over months reads a row for each day.

Each is what the folded hours of its day add up to, at every moment (journeys/engine/days.py): an hour that is
folded late is added to its day in the same transaction. Hours whose lanes are still apart, and tests, are not
in them.
"""

from __future__ import annotations

from django.db import models

from journeys.models.version import JourneyVersion


class DaysKept(models.Model):
    """In which time zone the days of a version are kept; "": not yet. Its row is their lock."""

    version = models.OneToOneField(JourneyVersion, on_delete=models.CASCADE, db_constraint=False)
    zone = models.CharField(max_length=60, default="")


class DailySum(models.Model):
    """How often something happened in one activity of a version, on one day."""

    version = models.ForeignKey(JourneyVersion, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    activity = models.CharField(max_length=64)
    day = models.DateTimeField()  # when it begins
    n = models.BigIntegerField()

    class Meta:
        abstract = True


def _once(name: str, *rest: str) -> list[models.BaseConstraint]:
    """The upsert of a day, and by its beginning the period of a report."""
    return [models.UniqueConstraint(fields=["version", "day", "activity", *rest], name=name)]


class DailyStepCount(DailySum):
    path = models.CharField(max_length=64)
    status = models.SmallIntegerField()

    class Meta:
        constraints = _once("daily_step_count_unique", "path", "status")


class DailyStepErrorCount(DailySum):
    status = models.SmallIntegerField()
    path = models.CharField(max_length=64)
    code = models.CharField(max_length=40)

    class Meta:
        constraints = _once("daily_step_error_count_unique", "status", "path", "code")


class DailyStepTimeCount(DailySum):
    bucket = models.SmallIntegerField()

    class Meta:
        constraints = _once("daily_step_time_count_unique", "bucket")


class DailyMessageCount(DailySum):
    status = models.CharField(max_length=12)
    code = models.CharField(max_length=40, default="")

    class Meta:
        constraints = _once("daily_message_count_unique", "status", "code")


class DailyFetchCount(DailySum):
    field_group = models.CharField(max_length=61)
    code = models.CharField(max_length=40, default="")

    class Meta:
        constraints = _once("daily_fetch_count_unique", "field_group", "code")


class DailyMessageTraitCount(DailySum):
    status = models.CharField(max_length=12)
    code = models.CharField(max_length=40, default="")
    trait = models.CharField(max_length=10)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = _once("daily_message_trait_count_unique", "status", "code", "trait", "value")
