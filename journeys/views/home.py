"""Home: what to do first, and the list of journeys."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from actions.models import Action, MessageTemplate
from events.models import Event
from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandbox_of
from journeys.models import Entrance, JourneyVersion
from journeys.reports.listing import Question, people_inside, versions_asked_for
from journeys.views.lifecycle import Move, moves_of
from journeys.views.shell import VIEW, page

PAGE = 30


class Row(NamedTuple):
    """One version in the list."""

    version: JourneyVersion
    inside: int
    moves: list[Move]


class Task(NamedTuple):
    """One line of the checklist, ticked by what there really is."""

    label: str
    help: str
    url: str
    done: bool


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Where everybody arrives: the journeys, or the administration for those who may not see any."""
    if request.user.is_staff and not request.user.has_perm(VIEW):
        return redirect("admin:index")
    return journeys(request)


@page(VIEW)
def journeys(request: HttpRequest) -> HttpResponse:
    """The journeys that the address asks for, and the checklist until everything on it is done."""
    sandbox = sandbox_of(request)
    question = Question.asked(request.GET.dict(), request.GET.getlist("status"))
    shown = Paginator(versions_asked_for(sandbox, question), PAGE).get_page(request.GET.get("page"))
    inside = people_inside(shown.object_list)
    rows = [
        Row(version, inside.get(version.pk, 0), moves_of(version, request.user))
        for version in shown.object_list
    ]
    tasks = _checklist(sandbox)
    context = {
        "shown": shown,
        "rows": rows,
        "question": question,
        "statuses": JourneyVersion.Status.choices,
        "tasks": tasks if not all(task.done for task in tasks) else [],
        "any_event": tasks[0].done,
    }
    return render(request, "journeys/home.html", context)


def _checklist(sandbox: Sandbox) -> list[Task]:
    versions = JourneyVersion.objects.filter(sandbox=sandbox)
    actions, templates = (model.objects.filter(sandbox=sandbox) for model in (Action, MessageTemplate))
    return [
        Task(
            _("An event is configured"),
            _("What tells Journeyorch that something happened to a person. A technical user sets it up."),
            _admin("events_event_add"),
            Event.objects.filter(sandbox=sandbox).exists(),
        ),
        Task(
            _("Something can be sent"),
            _("A message template, or a custom action that calls another system."),
            _admin("actions_action_add"),
            actions.exists() or templates.exists(),
        ),
        Task(
            _("There is a journey"),
            _("The steps that people take after the event."),
            reverse("journey-create"),
            versions.exists(),
        ),
        Task(
            _("A journey is published"),
            _("From then on people enter it in real time."),
            "",
            versions.filter(published_at__isnull=False).exists(),
        ),
        Task(
            _("Somebody has entered"),
            _("Fire an event for trying, or let your systems send one."),
            reverse("fire"),
            Entrance.objects.filter(journey__sandbox=sandbox).exists(),
        ),
    ]


def _admin(name: str) -> str:
    try:
        return reverse(f"admin:{name}")
    except NoReverseMatch:  # no such page in this installation
        return ""


def help_page(request: HttpRequest) -> HttpResponse:
    """The words of the product in a few sentences; open to everybody, it says nothing about the data."""
    context: dict[str, Any] = {}
    return render(request, "journeys/help.html", context)
