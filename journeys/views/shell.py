"""What every page needs: somebody who is logged in, may see it, and works in a sandbox."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from journeyorch.access.pages import page
from journeyorch.access.sandboxes import sandbox_of
from journeys.models import JourneyVersion

VIEW, CHANGE, PUBLISH = "journeys.view_journey", "journeys.change_journey", "journeys.publish_journey"
VIEW_EVENT = "events.view_event"
REPORTS, CHANGE_REPORT = "journeys.view_report", "journeys.change_report"

__all__ = [
    "CHANGE", "CHANGE_REPORT", "PUBLISH", "REPORTS", "VIEW", "VIEW_EVENT", "page", "version_of",
]  # fmt: skip


def version_of(request: HttpRequest, uid: UUID) -> JourneyVersion:
    """The version of an address; 404 for an unknown one and for one of another sandbox."""
    versions = JourneyVersion.objects.select_related("journey__created_by", "published_by", "sandbox")
    return get_object_or_404(versions, uid=uid, sandbox=sandbox_of(request))
