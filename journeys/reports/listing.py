"""The people inside of the versions that a list shows."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, F, OuterRef, Value, When

from journeyorch.lists.counting import MOST_COUNTED, CountOf
from journeys.models import Instance, JourneyVersion


def people_inside(versions: Iterable[JourneyVersion]) -> dict[int, int]:
    """How many people are inside, by version id, each counted up to ``MOST_COUNTED``; one query."""
    run = Case(When(status=JourneyVersion.Status.TEST, then=F("test_run")), default=Value(0))
    inside = Instance.objects.filter(version=OuterRef("pk"), run=OuterRef("shown_run"), ended_at=None)
    counted = JourneyVersion.objects.filter(pk__in=[version.pk for version in versions])
    counted = counted.annotate(shown_run=run, inside=CountOf(inside.order_by().values("run")[:MOST_COUNTED]))
    return dict(counted.values_list("pk", "inside"))
