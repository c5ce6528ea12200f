"""A journey: the name that all its versions share."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from journeyorch.access.models import Configuration


class Journey(Configuration):
    """A multi-step scenario; what is drawn and what runs are its versions (users.md, Publishing)."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    # Separated by commas, as ``journeys.labels.read_tags`` leaves them.
    tags = models.CharField(_("tags"), max_length=1000, blank=True, default="", db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    # How many test runs there have been, over all versions: the number of the latest one.
    test_runs = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        permissions = [
            ("publish_journey", gettext_noop("Can publish, close and stop journeys")),
            ("change_timeout", gettext_noop("Can change timeout and error of journeys")),
        ]
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="journey_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def tag_names(self) -> list[str]:
        return self.tags.split(", ") if self.tags else []
