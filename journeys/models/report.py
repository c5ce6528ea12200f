"""A report that somebody has put together and kept."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Configuration, Sandbox, User


class ReportQuerySet(models.QuerySet["Report"]):
    """Questions about many reports."""

    def shown_to(self, user: User, sandbox: Sandbox) -> ReportQuerySet:
        """Their own, and those that are shared."""
        return self.filter(models.Q(owner=user) | models.Q(shared=True), sandbox=sandbox)


class Report(Configuration):
    """Panels of figures (journeys/reports/custom/definition.py); its owner's alone unless it is shared."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    shared = models.BooleanField(
        _("shared"), default=False, help_text=_("Everybody who may read reports in this sandbox sees it.")
    )
    definition = models.JSONField(default=dict)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [
            # The list of reports.
            models.Index(fields=["sandbox", "name"], name="report_of_sandbox"),
        ]

    def __str__(self) -> str:
        return self.name

    def may_be_changed_by(self, user: User) -> bool:
        """Only by its owner, and by administrators, who take over the reports of users who are gone."""
        return self.owner_id == user.pk or user.is_superuser
