"""Two versions of a journey side by side, with what is different in words."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from journeys.definition.comparing import REMOVED, Comparison, StepChange, compare, in_words
from journeys.models import JourneyVersion
from journeys.reports.counts import add_up
from journeys.views.drawing import Picture, Step, draw, steps_of
from journeys.views.shell import VIEW, page, version_of
from journeys.views.versions import document_of, with_header

_NO_COUNTS = add_up([], here={}, start=[])


class Side(NamedTuple):
    """One of the two drawings; ``changes``: of the steps that it has."""

    version: JourneyVersion
    steps: dict[str, Step]
    picture: Picture
    changes: dict[str, StepChange]


@page(VIEW)
@require_safe
def comparison(request: HttpRequest, uid: UUID) -> HttpResponse:
    """This version beside an earlier one: ``with`` is its number; without it, the one before."""
    version = version_of(request, uid)
    others = list(version.journey.versions.exclude(pk=version.pk).order_by("-number"))
    number = request.GET.get("with", "")
    if number and number not in {str(one.number) for one in others}:
        raise Http404
    other = beside(version, int(number) if number else None)
    context: dict[str, Any] = {"others": others, "other": other, "counts": _NO_COUNTS}
    if other is not None:
        older, newer = sorted((version, other), key=lambda one: one.number)
        found = compare(document_of(older)[0], document_of(newer)[0], gettext)
        sides = [_side(older, found, is_older=True), _side(newer, found, is_older=False)]
        context |= {"sides": sides, "moved": found.moved, "sentences": in_words(found, gettext)}
    return render(request, "journeys/comparison.html", with_header(request, version, "comparison", context))


def beside(version: JourneyVersion, number: int | None) -> JourneyVersion | None:
    """The journey's version of this number; without one, the version before, or else the latest other."""
    others = list(version.journey.versions.exclude(pk=version.pk).order_by("-number"))
    if number is not None:
        return next((one for one in others if one.number == number), None)
    before = (one for one in others if one.number < version.number)
    return next(before, others[0] if others else None)


def _side(version: JourneyVersion, found: Comparison, *, is_older: bool) -> Side:
    document, _problems = document_of(version)
    steps = steps_of(document)
    changes = {
        id: change
        for id, change in found.steps.items()
        if id in steps and (change.what == REMOVED) <= is_older
    }
    return Side(version, steps, draw(document, steps, _NO_COUNTS), changes)
