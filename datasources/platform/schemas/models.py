"""Schemas: the shape of what comes in, in XDM terms (technical.md, Schemas)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from journeyorch.access.models import Configuration, ConfigurationPart, Sandbox


def new_dataset_key() -> str:
    """An ID of the length that senders know from other platforms."""
    return secrets.token_hex(12)


class Schema(Configuration):
    """A JSON Schema of one XDM class: an event in time, the record of a person, or another record.

    Composed of field groups (``groups``) and custom fields, or written out by hand (``groups`` is null).
    ``document`` is what counts in both cases; ``composing`` makes it.
    """

    class Kind(models.TextChoices):
        EVENT = "event", _("Experience event")
        PROFILE = "profile", _("Individual profile")
        RECORD = "record", _("Record of something else")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    description = models.TextField(_("description"), blank=True)
    document = models.JSONField(
        _("JSON Schema"), help_text=_("JSON Schema 2020-12 or draft-06 with XDM paths.")
    )
    base = models.CharField(_("class"), max_length=300, blank=True)  # $id of an imported class, "": built in
    # Names of built-in field groups, $ids of imported ones.
    groups = models.JSONField(_("field groups"), null=True, blank=True)
    tenant = models.CharField(
        _("tenant namespace"),
        max_length=30,
        default="tenant",
        validators=[
            RegexValidator(
                r"^[A-Za-z][A-Za-z0-9]{0,29}$", _("Use at most 30 letters and digits, a letter first.")
            )
        ],
        help_text=_("Custom fields stand under this name, with an underscore before it: _acme."),
    )
    # What imported descriptors say of fields: {"friendly": {path: name}, "identities": {path: …}}.
    notes = models.JSONField(default=dict, editable=False)
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """With every new schema comes its default dataset (technical.md, Datasets)."""
        with transaction.atomic():
            is_new = self._state.adding
            super().save(*args, **kwargs)
            if is_new:
                Dataset.objects.create(sandbox=self.sandbox, schema=self, name=self.name, is_default=True)


class CustomField(ConfigurationPart):
    """A field of one's own in a composed schema, below ``_<tenant>``."""

    class Type(models.TextChoices):
        TEXT = "string", _("Text")
        INTEGER = "integer", _("Whole number")
        NUMBER = "number", _("Number")
        BOOLEAN = "boolean", _("True or false")
        DATE_TIME = "date-time", _("Date and time")
        DATE = "date", _("Date")
        EMAIL = "email", _("Email address")
        URI = "uri", _("Web address")
        OBJECT = "object", _("Object")
        TEXTS = "strings", _("List of texts")
        INTEGERS = "integers", _("List of whole numbers")
        NUMBERS = "numbers", _("List of numbers")
        OBJECTS = "objects", _("List of objects")

    schema = models.ForeignKey(Schema, on_delete=models.CASCADE, related_name="custom_fields")
    path = models.CharField(
        _("name"),
        max_length=200,
        validators=[
            RegexValidator(
                r"^[A-Za-z][A-Za-z0-9_]{0,49}(\.[A-Za-z][A-Za-z0-9_]{0,49}){0,7}$",
                _("Use letters, digits and underscores, with dots between the names of objects."),
            )
        ],
        help_text=_("Below an object: with a dot, as in stay.room."),
    )
    type = models.CharField(_("type"), max_length=10, choices=Type, default=Type.TEXT)
    title = models.CharField(_("title"), max_length=120, blank=True)
    friendly_name = models.CharField(_("friendly name"), max_length=120, blank=True)
    choices = models.TextField(_("permitted values"), blank=True, help_text=_("One a line; empty: any."))
    required = models.BooleanField(_("required"), default=False)
    namespace = models.CharField(_("identity in namespace"), max_length=60, blank=True)
    primary = models.BooleanField(_("primary identity"), default=False)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        constraints = [models.UniqueConstraint(fields=["schema", "path"], name="custom_field_path_unique")]

    def __str__(self) -> str:
        return self.path

    @property
    def owner(self) -> Schema:
        return self.schema


class Component(Configuration):
    """An imported class, field group or data type, as it was published."""

    class Kind(models.TextChoices):
        CLASS = "class", _("Class")
        GROUP = "group", _("Field group")
        TYPE = "type", _("Data type")

    uri = models.CharField(_("$id"), max_length=300)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(_("status"), max_length=20, blank=True)
    # Of a class: its behaviors. Of a field group: the classes it is for; empty: any.
    extends = models.JSONField(default=list)
    document = models.JSONField(_("JSON Schema"))
    # Like those of Schema.
    notes = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("imported component")
        verbose_name_plural = _("imported components")
        constraints = [models.UniqueConstraint(fields=["sandbox", "uri"], name="component_uri_unique")]

    def __str__(self) -> str:
        return self.title


#: So long an upload waits for its confirmation; there may be secrets in it.
UPLOADS_KEPT = timedelta(hours=1)


class PendingImportQuerySet(models.QuerySet["PendingImport"]):
    def over(self, now: datetime) -> PendingImportQuerySet:
        """Those that nobody has confirmed in time."""
        return self.filter(created_at__lt=now - UPLOADS_KEPT)


class PendingImport(models.Model):
    """An upload between its preview and its import; gone after that, or after an hour."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    data = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PendingImportQuerySet.as_manager()


class Dataset(Configuration):
    """Where messages of one schema belong; it may keep them from profiles (technical.md, Datasets)."""

    schema = models.ForeignKey(
        Schema, on_delete=models.CASCADE, related_name="datasets", verbose_name=_("schema")
    )
    name = models.CharField(_("name"), max_length=120)
    key = models.CharField(
        _("dataset ID"),
        max_length=64,
        default=new_dataset_key,
        validators=[
            RegexValidator(r"^[A-Za-z0-9_-]{1,64}$", _("Use letters, digits, hyphens and underscores."))
        ],
        help_text=_("What senders name it by, as datasetId. Enter the one that your senders use already."),
    )
    feeds_profiles = models.BooleanField(
        _("feeds profiles"),
        default=True,
        help_text=_(
            "Its events join the person's history only if both the schema and the dataset feed profiles."
        ),
    )
    is_default = models.BooleanField(_("the schema's default"), default=False, editable=False)

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        constraints = [
            models.UniqueConstraint(fields=["sandbox", "key"], name="dataset_key_unique"),
            models.UniqueConstraint(
                fields=["schema"], condition=models.Q(is_default=True), name="dataset_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
