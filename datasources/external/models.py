"""External data sources: systems that journeys ask about a person (technical.md, Data sources)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from datasources.names import NAME_VALIDATOR
from journeyorch.access.models import Configuration, ConfigurationPart, Sandbox


class DataSource(Configuration):
    """An HTTP API, its authentication and its protection. ``auth`` and secrets: journeyorch.outbound."""

    name = models.CharField(_("name"), max_length=30, validators=[NAME_VALIDATOR])
    description = models.TextField(_("description"), blank=True)
    url = models.CharField(_("URL"), max_length=2000)
    # {"type": "none"|"basic"|"api_key"|"oauth2"|"mtls"|"custom", ...} with sealed secrets (outbound.secrets).
    auth = models.JSONField(_("authentication"), default=dict, blank=True)
    max_calls = models.PositiveIntegerField(
        _("calls per second"), default=15, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    cache_seconds = models.PositiveIntegerField(_("cache duration in seconds"), default=0)

    class Meta:
        verbose_name = _("data source")
        verbose_name_plural = _("data sources")
        constraints = [models.UniqueConstraint(fields=["sandbox", "name"], name="data_source_name_unique")]

    def __str__(self) -> str:
        return self.name


class FieldGroup(ConfigurationPart):
    """The fields that one call to a data source brings, and the dynamic values that it needs."""

    class Method(models.TextChoices):
        GET = "GET"
        POST = "POST"

    source = models.ForeignKey(DataSource, on_delete=models.CASCADE, related_name="field_groups")
    name = models.CharField(_("name"), max_length=30, validators=[NAME_VALIDATOR])
    description = models.TextField(_("description"), blank=True)
    method = models.CharField(_("method"), max_length=4, choices=Method, default=Method.GET)
    path = models.CharField(
        _("path"), max_length=500, blank=True, help_text=_("Added to the URL of the source.")
    )
    parameters = models.CharField(
        _("dynamic values"), max_length=500, blank=True, help_text=_("Names, separated by commas.")
    )
    sent_payload = models.JSONField(
        _("sent payload"), null=True, blank=True, help_text=_('{"param": "name"} stands for a dynamic value.')
    )
    response_sample = models.JSONField(_("response payload"), default=dict)
    # JSON Schema inferred from the sample and corrected by the user; what expressions may refer to.
    response_schema = models.JSONField(_("fields"), default=dict, blank=True)

    class Meta:
        verbose_name = _("field group")
        verbose_name_plural = _("field groups")
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="field_group_name_unique")]

    def __str__(self) -> str:
        return f"{self.source.name}.{self.name}"

    @property
    def owner(self) -> DataSource:
        return self.source

    @property
    def audit_label(self) -> str:
        return str(self)  # it says the source already

    def parameter_names(self) -> tuple[str, ...]:
        """The dynamic values, in the order in which they were written."""
        names = (name.strip() for name in self.parameters.split(","))
        return tuple(dict.fromkeys(name for name in names if name))


class FetchCacheQuerySet(models.QuerySet["FetchCache"]):
    def data_of(self, keys: Collection[str], now: datetime) -> dict[str, Any]:
        """The data of those keys that are still good."""
        if not keys:
            return {}
        found = self.filter(key__in=keys, expires_at__gt=now).values_list("key", "data")
        return {key: orjson.loads(data) for key, data in found}

    def store(self, rows: Mapping[str, FetchCache]) -> None:
        """Write answers by key, newer over older; in key order, so that two workers never deadlock."""
        if rows:
            FetchCache.objects.bulk_create(
                [rows[key] for key in sorted(rows)],
                update_conflicts=True,
                unique_fields=["key"],
                update_fields=["data", "expires_at"],
            )

    def over(self, now: datetime) -> FetchCacheQuerySet:
        """Entries that nobody reads any more."""
        return self.filter(expires_at__lte=now)


class FetchCache(models.Model):
    """The last answer of a field group for one set of parameters, for the source's cache duration."""

    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    # sha256 over (group id, group's version, canonical parameters).
    key = models.CharField(max_length=64, unique=True)
    # JSON text: nobody searches in it, and text is written and read faster.
    data = models.TextField()
    # The sweep of entries that are over.
    expires_at = models.DateTimeField(db_index=True)

    objects = FetchCacheQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key
