"""What every page needs: somebody who is logged in, may see it, and works in a sandbox."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from journeyorch.access.sandboxes import sandbox_of
from journeys.models import JourneyVersion

VIEW, CHANGE, PUBLISH = "journeys.view_journey", "journeys.change_journey", "journeys.publish_journey"
VIEW_EVENT = "events.view_event"

View = Callable[..., HttpResponse]


def page(*permissions: str) -> Callable[[View], View]:
    """Strangers are sent to the login; those who have none of the permissions get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **parts: Any) -> HttpResponse:
            if not any(request.user.has_perm(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, **parts)

        return login_required(guarded)

    return decorate


def version_of(request: HttpRequest, uid: UUID) -> JourneyVersion:
    """The version of an address; 404 for an unknown one and for one of another sandbox."""
    versions = JourneyVersion.objects.select_related("journey__created_by", "published_by", "sandbox")
    return get_object_or_404(versions, uid=uid, sandbox=sandbox_of(request))
