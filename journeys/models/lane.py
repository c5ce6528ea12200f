"""Lanes: the 64 queues of a sandbox, and what waits in them (architecture.md, Lanes and leases).

Hot-path tables have no database foreign keys: with them a wave's database time was 83 % higher.
"""

from __future__ import annotations

from django.db import models

from journeyorch.access.models import Sandbox

LANES = 64


class Lease(models.Model):
    """Work that one process at a time may do; ``token`` fences whoever held it before."""

    owner = models.CharField(max_length=80, null=True)
    token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    # How many owners died with it, once there is a suspect only those that had begun it; a committed unit of
    # work sets it back to 0.
    crashes = models.PositiveSmallIntegerField(default=0)
    # After a crash: how many of the things that waited then are still to be handled one by one. The culprit
    # is among them, but perhaps not the first.
    careful = models.PositiveSmallIntegerField(default=0)
    # After a crash: the only thing handled under this lease ("input:7", "instance:<uuid>", "event:7"), so
    # that the culprit is known.
    suspect = models.CharField(max_length=80, null=True)
    # Whether the present owner has begun to handle the suspect: who dies before that dies of something else.
    begun = models.BooleanField(default=False, db_default=False)

    class Meta:
        abstract = True


class Lane(Lease):
    """One queue; a person is always in the same one. Its id is sandbox id × 64 + number."""

    id = models.BigIntegerField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_index=False)
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sandbox", "number"], name="lane_unique")]


class RouterLease(Lease):
    """Who routes the received events of a sandbox (engine.md, Route)."""

    sandbox = models.OneToOneField(Sandbox, on_delete=models.CASCADE, primary_key=True)


def in_lanes_of(sandbox_id: int) -> models.Q:
    """The condition that a row's ``lane_id`` is one of a sandbox's."""
    return models.Q(lane_id__range=(sandbox_id * LANES, sandbox_id * LANES + LANES - 1))


class LaneInputQuerySet(models.QuerySet["LaneInput"]):
    """Questions about many inputs."""

    def kept(self, sandbox_id: int) -> LaneInputQuerySet:
        """Those of a sandbox that wait for versions which cannot be compiled."""
        return self.filter(in_lanes_of(sandbox_id), waits_for__isnull=False)


class LaneInput(models.Model):
    """Something a lane must handle; the wave that handled it deletes it."""

    class Class(models.IntegerChoices):
        LIVE = 0
        BULK = 1
        #: Nobody can say what it leads to, because a version cannot be compiled (wave/kept.py).
        KEPT = 2

    class Kind(models.IntegerChoices):
        EVENT = 0
        CALL_RESULT = 1
        SWEEP = 2
        FEEDBACK = 3
        SEGMENT = 4
        JUMP = 5
        OPERATION = 6

    lane_id = models.BigIntegerField()
    bulk = models.SmallIntegerField(choices=Class, default=Class.LIVE)
    kind = models.SmallIntegerField(choices=Kind)
    namespace = models.CharField(max_length=60, default="")
    person_id = models.CharField(max_length=512, default="")
    # EVENT: id of the received event; SWEEP: id of the version; SEGMENT: of the membership; JUMP: of the
    # target journey.
    reference = models.BigIntegerField(null=True)
    # CALL_RESULT: the call's key. Of the others JSON text: wave/news.py and engine/operations.py read it.
    detail = models.TextField(default="")
    occurred_at = models.DateTimeField()
    # KEPT: until this version can be compiled again, or is over; 0: one of several.
    waits_for = models.BigIntegerField(null=True)

    objects = LaneInputQuerySet.as_manager()

    class Meta:
        constraints = [
            # A membership's change is told to an identity once (engine.md, Entrances): the detail has its
            # number.
            models.UniqueConstraint(
                fields=["reference", "namespace", "person_id", "detail"],
                name="lane_input_segment_once",
                condition=models.Q(kind=4),
            )
        ]
        indexes = [
            # The oldest inputs of a lane, live ones and bulk ones apart.
            models.Index(fields=["lane_id", "bulk", "id"], name="lane_input_oldest"),
            # What is kept, by the version that it waits for.
            models.Index(
                fields=["waits_for", "id"],
                name="lane_input_kept",
                condition=models.Q(waits_for__isnull=False),
            ),
        ]
