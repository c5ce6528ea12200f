"""One version of a journey: its picture with live figures, its people, its details."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from journeyorch import bulk
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.polled import polled
from journeys.definition.document import Document, read_document
from journeys.definition.problems import Problem
from journeys.models import Instance, Journey, JourneyVersion
from journeys.publishing import being_swept
from journeys.reports.counts import counts_of
from journeys.reports.people import PARKED, PeopleQuestion, codes_of, people_of
from journeys.views import operations
from journeys.views.drawing import draw, step_named, steps_of
from journeys.views.lifecycle import moves_of, problems_of
from journeys.views.outline import outline
from journeys.views.shell import VIEW, page, version_of

# Figures are this old at most, however many people look at the same version.
COUNTS_SECONDS = 3
# The days for which figures can be asked alone; without one they are of the whole time.
PERIODS = {"1": 1, "7": 7, "30": 30}


@page(VIEW)
def journey(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A journey's own address leads to its latest version."""
    found = get_object_or_404(Journey, uid=uid, sandbox=sandbox_of(request))
    latest = found.versions.order_by("-number").first()
    if latest is None:
        raise Http404
    return redirect("version", uid=latest.uid)


@page(VIEW)
def diagram(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The drawing, with who is where, and the same as a list."""
    version = version_of(request, uid)
    document, problems = document_of(version)
    problems = problems or problems_of(version)
    counts = counts_of(version, document)
    steps = steps_of(document, problems)
    context = {
        "picture": draw(document, steps, counts),
        "outline": outline(document, steps, counts),
        "steps": steps,
        "counts": counts,
        "problems": problems,
        "errors": sum(problem.is_error for problem in problems),
        "is_moving": version.status in JourneyVersion.RUNNING,
    }
    return render(request, "journeys/diagram.html", with_header(request, version, "diagram", context))


@page(VIEW)
def counts(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The figures as JSON, with an ETag: pages ask every few seconds, and mostly nothing has changed."""
    version = version_of(request, uid)
    days = PERIODS.get(request.GET.get("days", ""))
    key = f"journeys.counts.{version.pk}.{version.status}.{days}"
    body: bytes | None = cache.get(key)
    if body is None:
        body = _counts_json(version, days)
        cache.set(key, body, COUNTS_SECONDS)
    return polled(request, body, "application/json")


def _counts_json(version: JourneyVersion, days: int | None) -> bytes:
    document, _ = document_of(version)
    since = bulk.database_now() - timedelta(days=days) if days else None
    figures = counts_of(version, document, since=since).flat()
    return orjson.dumps({"status": version.status, "counts": figures}, option=orjson.OPT_SORT_KEYS)


@page(VIEW)
@page(READ_PEOPLE)
def people(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The instances of the version, newest first."""
    version = version_of(request, uid)
    question = PeopleQuestion.asked(request.GET.dict())
    document, _ = document_of(version)
    steps = steps_of(document)
    found = people_of(version, question)
    codes = codes_of(found.instances)
    context = {
        "rows": [
            (instance, step_named(steps, instance.activity), codes.get(instance.pk, ""))
            for instance in found.instances
        ],
        "following": found.following,
        "question": question,
        "steps": steps.values(),
        "statuses": [
            *((str(value), label) for value, label in Instance.Status.choices),
            (PARKED, gettext("Parked")),
        ],
        "choices": operations.CHOICES.values() if request.user.has_perm(operations.OPERATE) else [],
    }
    return render(request, "journeys/people.html", with_header(request, version, "people", context))


@page(VIEW)
def details(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Properties, all versions of the journey, and the definition as text."""
    version = version_of(request, uid)
    document, _ = document_of(version)
    context = {
        "properties": document.properties,
        "versions": version.journey.versions.select_related("published_by")
        .defer("document")
        .order_by("-number"),
        "definition": orjson.dumps(version.document, option=orjson.OPT_INDENT_2).decode(),
    }
    return render(request, "journeys/details.html", with_header(request, version, "details", context))


def document_of(version: JourneyVersion) -> tuple[Document, list[Problem]]:
    """The drawing; an empty one with the problems if it cannot be read."""
    document, problems = read_document(version.document)
    return document or Document.empty(), problems


def with_header(
    request: HttpRequest, version: JourneyVersion, tab: str, context: dict[str, Any]
) -> dict[str, Any]:
    """What the head of each of a version's pages shows."""
    head = {"moves": moves_of(version, request.user), "being_swept": being_swept(version)}
    return {"version": version, "tab": tab, **head, **context}
