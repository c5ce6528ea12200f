"""Reports of versions, of journeys, and of all of them; and the flow through a version in a period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.spreadsheets import csv_line
from journeyorch.time_zones import zone_of
from journeys.models import Journey, JourneyVersion
from journeys.reports.figures import periods
from journeys.reports.figures.flow import flow_of
from journeys.reports.figures.periods import Period
from journeys.reports.figures.summary import summarize
from journeys.reports.figures.sums import TooMuch
from journeys.views import shown_figures
from journeys.views.drawing import draw, steps_of
from journeys.views.outline import outline
from journeys.views.shell import REPORTS, page, version_of
from journeys.views.versions import document_of, with_header

#: Journeys that one report adds up, the latest published first.
MOST_JOURNEYS = 200
_TOO_MUCH = gettext_lazy("That is too much for one report. Choose a shorter period, or fewer journeys.")


@page(REPORTS)
def everything(request: HttpRequest) -> HttpResponse:
    """All journeys of the sandbox, or those that the address names."""
    journeys = Journey.objects.filter(sandbox=sandbox_of(request)).order_by("name")
    chosen = _chosen(request)
    context = {
        "choices": [(journey, journey.uid in chosen) for journey in journeys[:MOST_JOURNEYS]],
        "by": "journey",
        "download": f"{reverse('reports-executed')}?{request.GET.urlencode()}",
    }
    return _report(request, _versions(request), "reports/everything.html", context)


@page(REPORTS)
def executed(request: HttpRequest) -> HttpResponse:
    """What was executed in the same journeys, as CSV."""
    versions = _versions(request)
    try:
        found = shown_figures.executed(summarize(versions, _period(request)), versions)
    except TooMuch:
        return HttpResponseBadRequest(_TOO_MUCH, content_type="text/plain; charset=utf-8")
    titles = shown_figures.category_titles()
    head = (_("Kind"), _("Name"), _("Activity"), _("Executed"), _("Errors"), _("Journeys"))
    rows = [
        (titles[row.category], row.name, row.kind, row.executed, row.errors, row.journeys) for row in found
    ]
    answer = HttpResponse(map(csv_line, (head, *rows)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="executed.csv"'
    return answer


def _versions(request: HttpRequest) -> list[JourneyVersion]:
    """Those of all journeys of the sandbox, or of those that the address names."""
    chosen = _chosen(request)
    found = JourneyVersion.objects.filter(sandbox=sandbox_of(request)).reported()
    return [version for version in found if not chosen or version.journey.uid in chosen]


def _chosen(request: HttpRequest) -> set[UUID]:
    return {uid for text in request.GET.getlist("journey") if (uid := _uid(text))}


@page(REPORTS)
def journey(request: HttpRequest, uid: UUID) -> HttpResponse:
    """All versions of a journey together."""
    found = get_object_or_404(Journey, uid=uid, sandbox=sandbox_of(request))
    versions = list(JourneyVersion.objects.filter(journey=found).reported())
    query = request.GET.copy()
    query["journey"] = str(uid)
    download = f"{reverse('reports-executed')}?{query.urlencode()}"
    context = {"journey": found, "by": "version", "download": download}
    return _report(request, versions, "reports/journey.html", context)


@page(REPORTS)
def version(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = version_of(request, uid)
    context = with_header(request, found, "report", {"by": ""})
    return _report(request, [found], "reports/version.html", context)


def _report(
    request: HttpRequest, versions: Sequence[JourneyVersion], template: str, context: dict[str, Any]
) -> HttpResponse:
    period = _period(request)
    context = {**context, "period": period, "periods": _choices()}
    try:
        summary = summarize(versions, period)
    except TooMuch:
        return render(request, template, {**context, "too_much": _TOO_MUCH})
    shown = shown_figures.summary(
        summary, versions, by=context["by"], query=request.GET.urlencode(),
        download=context.get("download", ""),
    )  # fmt: skip
    return render(request, template, {**context, **shown})


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
