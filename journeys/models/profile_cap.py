"""ProfileCap: how many people have taken the first path of a cap (journey-format.md, profile_cap)."""

from __future__ import annotations

from django.db import models

from journeys.models.version import JourneyVersion


class ProfileCap(models.Model):
    """One cap of one version; test runs are counted apart. Many waves write it (engine.md, Waves)."""

    version = models.ForeignKey(JourneyVersion, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    in_test = models.BooleanField()
    activity = models.CharField(max_length=64)
    # Since when is counted; after 180 days the count starts again.
    since = models.DateTimeField()
    taken = models.IntegerField()
    # How many may take it: what ``taken`` never exceeds.
    most = models.IntegerField()

    class Meta:
        constraints = [
            # Look-up and conditional update of a wave.
            models.UniqueConstraint(fields=["version", "in_test", "activity"], name="profile_cap_unique")
        ]
