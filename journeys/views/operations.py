"""Retry, skip, end, settle: for one person and for many; asked for, then confirmed with what will happen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.urls.converters import StringConverter
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from journeyorch.access.models import User
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.sandboxes import sandbox_of
from journeys.definition.document import Document, read_document
from journeys.engine.decide import Verb
from journeys.models import Instance, JourneyVersion
from journeys.operating import MOST, POSSIBLE, operate, operate_on_many, possible, ways_out
from journeys.publishing import NotAllowed
from journeys.reports.people import PeopleQuestion
from journeys.views.drawing import Step, step_named, steps_of
from journeys.views.shell import page, version_of

OPERATE = "journeys.operate_instance"


class Choice(NamedTuple):
    """Something that an operator can do, in words."""

    verb: Verb
    label: Any
    icon: str
    consequence: Any
    dangerous: bool = False

    @property
    def name(self) -> str:
        """Part of the address."""
        return self.verb.value


CHOICES = {
    choice.verb: choice
    for choice in (
        Choice(
            Verb.RETRY, _("Try the step again"), "bolt",
            _(
                "The step is entered once more, and its calls are made anew, with new keys: a system that "
                "got the first one gets another. Who was ended by an error is inside again, unless they "
                "have come in anew since."
            ),
        ),
        Choice(
            Verb.SKIP, _("Skip the step"), "forward",
            _("The step is left undone, and the way goes on along the path that you choose."),
        ),
        Choice(
            Verb.END, _("End the journey"), "stop",
            _("The way ends here, wherever it is then, with the status “stopped”. This cannot be undone."),
            True,
        ),
        Choice(
            Verb.DONE, _("The call was made"), "check",
            _("The call counts as made, without an answer, and the way goes on."),
        ),
        Choice(
            Verb.AGAIN, _("Make the call again"), "bolt",
            _("The same call is made again, with the same key: if it arrived before, the system can tell."),
        ),
        Choice(
            Verb.FAIL, _("The call failed"), "close",
            _("The call counts as failed: the way goes on along the path for errors, or ends in error."),
            True,
        ),
    )
}  # fmt: skip


class VerbName(StringConverter):
    """The part of an address that names an operation."""

    regex = "|".join(choice.name for choice in CHOICES.values())


def choices_for(instance: Instance, user: Any) -> list[Choice]:
    """What this user may do with a person as they are now."""
    if not user.has_perm(OPERATE):
        return []
    person = Instance.objects.filter(pk=instance.pk)
    return [choice for verb, choice in CHOICES.items() if person.filter(POSSIBLE[verb]).exists()]


@page(OPERATE)
@page(READ_PEOPLE)
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, uid: UUID, name: str) -> HttpResponse:
    """GET: what will happen. POST: it happens."""
    instances = Instance.objects.select_related("version__journey", "version__sandbox")
    instance = get_object_or_404(instances, pk=uid, version__sandbox=sandbox_of(request))
    choice, back = CHOICES[Verb(name)], reverse("instance", args=[instance.pk])
    if request.method == "POST":
        return _operate(request, instance, choice, back)
    steps = _steps(instance.version)
    context = {
        "who": instance.person_id,
        "choice": choice,
        "version": instance.version,
        "step": step_named(steps, instance.activity),
        "paths": _paths(instance.version, instance.activity, steps) if choice.verb is Verb.SKIP else [],
        "n": int(any(choice.verb is one.verb for one in choices_for(instance, request.user))),
        "back": back,
    }
    return render(request, "journeys/operate.html", context)


def _operate(request: HttpRequest, instance: Instance, choice: Choice, back: str) -> HttpResponse:
    assert isinstance(request.user, User)  # `page` let nobody else in
    try:
        operate(instance, choice.verb, by=request.user, path=request.POST.get("path", ""))
    except NotAllowed as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, gettext("It is being done; the story says what came of it."))
    return redirect(back)


@page(OPERATE)
@page(READ_PEOPLE)
@require_http_methods(["GET", "POST"])
def many(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The same for people of a version: those selected, or all that a filter finds; both in the address."""
    version = version_of(request, uid)
    question, back = PeopleQuestion.asked(request.GET.dict()), _back(version, request.GET)
    choice = CHOICES.get(_verb(request.GET.get("verb", "")))
    if choice is None:
        messages.error(request, gettext("Choose what is to be done."))
        return redirect(back)
    selected = _ids(request.GET.getlist("id"))
    if request.GET.get("of") != "all" and not selected:
        messages.error(request, gettext("Select people first, or choose all that the filter finds."))
        return redirect(back)
    only = selected if request.GET.get("of") != "all" else []
    if request.method == "POST":
        return _operate_on_many(request, version, question, choice, only=only, back=back)
    steps = _steps(version)
    context = {
        "choice": choice,
        "version": version,
        "step": step_named(steps, question.activity) if question.activity else None,
        "paths": _paths(version, question.activity, steps) if choice.verb is Verb.SKIP else [],
        "lacks_step": choice.verb is Verb.SKIP and not question.activity,
        "n": min(possible(version, question, choice.verb, only=only)[: MOST + 1].count(), MOST),
        "most": MOST,
        "back": back,
    }
    return render(request, "journeys/operate.html", context)


def _operate_on_many(
    request: HttpRequest,
    version: JourneyVersion,
    question: PeopleQuestion,
    choice: Choice,
    *,
    only: list[UUID],
    back: str,
) -> HttpResponse:
    assert isinstance(request.user, User)  # `page` let nobody else in
    path = request.POST.get("path", "")
    try:
        n = operate_on_many(version, question, choice.verb, by=request.user, path=path, only=only)
    except NotAllowed as refusal:
        messages.error(request, refusal.message)
    else:
        text = ngettext("It is being done for %(n)s person.", "It is being done for %(n)s people.", n)
        messages.success(request, text % {"n": f"{n:,}"})
    return redirect(back)


def _verb(name: str) -> Verb:
    return Verb(name) if name in {verb.value for verb in CHOICES} else Verb.PARK


def _ids(texts: Iterable[str]) -> list[UUID]:
    """At most as many as a page has; what is no id is left out."""
    found = []
    for text in list(texts)[:100]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _back(version: JourneyVersion, asked: QueryDict) -> str:
    """The list as it was filtered."""
    kept = {name: asked[name] for name in ("q", "activity", "status", "after") if asked.get(name)}
    address = reverse("version-people", args=[version.uid])
    return f"{address}?{urlencode(kept)}" if kept else address


def _document(version: JourneyVersion) -> Document:
    document, _problems = read_document(version.document)
    return document or Document.empty()


def _steps(version: JourneyVersion) -> dict[str, Step]:
    return steps_of(_document(version))


def _paths(version: JourneyVersion, activity: str, steps: dict[str, Step]) -> list[tuple[str, str, str]]:
    """(way, its label, where it leads) for each path out of a step."""
    known = _document(version).activities.get(activity)
    targets = known.to if known else {}
    return [
        (
            way.id,
            way.translated(gettext).label or gettext("Onwards"),
            ", ".join(step_named(steps, target).name for target in targets.get(way.id, ())),
        )
        for way in ways_out(version, activity)
    ]
