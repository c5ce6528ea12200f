"""The page that answers why nobody enters a journey."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from journeys.reports.entering import Finding, findings, verdict_in_words
from journeys.reports.entering_facts import facts_of
from journeys.views.shell import VIEW, page, version_of
from journeys.views.versions import document_of, with_header


@page(VIEW)
@require_safe
def entering(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What must be so, in order, each with what was seen and where it is mended."""
    version = version_of(request, uid)
    document, _problems = document_of(version)
    facts = facts_of(version, document, now=timezone.now())
    found = findings(facts)
    rows = [(one, _address(request, one)) for one in found]
    context = {"rows": rows, "verdict": verdict_in_words(facts, found)}
    return render(request, "journeys/entering.html", with_header(request, version, "entering", context))


def _address(request: HttpRequest, finding: Finding) -> str:
    """Where it is mended; "" if there is no such place, or this user cannot get there."""
    fix = finding.fix
    if fix is None or (fix.page.startswith("admin:") and not request.user.is_staff):
        return ""
    return reverse(fix.page, args=fix.arguments)
