"""Labels on the fields of schemas, and policies that keep labelled fields from being sent to others."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from datasources.platform.schemas.models import Schema
from journeyorch.access.models import Configuration, ConfigurationPart

_MAX_CODE = 40


class Label(Configuration):
    """A label of a sandbox's own, beside the standard ones."""

    code = models.CharField(
        _("code"),
        max_length=_MAX_CODE,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9-]{0,39}$", _("Use small letters, digits and hyphens, a letter first.")
            )
        ],
    )
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        constraints = [models.UniqueConstraint(fields=["sandbox", "code"], name="label_code_unique")]

    def __str__(self) -> str:
        return self.name


class FieldLabel(ConfigurationPart):
    """A label on a field of a schema; it holds for everything below the field, too."""

    schema = models.ForeignKey(Schema, on_delete=models.CASCADE, related_name="labels")
    path = models.CharField(_("field"), max_length=400)
    label = models.CharField(_("label"), max_length=_MAX_CODE)  # the code of a standard label or of a Label

    class Meta:
        verbose_name = _("label of a field")
        verbose_name_plural = _("labels of fields")
        constraints = [models.UniqueConstraint(fields=["schema", "path", "label"], name="field_label_unique")]

    def __str__(self) -> str:
        return f"{self.path}: {self.label}"

    @property
    def owner(self) -> Schema:
        return self.schema


class Policy(Configuration):
    """Where fields with certain labels must not go: a journey that sends them there is not published."""

    name = models.CharField(_("name"), max_length=60)
    description = models.TextField(_("description"), blank=True)
    # Codes; a field with any of them is meant.
    labels = models.JSONField(_("labels"), default=list)
    actions = models.BooleanField(_("not to custom actions"), default=True)
    sources = models.BooleanField(_("not to external data sources"), default=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="policy_name_unique")]

    def __str__(self) -> str:
        return self.name
