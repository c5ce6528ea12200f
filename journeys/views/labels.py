"""Name, description, tags and labels of a journey that is live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from journeyorch.access.models import User
from journeys import labels, publishing
from journeys.definition.document import ActivityDocument
from journeys.definition.layout import ways_of
from journeys.models import JourneyVersion
from journeys.views.drawing import Step, steps_of
from journeys.views.shell import CHANGE, page, version_of
from journeys.views.versions import document_of


class Row(NamedTuple):
    """The fields of one activity."""

    step: Step
    label: Any
    about: Any
    paths: list[Any]


class LabelsForm(forms.Form):
    """The journey's name, description and tags; two fields for each activity, one for each of its paths."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("Description"), max_length=5000, required=False, widget=forms.Textarea({"rows": 2})
    )

    tags = forms.CharField(
        label=_("Tags"), max_length=1000, required=False, help_text=_("Separated by commas.")
    )

    def __init__(self, version: JourneyVersion, data: Any = None) -> None:
        journey = version.journey
        known = {"name": journey.name, "description": journey.description, "tags": journey.tags}
        super().__init__(data, initial=known)
        self.document, _problems = document_of(version)
        self.steps = steps_of(self.document)
        for id, activity in self.document.activities.items():
            self.fields[f"label:{id}"] = forms.CharField(
                label=_("Label"), max_length=120, required=False, initial=activity.label
            )
            self.fields[f"about:{id}"] = forms.CharField(
                label=_("Description"),
                max_length=2000,
                required=False,
                initial=activity.description,
                widget=forms.Textarea({"rows": 2}),
            )
            self._add_paths(id, activity)

    def _add_paths(self, id: str, activity: ActivityDocument) -> None:
        """Without a label of its own a path is called as the field's placeholder says."""
        names = {way.id: way.label for way in ways_of(labels.unlabelled(activity), gettext)}
        for number, (path, label) in enumerate(labels.labelled_paths(activity).items(), 1):
            self.fields[f"path:{id}:{path}"] = forms.CharField(
                label=_("Label of path %(number)s") % {"number": number},
                max_length=120,
                required=False,
                initial=label,
                widget=forms.TextInput({"placeholder": names[path]}),
            )

    @property
    def rows(self) -> Iterator[Row]:
        for id, step in self.steps.items():
            paths = [self[f"path:{id}:{path}"] for path in self._paths(id)]
            yield Row(step, self[f"label:{id}"], self[f"about:{id}"], paths)

    def _paths(self, id: str) -> Iterable[str]:
        return labels.labelled_paths(self.document.activities[id])

    @property
    def given(self) -> dict[str, labels.Labels]:
        data = self.cleaned_data
        return {
            id: labels.Labels(
                data[f"label:{id}"],
                data[f"about:{id}"],
                {path: data[f"path:{id}:{path}"] for path in self._paths(id)},
            )
            for id in self.document.activities
        }


@page(CHANGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form, and what it says."""
    version = version_of(request, uid)
    form = LabelsForm(version, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _save(request, version, form):
        messages.success(request, _("Name and labels are saved."))
        return redirect("version", uid=version.uid)
    context = {"version": version, "form": form}
    return render(request, "journeys/labels.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, version: JourneyVersion, form: LabelsForm) -> bool:
    assert isinstance(request.user, User)  # `page` let nobody else in
    data, by = form.cleaned_data, request.user
    try:
        with transaction.atomic():
            labels.relabel(version, form.given, by=by)
            named = {name: data[name] for name in ("name", "description")}
            labels.rename_journey(version.journey, **named, tags=data["tags"].split(","), by=by)
    except publishing.NotAllowed as refusal:
        form.add_error(None, refusal.message)
        return False
    return True
