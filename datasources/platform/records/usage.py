"""Which schemas refer to the records of a schema, for its page (journeyorch/usage.py)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Model
from django.urls import reverse

from datasources.platform.schemas.models import Schema
from journeyorch.usage import Use


def referrers_of_schema(kind: str, obj: Model) -> Iterator[Use]:
    """The schemas with a field that refers to it."""
    if kind == "schema":
        for schema in Schema.objects.filter(relationships__target=obj.pk).distinct().order_by("name"):
            yield Use(schema.name, reverse("admin:datasources_schema_change", args=[schema.pk]))
