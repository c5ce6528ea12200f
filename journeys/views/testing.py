"""The test of a version: the path taken, the form that triggers events, the log (journeys.md, Test mode)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from actions.messages.testing import allowed_addresses
from events.ingest.refusals import Refused
from events.models import Event
from journeyorch.access.models import User
from journeyorch.polled import polled
from journeys import firing, publishing, testing
from journeys.models import JourneyVersion
from journeys.reports.counts import counts_of
from journeys.reports.testing import log_of, path_of
from journeys.views.drawing import draw, steps_of
from journeys.views.shell import CHANGE, VIEW, page, version_of
from journeys.views.trigger_form import TriggerForm
from journeys.views.versions import document_of, with_header

Status = JourneyVersion.Status


class OptionsForm(forms.Form):
    """What holds for the whole test."""

    seconds = forms.IntegerField(
        label=_("Wait time in test"), min_value=1, max_value=3600, help_text=_("Seconds.")
    )
    from_outside = forms.BooleanField(label=_("Also from outside"), required=False)


@page(VIEW)
def test(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The drawing with the path taken, the form, the log; of a draft how to begin."""
    version = version_of(request, uid)
    form = None
    if version.status == Status.TEST and request.user.has_perm(CHANGE):
        form = TriggerForm.first(version, by=_user(request), asked=request.GET.get("event", ""))
    return _answer(request, version, form)


@page(CHANGE)
@require_POST
def trigger(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Send what the form holds, or show it as JSON."""
    version = version_of(request, uid)
    form = TriggerForm.filled(version, request.POST)
    if version.status != Status.TEST or form is None:
        messages.error(request, _("The version is not in test; switch the test on first."))
        return redirect("version-test", uid=version.uid)
    if form.is_valid() and form.wants_sending and _send(version, form, by=_user(request)):
        messages.success(request, _("The event is sent."))
        return redirect("version-test", uid=version.uid)
    return _answer(request, version, form, status=422 if form.errors else 200)


def _send(version: JourneyVersion, form: TriggerForm, *, by: User) -> bool:
    try:
        testing.trigger(version, form.event, person=form.who, payload=form.payload, by=by, now=timezone.now())
    except firing.NotFired as refusal:
        form.add_error(None, refusal.messages)
    except publishing.NotAllowed as refusal:
        form.add_error(None, refusal.message)
    except Refused as refusal:
        form.add_error(None, refusal.detail)
    return not form.errors


@page(CHANGE)
@require_POST
def qualify(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A test profile comes into a segment, or leaves it."""
    version, given = version_of(request, uid), request.POST
    try:
        testing.qualify(
            version,
            given.get("segment", ""),
            entered=given.get("direction") != "exit",
            person=given.get("person", "")[:512],
            now=timezone.now(),
        )
        messages.success(request, _("The qualification is sent."))
    except publishing.NotAllowed as refusal:
        messages.error(request, refusal.message)
    return redirect("version-test", uid=version.uid)


@page(CHANGE)
@require_POST
def options(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Change how long waits last, and who is listened to."""
    version, form = version_of(request, uid), OptionsForm(request.POST)
    try:
        if form.is_valid():
            testing.change_options(
                version,
                wait=timedelta(seconds=form.cleaned_data["seconds"]),
                from_outside=form.cleaned_data["from_outside"],
                by=_user(request),
            )
            messages.success(request, _("The settings of the test are saved."))
        else:
            messages.error(request, _("The wait time in test is between 1 and 3600 seconds."))
    except publishing.NotAllowed as refusal:
        messages.error(request, refusal.message)
    return redirect("version-test", uid=version.uid)


@page(VIEW)
def path(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The path as JSON, with an ETag: asked every second while somebody looks."""
    version = version_of(request, uid)
    document, _problems = document_of(version)
    found = path_of(version, document, instance=request.GET.get("instance", ""))
    return _json(request, found)


@page(VIEW)
def log(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The log as JSON."""
    version = version_of(request, uid)
    document, _problems = document_of(version)
    return _json(request, log_of(version, document))


def _json(request: HttpRequest, data: Any) -> HttpResponse:
    body = orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS)
    return polled(request, body, "application/json")


def _answer(
    request: HttpRequest, version: JourneyVersion, form: TriggerForm | None, *, status: int = 200
) -> HttpResponse:
    document, problems = document_of(version)
    problems = problems or publishing.check(version)
    steps, counts = steps_of(document, problems), counts_of(version, document)
    found = path_of(version, document, instance=request.GET.get("instance", ""))
    waits = any(
        activity.kind in ("wait", "reaction") or activity.config.get("timeout")
        for activity in document.activities.values()
    )
    context = {
        "picture": draw(document, steps, counts),
        "steps": steps,
        "counts": counts,
        "problems": problems,
        "errors": sum(problem.is_error for problem in problems),
        "path": found,
        "form": form,
        "events": _events(version),
        "segments": testing.segments_of(version) if version.status == Status.TEST else [],
        "testers": testing.test_profiles(version.sandbox_id, testing.namespace_of(version)),
        "has_waits": waits,
        "seconds": int(version.test_wait.total_seconds()),
        "shortest": int(testing.shortest_wait(document).total_seconds()),
        "addresses": allowed_addresses(version.sandbox),
    }
    return render(
        request, "journeys/test.html", with_header(request, version, "test", context), status=status
    )


def _events(version: JourneyVersion) -> list[Event]:
    names = testing.events_of(version)
    found = Event.objects.filter(sandbox=version.sandbox_id, name__in=names)
    return sorted(found, key=lambda event: names.index(event.name))


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # `page` let nobody else in
    return request.user
