"""Fire an event: the page with which a new user sees the first journey run."""

from __future__ import annotations

from typing import Any

import orjson
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from events.ingest.refusals import Refused
from events.models import Event
from journeyorch.access.models import Sandbox
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.phrases import said
from journeys import firing
from journeys.views.shell import CHANGE, VIEW, page
from journeys.views.written import written

MAX_LENGTH = 200_000


class FireForm(forms.Form):
    """Which event, about whom, with what."""

    event = forms.ModelChoiceField(Event.objects.none(), label=_("Event"), empty_label=None)
    person = forms.CharField(
        label=_("Person"), max_length=512, widget=forms.TextInput({"list": "people", "autocomplete": "off"})
    )
    payload = forms.CharField(label=_("Payload"), max_length=MAX_LENGTH, strip=False, widget=forms.Textarea)

    def __init__(self, *args: Any, sandbox: Sandbox, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].queryset = _events(sandbox)  # type: ignore[attr-defined]

    def clean_payload(self) -> dict[str, Any]:
        try:
            payload = orjson.loads(self.cleaned_data["payload"])
        except orjson.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            text = _("This is no valid JSON: look at line %(line)d, column %(column)d.")
            raise forms.ValidationError(text, params=place) from None
        if not isinstance(payload, dict):
            raise forms.ValidationError(_("The payload is an object: it begins with { and ends with }."))
        return payload


def _events(sandbox: Sandbox) -> Any:
    return Event.objects.filter(sandbox=sandbox).select_related("schema", "sandbox").order_by("name")


@page(CHANGE, "events.change_event")
@require_http_methods(["GET", "POST"])
def fire(request: HttpRequest) -> HttpResponse:
    """GET: the form with a sample of the chosen event. POST: it is received, then what becomes of it."""
    sandbox = sandbox_of(request)
    if request.method == "POST":
        form = FireForm(request.POST, sandbox=sandbox)
        if form.is_valid() and (received := _fire(form)) is not None:
            return _fired(request, received)
        return _answer(request, form, form.cleaned_data.get("event"), status=422)
    events = list(_events(sandbox))
    asked = request.GET.get("event", "")
    event = next((event for event in events if event.name == asked), events[0] if events else None)
    person = request.GET.get("person", "")[:512] or next(iter(_people(request, event)), "")
    form = FireForm(sandbox=sandbox, initial=_initial(event, person))
    return _answer(request, form, event)


def _fired(request: HttpRequest, received: int) -> HttpResponse:
    """To what became of the event; who may not read that stays."""
    if request.user.has_perms((VIEW, READ_PEOPLE)):
        return redirect("received", pk=received)
    messages.success(request, _("The event was received."))
    return redirect("fire")


def _people(request: HttpRequest, event: Event | None) -> list[str]:
    """Whom to try it with, for whoever may know them."""
    return firing.people_to_try(event) if event and request.user.has_perm(READ_PEOPLE) else []


def _initial(event: Event | None, person: str) -> dict[str, Any]:
    if event is None:
        return {}
    return {"event": event, "person": person, "payload": written(firing.sample(event))}


def _fire(form: FireForm) -> int | None:
    """The id of the received event; None with errors in the form."""
    event, person = form.cleaned_data["event"], form.cleaned_data["person"]
    entity = firing.for_person(event, form.cleaned_data["payload"], person)
    try:
        return firing.fire(event, entity=entity, now=timezone.now()).pk
    except firing.NotFired as refusal:
        form.add_error("payload", [said(message, gettext) for message in refusal.messages])
    except Refused as refusal:
        form.add_error(None, refusal.detail)
    return None


def _answer(request: HttpRequest, form: FireForm, event: Event | None, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "event": event,
        "events": form.fields["event"].queryset,  # type: ignore[attr-defined]
        "people": _people(request, event),
    }
    return render(request, "journeys/fire.html", context, status=status)
