"""A version of a journey: one drawing, and its life from draft to finished."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Configuration
from journeys.models.journey import Journey
from journeys.models.start_kind import StartKind

#: Every wait and timeout lasts so long in a test (users.md, Testing).
DEFAULT_TEST_WAIT = timedelta(seconds=10)


class JourneyVersionQuerySet(models.QuerySet["JourneyVersion"]):
    """Questions about many versions."""

    def with_people(self) -> JourneyVersionQuerySet:
        """Versions that somebody may be inside of: their plans must be kept at hand."""
        return self.filter(status__in=JourneyVersion.RUNNING)

    def live(self) -> JourneyVersionQuerySet:
        return self.filter(status=JourneyVersion.Status.LIVE)

    def published(self) -> JourneyVersionQuerySet:
        """Those that have ever been live."""
        return self.exclude(published_at=None)

    def reported(self) -> JourneyVersionQuerySet:
        """What reports of several versions add up, the latest first; a test has figures of its own only."""
        found = self.exclude(status__in=(JourneyVersion.Status.DRAFT, JourneyVersion.Status.TEST))
        return found.select_related("journey").order_by("-journey", "-number")

    def with_start_kind(self) -> JourneyVersionQuerySet:
        """``start_kind`` of each: by what people enter."""
        return self.annotate(start_kind=StartKind("document"))

    def of(self, user: Any) -> JourneyVersionQuerySet:
        """Those whose journey the user has made, or that the user has published."""
        return self.filter(Q(journey__created_by=user) | Q(published_by=user))

    def newest(self) -> JourneyVersionQuerySet:
        """Only the highest version of each journey."""
        newest = (
            JourneyVersion.objects.filter(journey=models.OuterRef("journey"))
            .order_by("-number")
            .values("pk")[:1]
        )
        return self.filter(pk=models.Subquery(newest))


# What the audit log calls the change into a status.
_VERBS = {"live": "published", "closed": "closed", "stopped": "stopped", "finished": "finished"}


class JourneyVersion(Configuration):
    """What people walk through; ``document`` is the drawing (journeys/definition/document.py)."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        TEST = "test", _("Draft (test)")
        LIVE = "live", _("Live")
        CLOSED = "closed", _("Closed")
        STOPPED = "stopped", _("Stopped")
        FINISHED = "finished", _("Finished")

    not_audited = Configuration.not_audited | {
        "revision",
        "test_run",
        "test_people",
        "tested_at",
        "is_broken",
    }

    #: People are inside, or may be.
    RUNNING = (Status.TEST, Status.LIVE, Status.CLOSED)

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
    # The test run: its number (unique in the journey; of the latest one when the version is not in test), how
    # long its waits last, whether events come in from outside too, how many people have entered.
    test_run = models.PositiveIntegerField(default=0, editable=False)
    test_wait = models.DurationField(_("wait time in test"), default=DEFAULT_TEST_WAIT)
    test_from_outside = models.BooleanField(_("also from outside"), default=False)
    test_people = models.PositiveIntegerField(default=0, editable=False)
    # Last switched on or triggered: a test that nobody uses for a week ends.
    tested_at = models.DateTimeField(null=True, editable=False)
    # Something that it uses was changed under it, and it cannot be run; written by who finds it out.
    is_broken = models.BooleanField(default=False, db_default=False, editable=False)
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
            models.UniqueConstraint(
                fields=["journey"], condition=Q(status="test"), name="one_tested_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey.name}, version {self.number}"

    def audited_as(self, changes: Mapping[str, Any]) -> str:
        """A new status is what the log tells of first."""
        before, after = changes.get("status", (self.status, self.status))
        if before == after:
            return super().audited_as(changes)
        if after == self.Status.DRAFT:
            return "ended the test"
        return "tested" if after == self.Status.TEST else _VERBS[after]

    @property
    def run(self) -> int:
        """Whose figures and people the version shows now: those of its test run, or 0, the real ones."""
        return self.test_run if self.status == self.Status.TEST else 0
