"""The story of a version: the journey as plain sentences, printable for approval."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from journeyorch.moments import in_text
from journeys.activities.words import Words
from journeys.definition.telling import tell
from journeys.models import Journey, JourneyVersion
from journeys.usage import jumps_into
from journeys.views.drawing import steps_of
from journeys.views.outline import outline
from journeys.views.shell import VIEW, page, version_of
from journeys.views.versions import document_of, with_header


@page(VIEW)
@require_safe
def story(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What each step does and who takes which path, in the order in which people meet them."""
    version = version_of(request, uid)
    return render(request, "journeys/story.html", with_header(request, version, "story", told(version)))


def told(version: JourneyVersion) -> dict[str, Any]:
    """``lines``: the steps in order; ``told``: sentences about the journey; ``sentences`` and ``paths``: of
    each step, and of each way out of one.
    """
    document, _problems = document_of(version)
    steps = steps_of(document)
    journeys = Journey.objects.filter(sandbox=version.sandbox_id).values_list("uid", "name")
    words = Words(gettext, in_text, journeys={str(uid): name for uid, name in journeys})
    story = tell(document, words, names={id: step.name for id, step in steps.items()})
    return {
        "lines": outline(document, steps),
        "told": [*_arrivals(version), *story.journey],
        "sentences": story.steps,
        "paths": story.paths,
    }


def _arrivals(version: JourneyVersion) -> Iterator[str]:
    names = [one.journey.name for one in jumps_into(version.journey)]
    if names:
        yield gettext("People also come by a jump from: %(journeys)s.") % {"journeys": ", ".join(names)}
