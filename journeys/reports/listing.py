"""The list of journeys: what may be asked of it, and the people inside of what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Count, QuerySet

from journeyorch.access.models import Sandbox
from journeys.models import Instance, JourneyVersion

#: What the list can be sorted by, as the address says it; "-" in front turns it round.
SORTS = {
    "name": ("journey__name", "number"),
    "status": ("status", "journey__name"),
    "created": ("created_at",),
    "updated": ("updated_at",),
    "published": ("published_at",),
}
DEFAULT_SORT = "-updated"


class Question(NamedTuple):
    """What somebody wants to see; all of it comes from the address."""

    search: str = ""
    statuses: tuple[str, ...] = ()
    latest: bool = False
    sort: str = DEFAULT_SORT

    @classmethod
    def asked(cls, given: Mapping[str, str], statuses: Iterable[str]) -> Question:
        """Read an address's parameters; what makes no sense is left out."""
        sort = given.get("sort", "")
        return cls(
            search=given.get("q", "").strip()[:120],
            statuses=tuple(status for status in statuses if status in JourneyVersion.Status.values),
            latest=given.get("latest") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.statuses or self.latest)


def versions_asked_for(sandbox: Sandbox, question: Question) -> QuerySet[JourneyVersion]:
    """The versions of a sandbox that a question asks for, in its order, without their drawings."""
    versions = JourneyVersion.objects.filter(sandbox=sandbox)
    if question.latest:
        versions = versions.newest()
    if question.search:
        versions = versions.filter(journey__name__icontains=question.search)
    if question.statuses:
        versions = versions.filter(status__in=question.statuses)
    turned = "-" if question.sort.startswith("-") else ""
    order = [f"{turned}{field}" for field in SORTS[question.sort.removeprefix("-")]]
    return (
        versions.select_related("journey__created_by", "published_by")
        .defer("document")
        .order_by(*order, "-pk")
    )


def people_inside(versions: Iterable[JourneyVersion]) -> dict[int, int]:
    """How many people are inside, by version id; one query."""
    runs = {version.pk: version.run for version in versions}
    found = Instance.objects.filter(version__in=runs, run__in=set(runs.values()), ended_at=None)
    counted = found.values_list("version", "run").annotate(n=Count("pk")).order_by()
    return {version: n for version, run, n in counted if run == runs[version]}
