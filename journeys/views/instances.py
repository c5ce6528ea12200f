"""One person's way through one version, and everything that is known of a person."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from datasources.platform.namespaces.known import namespaces_of
from events.models import ReceivedEvent
from journeyorch.access.sandboxes import sandbox_of
from journeys.models import Instance
from journeys.reports.arrivals import arrival_of
from journeys.reports.people import instances_of_person, names_of_person
from journeys.reports.story import story_of, waits_until
from journeys.views.drawing import path_labels, step_named, steps_of
from journeys.views.operations import choices_for
from journeys.views.shell import VIEW, page
from journeys.views.versions import document_of

MOST_INSTANCES = 200
# An event that has had no effect for so long will have none.
EXPECTED_WITHIN = timedelta(seconds=15)


@page(VIEW)
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
        "current": step_named(steps, found.activity),
        "race": [step_named(steps, activity) for activity in race],
        "waits_until": waits_until(story.state),
        "choices": choices_for(found, request.user),
    }
    return render(request, "journeys/instance.html", context)


@page(VIEW)
def search(request: HttpRequest) -> HttpResponse:
    """A person by any identity, with all ways through journeys."""
    sandbox = sandbox_of(request)
    value, namespace = request.GET.get("q", "").strip()[:512], request.GET.get("namespace", "")[:60]
    names = names_of_person(sandbox, value, namespace) if value else []
    instances = instances_of_person(sandbox, names)[:MOST_INSTANCES]
    rows = [(found, found.version) for found in instances]
    context = {
        "value": value,
        "namespace": namespace,
        "namespaces": sorted(namespaces_of(sandbox.pk).values(), key=lambda known: known.name),
        "names": sorted({(found.namespace, found.person_id) for found, _ in rows}),
        "rows": rows,
    }
    return render(request, "journeys/search.html", context)


@page(VIEW)
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of one received event."""
    found = get_object_or_404(ReceivedEvent, pk=pk, sandbox=sandbox_of(request))
    arrival = arrival_of(found)
    over = bool(arrival.effects or arrival.quarantined)
    waiting = not over and timezone.now() - found.received_at < EXPECTED_WITHIN
    return render(request, "journeys/received.html", {"arrival": arrival, "waiting": waiting})
