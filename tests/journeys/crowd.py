"""A world whose events feed profiles, and whose people are in segments or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from datasources.models import Identity, Profile, Schema, Segment, SegmentMembership
from datasources.platform.profiles.updates import set_attributes
from datasources.platform.segments.sweep import sweep
from journeyorch.background.running import work
from tests.journeys.world import World

EVENTS = "#{ExperiencePlatform.ProfileFieldGroup.experienceevent"
RICH = f"count({EVENTS}.all(currentDataPackField.amount > 100)}}) > 0"
GOLD = '#{ExperiencePlatform.ProfileFieldGroup.loyalty.tier} == "gold"'
PROFILE_SCHEMA = {
    "type": "object",
    "properties": {
        "loyalty": {"type": "object", "properties": {"tier": {"type": "string"}}},
        "person": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
}


class Crowd(World):
    """A world whose events feed profiles."""

    def __init__(self) -> None:
        super().__init__()
        Schema.objects.filter(pk=self.schema.pk).update(feeds_profiles=True)
        self.sandbox.refresh_from_db()
        Schema.objects.create(
            sandbox=self.sandbox, name="People", kind="profile", document=PROFILE_SCHEMA, feeds_profiles=True
        )

    def segment(self, name: str = "Rich", expression: str = RICH, **more: Any) -> Segment:
        """A streaming segment that everybody has been looked at for."""
        segment = Segment.objects.create(sandbox=self.sandbox, name=name, expression=expression, **more)
        self.sweep()
        return segment

    def sweep(self) -> None:
        with self.clock():
            while sweep(self.now) or work(owner="test"):
                pass

    def person(self, id: str = "anna", **attributes: Any) -> Profile:
        profile = Profile.objects.create(sandbox=self.sandbox, attributes=attributes)
        self.known(profile, "CRMID", id)
        return profile

    def known(self, profile: Profile, namespace: str, value: str, *, earlier: int = 0) -> None:
        """``earlier``: seconds ago."""
        Identity.objects.create(
            sandbox=self.sandbox,
            namespace=namespace,
            value=value,
            profile=profile,
            seen_at=self.now - timedelta(seconds=earlier),
        )

    def set(self, profile: Profile, **values: Any) -> None:
        """Somebody edits the profile."""
        paths = {name.replace("__", "."): value for name, value in values.items()}
        with self.clock():
            set_attributes(profile, paths, self.now)

    def statuses(self) -> list[tuple[str, str, int]]:
        rows = SegmentMembership.objects.order_by("pk")
        return [(row.segment.name, row.status, row.sequence) for row in rows.select_related("segment")]
