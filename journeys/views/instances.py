"""One person's way through one version, and everything that is known of a person."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from events.models import ReceivedEvent
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.sandboxes import sandbox_of
from journeys.definition.document import Document
from journeys.models import Instance
from journeys.reports.arrivals import arrival_of
from journeys.reports.explaining import reasons_of
from journeys.reports.story import Passed, story_of, waits_until
from journeys.views.drawing import path_labels, step_named, steps_of
from journeys.views.lists import WaysList
from journeys.views.operations import choices_for
from journeys.views.shell import VIEW, page
from journeys.views.versions import document_of

# An event that has had no effect for so long will have none.
EXPECTED_WITHIN = timedelta(seconds=15)


@page(VIEW)
@page(READ_PEOPLE)
def instance(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The story of an instance."""
    instances = Instance.objects.select_related("version__journey")
    found = get_object_or_404(instances, pk=uid, version__sandbox=sandbox_of(request))
    if found.run not in (0, found.version.run):
        raise Http404  # of a test that is over
    document, _ = document_of(found.version)
    steps, labels, story = steps_of(document), path_labels(document), story_of(found)
    race = story.state.race if story.state else ()
    context = {
        "instance": found,
        "version": found.version,
        "story": story,
        "passed": [
            (
                passed,
                step_named(steps, passed.event.activity),
                labels.get((passed.event.activity, passed.event.path)),
            )
            for passed in story.passed
        ],
        "jumped": {passed.event.pk for passed in story.passed if _has_jumped(passed, document)},
        "reasons": reasons_of(story, document),
        "current": step_named(steps, found.activity),
        "race": [step_named(steps, activity) for activity in race],
        "waits_until": waits_until(story.state),
        "choices": choices_for(found, request.user),
    }
    return render(request, "journeys/instance.html", context)


def _has_jumped(passed: Passed, document: Document) -> bool:
    """Who comes in by an event that was never received has jumped here out of another journey."""
    step = document.activities.get(passed.event.activity)
    is_entered = bool(passed.event.entrance) and passed.event.received_event_id is None
    return is_entered and step is not None and step.kind == "event"


@page(VIEW)
@page(READ_PEOPLE)
def search(request: HttpRequest) -> HttpResponse:
    """A person by any identity, with all ways through journeys."""
    return WaysList(request).answer()


@page(VIEW)
@page(READ_PEOPLE)
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of one received event."""
    found = get_object_or_404(ReceivedEvent, pk=pk, sandbox=sandbox_of(request))
    arrival = arrival_of(found)
    over = bool(arrival.effects or arrival.quarantined)
    waiting = not over and timezone.now() - found.received_at < EXPECTED_WITHIN
    return render(request, "journeys/received.html", {"arrival": arrival, "waiting": waiting})
