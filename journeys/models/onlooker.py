"""Who has a version open in the designer at this moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from journeys.models.version import JourneyVersion

#: The page tells every quarter of a minute that it is still open.
GONE_AFTER = timedelta(seconds=45)


class OnlookerQuerySet(models.QuerySet["Onlooker"]):
    """Questions about many of them."""

    def beside(self, version: JourneyVersion, tab: str, *, now: datetime) -> OnlookerQuerySet:
        """All others who look at the version, in other tabs."""
        seen = self.filter(version=version, seen_at__gte=now - GONE_AFTER)
        return seen.exclude(tab=tab).select_related("user").order_by("pk")


class Onlooker(models.Model):
    """One tab of somebody's browser. Rows of those who have gone are deleted when the next one tells."""

    version = models.ForeignKey(JourneyVersion, on_delete=models.CASCADE, related_name="+")
    tab = models.CharField(max_length=36)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = OnlookerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "tab"], name="onlooker_unique")]

    @classmethod
    def tell(cls, version: JourneyVersion, tab: str, user: object, *, now: datetime) -> None:
        """This tab is open."""
        cls.objects.filter(version=version, seen_at__lt=now - GONE_AFTER).delete()
        cls.objects.update_or_create(version=version, tab=tab, defaults={"user": user, "seen_at": now})
