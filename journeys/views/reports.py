"""Reports of versions, of journeys, and of all of them; and the flow through a version in a period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.time_zones import zone_of
from journeys.models import Journey, JourneyVersion
from journeys.reports.figures import periods
from journeys.reports.figures.flow import flow_of
from journeys.reports.figures.periods import Period
from journeys.reports.figures.summary import summarize
from journeys.views import shown_figures
from journeys.views.drawing import draw, steps_of
from journeys.views.outline import outline
from journeys.views.shell import REPORTS, page, version_of
from journeys.views.versions import document_of, with_header

#: Journeys that one report adds up, the latest published first.
MOST_JOURNEYS = 200


@page(REPORTS)
def everything(request: HttpRequest) -> HttpResponse:
    """All journeys of the sandbox, or those that the address names."""
    sandbox = sandbox_of(request)
    chosen = {uid for text in request.GET.getlist("journey") if (uid := _uid(text))}
    journeys = Journey.objects.filter(sandbox=sandbox).order_by("name")
    found = list(JourneyVersion.objects.filter(sandbox=sandbox).reported())
    if chosen:
        found = [version for version in found if version.journey.uid in chosen]
    context = {
        "choices": [(journey, journey.uid in chosen) for journey in journeys[:MOST_JOURNEYS]],
        "by": "journey",
    }
    return _report(request, found, "reports/everything.html", context)


@page(REPORTS)
def journey(request: HttpRequest, uid: UUID) -> HttpResponse:
    """All versions of a journey together."""
    found = get_object_or_404(Journey, uid=uid, sandbox=sandbox_of(request))
    versions = list(JourneyVersion.objects.filter(journey=found).reported())
    return _report(request, versions, "reports/journey.html", {"journey": found, "by": "version"})


@page(REPORTS)
def version(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = version_of(request, uid)
    context = with_header(request, found, "report", {"by": ""})
    return _report(request, [found], "reports/version.html", context)


def _report(
    request: HttpRequest, versions: Sequence[JourneyVersion], template: str, context: dict[str, Any]
) -> HttpResponse:
    summary = summarize(versions, _period(request))
    query = request.GET.urlencode()
    shown = shown_figures.summary(summary, versions, by=context["by"], query=query)
    return render(request, template, {**context, "period": summary.period, "periods": _choices(), **shown})


def _period(request: HttpRequest) -> Period:
    zone = zone_of(sandbox_of(request).time_zone)
    return periods.asked(request.GET.dict(), now=bulk.database_now(), zone=zone)


def _choices() -> list[tuple[str, int]]:
    return list(periods.DAYS.items())


@page(REPORTS)
def flow(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The drawing, with what happened at each activity and on each path in the period."""
    found = version_of(request, uid)
    document, _problems = document_of(found)
    steps, period = steps_of(document), _period(request)
    flowed = flow_of(found, document, period)
    context = {
        "picture": draw(document, steps, flowed.counts),
        "counts": flowed.counts,
        "outline": outline(document, steps, flowed.counts),
        "flow": flowed,
        "rows": shown_figures.flow(flowed, document, steps),
        "period": period,
        "periods": _choices(),
    }
    return render(request, "reports/flow.html", with_header(request, found, "flow", context))


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
