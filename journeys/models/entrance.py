"""Entrance: at most once at a time, and re-entrance (architecture.md, Tables)."""

from __future__ import annotations

from django.db import models

from journeys.models.journey import Journey


class Entrance(models.Model):
    """What is remembered of one person in one journey; outlives the instances."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    in_test = models.BooleanField(default=False)
    namespace = models.CharField(max_length=60)
    person_id = models.CharField(max_length=512)
    # The instance inside; NULL: nobody. The unique constraint makes it one at a time.
    active_instance = models.UUIDField(null=True)
    last_started_at = models.DateTimeField()
    last_ended_at = models.DateTimeField(null=True)
    # In a test: which run; what an older one left counts for nothing.
    run = models.IntegerField(default=0)

    class Meta:
        constraints = [
            # Also the look-up of a wave: one probe per person and journey.
            models.UniqueConstraint(
                fields=["journey", "in_test", "namespace", "person_id"], name="entrance_unique"
            )
        ]
