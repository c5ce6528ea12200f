"""Who works at the moment: one row for each running supervisor and for each run of a resident.

Small tables, rewritten all the time and never read by the hot path. All times come from the database's
clock, because processes of several hosts compare them.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from journeyorch.api.models import AnsweredRequest
from journeyorch.background.models import BackgroundTask, BadLine, StoredFile, StoredPiece
from journeyorch.privacy.models import Erasure

__all__ = [
    "AnsweredRequest",
    "BackgroundTask",
    "BadLine",
    "Erasure",
    "Kind",
    "Resident",
    "StoredFile",
    "StoredPiece",
    "Supervisor",
]

# A supervisor that has not reported for so long does not count as running (/readyz, places of residents).
ALIVE_WITHIN = timedelta(seconds=15)
# And after so long its rows and queues are removed: later, so that a pause of its database does no harm.
DEAD_AFTER = timedelta(seconds=60)


class Kind(models.TextChoices):
    """What a resident does; each kind has a q2 cluster and a queue of its own (architecture.md, Workers)."""

    DRAIN = "drain"
    CALL = "call"


class SupervisorQuerySet(models.QuerySet["Supervisor"]):
    def alive(self) -> SupervisorQuerySet:
        """Supervisors that reported lately; none means that nothing is being worked on."""
        return self.filter(reported_at__gte=Now() - ALIVE_WITHIN)

    def dead(self) -> SupervisorQuerySet:
        """Supervisors whose process is surely gone, killed without time to say so."""
        return self.filter(reported_at__lt=Now() - DEAD_AFTER)


class Supervisor(models.Model):
    """One running `manage.py runworkers`."""

    name = models.CharField(max_length=80, unique=True, help_text="Host and a random part.")
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    reported_at = models.DateTimeField(db_default=Now())
    drain_residents = models.PositiveSmallIntegerField()
    call_residents = models.PositiveSmallIntegerField()

    objects = SupervisorQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class ResidentQuerySet(models.QuerySet["Resident"]):
    def claim(self, resident_id: int, *, pid: int) -> Resident | None:
        """Begin this run, once: None if it has begun already, was stopped or given up meanwhile."""
        unclaimed = self.filter(pk=resident_id, started_at=None, stop=False)
        if not unclaimed.update(started_at=Now(), reported_at=Now(), pid=pid):
            return None
        return self.filter(pk=resident_id).first()

    def before(self, resident: Resident) -> ResidentQuerySet:
        """Earlier runs at the same place, which the given run takes over from."""
        return self.filter(
            supervisor_id=resident.supervisor_id, kind=resident.kind, slot=resident.slot, pk__lt=resident.pk
        )


class Resident(models.Model):
    """One run of a resident task, from its enqueueing to its return; the row is deleted then."""

    supervisor = models.ForeignKey(Supervisor, models.CASCADE, related_name="residents")
    kind = models.CharField(max_length=8, choices=Kind)
    slot = models.PositiveSmallIntegerField(help_text="Which of its supervisor's residents, from 0.")
    queue = models.CharField(max_length=100, help_text="Name of the q2 cluster that was asked to run it.")
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    stop = models.BooleanField(default=False, help_text="Asks the resident to return soon.")

    objects = ResidentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.owner

    @property
    def owner(self) -> str:
        """Name of this run as owner of leases: never used twice, as the ids of rows are not."""
        return f"{self.kind}-{self.pk}@{self.host}"[:64]
