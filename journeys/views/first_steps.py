"""What is to be done first in a sandbox, by whom; ticked by what there really is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from actions.models import Action, MessageTemplate
from datasources.models import DataSource
from events.models import Event
from journeyorch.access.models import Sandbox, User
from journeyorch.access.preferences import preference_of, remember
from journeyorch.access.sandboxes import sandbox_of
from journeys.demo.hotel import load_sample
from journeys.models import Entrance, Journey, JourneyVersion
from journeys.views.shell import VIEW, page

_PREFERENCE = "first-steps"
_TECHNICAL = _("A technical user does this.")
_BUSINESS = _("A business user does this.")
#: Who may do all that the sample data consists of.
SAMPLE = (
    "events.add_event", "datasources.add_schema", "datasources.add_datasource", "datasources.add_profile",
    "actions.add_messagetemplate", "journeys.change_journey",
)  # fmt: skip


class Step(NamedTuple):
    """One line of the checklist; ``permission`` is needed for the page that it leads to.

    ``page`` is the name of an address, with its query if it has one.
    """

    label: Any
    help: Any
    page: str
    permission: str
    others: Any  # who does it, for those who may not
    is_done: Callable[[Sandbox], bool]
    is_optional: bool = False


class Task(NamedTuple):
    """A step for one user. ``url`` is empty and ``who`` says something for those who may not do it."""

    label: Any
    help: Any
    url: str
    who: Any
    is_done: bool
    is_optional: bool


class FirstSteps(NamedTuple):
    tasks: list[Task]

    @property
    def done(self) -> int:
        return sum(task.is_done for task in self.tasks)

    @property
    def is_over(self) -> bool:
        return all(task.is_done or task.is_optional for task in self.tasks)


def _versions(sandbox: Sandbox) -> Any:
    return JourneyVersion.objects.filter(sandbox=sandbox)


_STEPS = (
    Step(
        _("Configure an event"),
        _("What tells Journeyorch that something happened to a person."),
        "admin:events_event_add", "events.add_event", _TECHNICAL,
        lambda sandbox: Event.objects.filter(sandbox=sandbox).exists(),
    ),
    Step(
        _("Connect a data source"),
        _("If journeys are to look something up in another system."),
        "admin:datasources_datasource_add", "datasources.add_datasource", _TECHNICAL,
        lambda sandbox: DataSource.objects.filter(sandbox=sandbox).exists(),
        is_optional=True,
    ),
    Step(
        _("Write a message template"),
        _("Or let a technical user set up an action that calls another system."),
        "template-create", "actions.add_messagetemplate", _BUSINESS,
        lambda sandbox: any(
            model.objects.filter(sandbox=sandbox).exists() for model in (MessageTemplate, Action)
        ),
    ),
    Step(
        _("Make a journey"),
        _("The steps that people take after the event."),
        "journey-create", "journeys.change_journey", _BUSINESS,
        lambda sandbox: Journey.objects.filter(sandbox=sandbox).exists(),
    ),
    Step(
        _("Test it"),
        _("Switch the test mode of the draft on and send test profiles through."),
        "home?status=draft", "journeys.change_journey", _BUSINESS,
        lambda sandbox: Journey.objects.filter(sandbox=sandbox, test_runs__gt=0).exists(),
    ),
    Step(
        _("Publish it"),
        _("From then on people enter it in real time."),
        "home?status=draft", "journeys.publish_journey", _BUSINESS,
        lambda sandbox: _versions(sandbox).filter(published_at__isnull=False).exists(),
    ),
    Step(
        _("Read its figures"),
        _("As soon as somebody has entered, the journey's page reports who went which way."),
        "home?status=live", VIEW, "",
        lambda sandbox: Entrance.objects.filter(journey__sandbox=sandbox, run=0).exists(),
    ),
)  # fmt: skip


def first_steps_of(request: HttpRequest) -> FirstSteps | None:
    """The checklist of whoever asks; None once it is done or was hidden."""
    if preference_of(request.user, _PREFERENCE).get("hidden"):
        return None
    sandbox = sandbox_of(request)
    steps = FirstSteps([_task(step, sandbox, request.user) for step in _STEPS])
    return None if steps.is_over else steps


def _task(step: Step, sandbox: Sandbox, user: Any) -> Task:
    in_admin = step.page.startswith("admin:")
    may = user.has_perm(step.permission) and (user.is_staff or not in_admin)
    name, mark, query = step.page.partition("?")
    url = reverse(name) + mark + query if may else ""
    return Task(
        step.label, step.help, url, "" if may else step.others, step.is_done(sandbox), step.is_optional
    )


@page(VIEW)
def first_steps(request: HttpRequest) -> HttpResponse:
    """Hide the checklist, or show it again."""
    return require_POST(_remember)(request)


def _remember(request: HttpRequest) -> HttpResponse:
    remember(request.user, _PREFERENCE, {"hidden": "hide" in request.POST})
    return redirect("home")


def can_load_sample(sandbox: Sandbox, user: Any) -> bool:
    """Whether somebody may load the sample data: only where nothing is that it could mix with."""
    if not user.has_perms(SAMPLE):
        return False
    return not any(model.objects.filter(sandbox=sandbox).exists() for model in (Event, Journey))


@page(VIEW)
def sample(request: HttpRequest) -> HttpResponse:
    """Load the sample data into the sandbox."""
    return require_POST(_load_sample)(request)


def _load_sample(request: HttpRequest) -> HttpResponse:
    sandbox = sandbox_of(request)
    if not can_load_sample(sandbox, request.user):
        raise PermissionDenied
    assert isinstance(request.user, User)  # `page` let nobody else in
    load_sample(sandbox, author=request.user)
    messages.success(request, _("The sample hotel is loaded: look at its journey, test it, change it."))
    return redirect("home")
