"""The page of operations: how the installation is, while one looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from pydantic import ValidationError

from events.figures import MOST
from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.polled import polled
from journeys.definition.comparing import name_of
from journeys.definition.document import ActivityDocument
from journeys.models import JourneyVersion
from journeys.reports.condition import HOURS, Failure, condition_of
from journeys.views.operations import OPERATE
from journeys.views.shell import page

SEE_INLETS = "events.view_inlet"


@page(SEE_INLETS, OPERATE)
def running(request: HttpRequest) -> HttpResponse:
    return render(request, "journeys/running.html", _context(request))


@page(SEE_INLETS, OPERATE)
def part(request: HttpRequest) -> HttpResponse:
    """What changes on the page: it asks every other second, and mostly nothing has changed."""
    shown = render_to_string("journeys/running_part.html", _context(request), request)
    return polled(request, f'<div id="condition" data-renew>{shown}</div>'.encode())


def _context(request: HttpRequest) -> dict[str, Any]:
    condition = condition_of(sandbox_of(request).pk, bulk.database_now())
    failures = list(zip(condition.failures, _steps(condition.failures), strict=True))
    return {"condition": condition, "failures": failures, "hours": HOURS, "most": MOST}


def _steps(failures: Sequence[Failure]) -> list[str]:
    """What the steps are called at which people failed: each alone is read out of its drawing."""
    versions = JourneyVersion.objects.filter(pk__in={one.version.pk for one in failures})
    activities = {
        pk: document.get("activities", {}) for pk, document in versions.values_list("pk", "document")
    }
    return [_step(activities.get(one.version.pk, {}).get(one.activity), one.activity) for one in failures]


def _step(activity: Any, id: str) -> str:
    """The name on its card, or the id of one that cannot be read."""
    try:
        return name_of(ActivityDocument.model_validate(activity), gettext)
    except ValidationError:
        return id
