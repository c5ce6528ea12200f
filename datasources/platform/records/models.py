"""Records of things that are no people, such as products, and which fields of events refer to them."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from datasources.platform.schemas.models import Schema
from journeyorch.access.models import ConfigurationPart

#: Characters of a record's key, at most; a longer one is none.
MAX_KEY = 512


class Relationship(ConfigurationPart):
    """A field of an event schema that holds the primary identity of a record schema's records."""

    schema = models.ForeignKey(Schema, on_delete=models.CASCADE, related_name="relationships")
    path = models.CharField(_("field"), max_length=400)
    # Whoever deletes the schema of the records would take fields from the events that refer to it.
    target = models.ForeignKey(
        Schema, on_delete=models.PROTECT, related_name="referrers", verbose_name=_("refers to")
    )
    name = models.CharField(
        _("name of the record"),
        max_length=50,
        validators=[
            RegexValidator(
                r"^[A-Za-z][A-Za-z0-9_]{0,49}$",
                _("Use at most 50 letters, digits and underscores, a letter first."),
            )
        ],
        help_text=_("The record stands beside the field under this name, as in order.product.title."),
    )

    class Meta:
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        constraints = [models.UniqueConstraint(fields=["schema", "path"], name="relationship_path_unique")]

    def __str__(self) -> str:
        return f"{self.path} → {self.target}"

    @property
    def owner(self) -> Schema:
        return self.schema


class Record(models.Model):
    """One thing, as the newest message about it says; it belongs to its schema's sandbox."""

    schema = models.ForeignKey(
        Schema, on_delete=models.CASCADE, db_index=False, related_name="records", verbose_name=_("schema")
    )
    key = models.CharField(_("primary identity"), max_length=MAX_KEY)
    data = models.JSONField(_("data"), default=dict)
    # When the message was received that it comes from: an older one that is handled later changes nothing.
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        constraints = [
            # Also the look-up of a wave: the records that its events refer to.
            models.UniqueConstraint(fields=["schema", "key"], name="record_key_unique")
        ]

    def __str__(self) -> str:
        return self.key
