"""Instance: the durable record of one person's way through one version."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from journeys.models.version import JourneyVersion


class InstanceQuerySet(models.QuerySet["Instance"]):
    """Questions about many instances."""

    def of_run(self, version: JourneyVersion) -> InstanceQuerySet:
        """The version's people as it shows them: in a test those of its run, else the real ones."""
        return self.filter(version=version, run=version.run)

    def real(self) -> InstanceQuerySet:
        """Without those of tests."""
        return self.filter(run=0)


class Instance(models.Model):
    """One person in one version, at exactly one position (architecture.md, What a wave does)."""

    class Position(models.IntegerChoices):
        """Where an instance is between two waves; ``running`` exists only inside one."""

        WAITING = 1, _("Waiting")
        CALLING = 2, _("Calling")
        ENDED = 3, _("Ended")
        PARKED = 4, _("Parked")

    class Status(models.IntegerChoices):
        RUNNING = 0, _("Running")
        FINISHED = 1, _("Finished")
        ERROR = 2, _("Error")
        TIMED_OUT = 3, _("Timed out")
        STOPPED = 4, _("Stopped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    version = models.ForeignKey(JourneyVersion, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    journey_id = models.BigIntegerField()
    # The number of the test run, 0: no test.
    run = models.IntegerField(default=0)
    lane_id = models.BigIntegerField()
    namespace = models.CharField(_("namespace"), max_length=60)
    person_id = models.CharField(_("person"), max_length=512)
    position = models.SmallIntegerField(_("position"), choices=Position)
    status = models.SmallIntegerField(_("status"), choices=Status, default=Status.RUNNING)
    # The activity where the instance stands (the first one of several that it listens to).
    activity = models.CharField(_("activity"), max_length=64)
    # Everything that decide needs (journeys/engine/decide/values.py), as JSON text.
    state = models.TextField()
    # Least of step timer, global timeout and call deadline; NULL when ended.
    wake_at = models.DateTimeField(null=True)
    # Goes up with every write; a write of a stale one changes no row.
    revision = models.IntegerField(default=1)
    started_at = models.DateTimeField(_("entered"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = InstanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("instance")
        verbose_name_plural = _("instances")
        permissions = [("operate_instance", gettext_noop("Can retry, skip and end people in journeys"))]
        indexes = [
            # Due timers of a lane, earliest first; the ticker probes it per lane.
            models.Index(
                fields=["lane_id", "wake_at"], name="instance_due", condition=Q(wake_at__isnull=False)
            ),
            # The people at a step and the latest instances of a version.
            models.Index(fields=["version", "-started_at"], name="instance_of_version"),
            # The people inside a version: sweeps of a lane, counts per step, whether it is finished. With the
            # run, so that they are counted in it alone.
            models.Index(
                fields=["version", "lane_id", "run"],
                name="instance_inside",
                condition=Q(ended_at__isnull=True),
            ),
            # The people of a test, and its sweep.
            models.Index(fields=["version", "lane_id"], name="instance_of_test", condition=Q(run__gt=0)),
            # Those whose call an operator must decide about.
            models.Index(fields=["version"], name="instance_parked", condition=Q(position=4)),
            # Who failed, timed out or was stopped: a small part of all who ended.
            models.Index(
                fields=["version", "status", "-started_at"], name="instance_lost", condition=Q(status__gte=2)
            ),
            # A person's instances.
            models.Index(fields=["namespace", "person_id"], name="instance_of_person"),
            # Retention, oldest first.
            models.Index(fields=["ended_at"], name="instance_ended", condition=Q(ended_at__isnull=False)),
        ]

    @property
    def in_test(self) -> bool:
        return self.run > 0
