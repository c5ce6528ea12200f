"""Creating a journey, and editing a draft's definition as text."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import orjson
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeys import publishing
from journeys.definition.document import read_document
from journeys.definition.problems import Problem
from journeys.models import JourneyVersion
from journeys.views.drawing import step_named, steps_of
from journeys.views.guide import guide
from journeys.views.shell import CHANGE, page, version_of

MAX_LENGTH = 1_000_000


class CreateForm(forms.Form):
    """The name of a new journey; everything else comes later."""

    name = forms.CharField(label=_("Name"), max_length=120)


class DefinitionForm(forms.Form):
    """A draft's definition as JSON, and the revision that was read."""

    document = forms.CharField(
        label=_("Definition"), max_length=MAX_LENGTH, strip=False, widget=forms.Textarea({"class": "tall"})
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def clean_document(self) -> Any:
        try:
            return orjson.loads(self.cleaned_data["document"])
        except orjson.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            text = _("This is no valid JSON: look at line %(line)d, column %(column)d.")
            raise forms.ValidationError(text, params=place) from None


@page(CHANGE)
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Ask for a name, make an empty draft, and go on to editing it."""
    form = CreateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            version = publishing.create_journey(
                sandbox_of(request), form.cleaned_data["name"], by=_user(request)
            )
            return redirect("version-edit", uid=version.uid)
        except publishing.NotAllowed as refusal:
            form.add_error("name", refusal.message)
    return render(request, "journeys/create.html", {"form": form}, status=422 if form.errors else 200)


@page(CHANGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The definition as a text field. What cannot be read is not saved; what is unfinished is."""
    version = version_of(request, uid)
    if version.status != JourneyVersion.Status.DRAFT:
        messages.error(request, _("Only drafts can be edited; begin a new version."))
        return redirect("version", uid=version.uid)
    if request.method != "POST":
        form = DefinitionForm(initial={"document": written(version.document), "revision": version.revision})
        return _answer(request, version, form, [])
    form = DefinitionForm(request.POST)
    problems = _save(version, form, by=_user(request)) if form.is_valid() else []
    if form.errors or problems:
        return _answer(request, version, form, problems)
    messages.success(request, _("The draft is saved."))
    return redirect("version", uid=version.uid)


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _save(version: JourneyVersion, form: DefinitionForm, *, by: User | None) -> list[Problem]:
    """What keeps the definition from being read; other refusals are errors of the form."""
    try:
        publishing.save_draft(
            version, form.cleaned_data["document"], revision=form.cleaned_data["revision"], by=by
        )
    except publishing.NotAllowed as refusal:
        if not refusal.problems:
            form.add_error(None, refusal.message)
        return refusal.problems
    return []


def _answer(
    request: HttpRequest, version: JourneyVersion, form: DefinitionForm, problems: list[Problem]
) -> HttpResponse:
    known, _problems = read_document(version.document)
    steps = steps_of(known) if known else {}
    named = [
        (problem, step_named(steps, problem.activity) if problem.activity else None) for problem in problems
    ]
    status = 422 if form.errors or problems else 200
    titles = (_("Events"), _("Actions"), _("Templates"), _("Segments"), _("Targets of jumps"))
    context = {
        "version": version,
        "form": form,
        "problems": named,
        "guide": guide(version.sandbox_id, map(str, titles)),
    }
    return render(request, "journeys/edit.html", context, status=status)


def written(document: Any) -> str:
    """A definition as people edit it: readable, and in letters as they are."""
    return json.dumps(document, indent=2, ensure_ascii=False)
