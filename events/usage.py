"""Which events rely on a schema, for the pages of those below (journeyorch/usage.py)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Model
from django.urls import reverse

from events.models import Event
from journeyorch.usage import Use


def events_of_schema(kind: str, obj: Model) -> Iterator[Use]:
    """The configured events of a schema."""
    if kind == "schema":
        for event in Event.objects.filter(schema_id=obj.pk).order_by("name"):
            yield Use(event.name, reverse("admin:events_event_change", args=[event.pk]))
