"""Schemas: the shape of what comes in, in XDM terms (events.md, Schemas)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Configuration


class Schema(Configuration):
    """A JSON Schema of one XDM class: an event in time or the record of a person."""

    class Kind(models.TextChoices):
        EVENT = "event", _("Experience event")
        PROFILE = "profile", _("Individual profile")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    description = models.TextField(_("description"), blank=True)
    document = models.JSONField(
        _("JSON Schema"), help_text=_("JSON Schema 2020-12 or draft-06 with XDM paths.")
    )
    feeds_profiles = models.BooleanField(
        _("feeds profiles"),
        default=True,
        help_text=_("Events join the person's history, records the person's profile."),
    )
    primary_identity = models.CharField(
        _("primary identity"),
        max_length=200,
        blank=True,
        help_text=_("Path of the field that says who it is about; empty: the identityMap."),
    )
    primary_namespace = models.CharField(_("its namespace"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("schema")
        verbose_name_plural = _("schemas")
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="schema_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """What messages name it by: its ``$id``, else an address made from its number."""
        own = self.document.get("$id") if isinstance(self.document, dict) else None
        return own if isinstance(own, str) and own else f"urn:journeyorch:schema:{self.pk}"
