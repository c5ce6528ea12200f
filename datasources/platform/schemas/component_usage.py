"""Which schemas an imported component is a part of."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from datasources.platform.schemas.composing import components_of, library_of
from datasources.platform.schemas.models import Component, Schema
from journeyorch.usage import Use


def schemas_of(component: Component) -> Iterator[Use]:
    library = library_of(component.sandbox_id)
    for schema in Schema.objects.filter(sandbox=component.sandbox, groups__isnull=False):
        if component.uri in components_of(schema, library):
            yield Use(schema.name, reverse("admin:datasources_schema_change", args=[schema.pk]))
