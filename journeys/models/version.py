"""A version of a journey: one drawing, and its life from draft to finished."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Configuration
from journeys.models.journey import Journey


class JourneyVersionQuerySet(models.QuerySet["JourneyVersion"]):
    """Questions about many versions."""

    def with_people(self) -> JourneyVersionQuerySet:
        """Versions that somebody may be inside of: their plans must be kept at hand."""
        return self.filter(status__in=[JourneyVersion.Status.LIVE, JourneyVersion.Status.CLOSED])

    def live(self) -> JourneyVersionQuerySet:
        return self.filter(status=JourneyVersion.Status.LIVE)

    def newest(self) -> JourneyVersionQuerySet:
        """Only the highest version of each journey."""
        newest = (
            JourneyVersion.objects.filter(journey=models.OuterRef("journey"))
            .order_by("-number")
            .values("pk")[:1]
        )
        return self.filter(pk=models.Subquery(newest))


class JourneyVersion(Configuration):
    """What people walk through; ``document`` is the drawing (journeys/definition/document.py)."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LIVE = "live", _("Live")
        CLOSED = "closed", _("Closed")
        STOPPED = "stopped", _("Stopped")
        FINISHED = "finished", _("Finished")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"), default=1)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DRAFT)
    document = models.JSONField(_("definition"), default=dict)
    # Goes up with every save of a draft: two editors must not overwrite each other.
    revision = models.PositiveIntegerField(default=1, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    closed_at = models.DateTimeField(null=True, editable=False)
    stopped_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = JourneyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("journey version")
        verbose_name_plural = _("journey versions")
        constraints = [
            models.UniqueConstraint(fields=["journey", "number"], name="version_number_unique"),
            models.UniqueConstraint(fields=["journey"], condition=Q(status="live"), name="one_live_version"),
        ]

    def __str__(self) -> str:
        return f"{self.journey.name}, version {self.number}"
