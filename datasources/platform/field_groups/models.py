"""Field groups of the built-in source: what of a profile journeys can read (technical.md, Data sources)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from datasources.names import NAME_VALIDATOR
from journeyorch.access.models import Configuration


class ProfileFieldGroup(Configuration):
    """Fields of profiles, and of people's experience events, under a name for expressions.

    ``fields``: dotted paths, those of events below ``experienceevent``; what is below a path comes along.
    Empty: all. Every sandbox has the group ``ProfileFieldGroup``, with everything, without a row; one of that
    name takes its place.
    """

    name = models.CharField(_("name"), max_length=30, validators=[NAME_VALIDATOR])
    description = models.TextField(_("description"), blank=True)
    fields = models.JSONField(_("fields"), default=list, blank=True)

    class Meta:
        verbose_name = _("profile field group")
        verbose_name_plural = _("profile field groups")
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "name"], name="profile_field_group_name_unique")
        ]

    def __str__(self) -> str:
        return self.name
