"""The page of operations: how the installation is, while one looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from events.figures import MOST
from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.polled import polled
from journeys.reports.condition import HOURS, condition_of
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
    return {"condition": condition, "hours": HOURS, "most": MOST}
