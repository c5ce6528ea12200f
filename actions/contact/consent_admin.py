"""The page on which what a person has agreed to is changed for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actions.contact.consents import Path, answer_for, answers_of
from actions.kinds import Kind
from datasources.models import Profile
from datasources.platform.profiles.consents import ANSWERS
from datasources.platform.profiles.people import load_attributes
from journeyorch.access.sandboxes import worked_in

_PERMISSION = "datasources.change_profile"


class ConsentForm(forms.Form):
    """A choice for each consent; what is left as it is stays as it was written."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("How they said so. Example: on the telephone")
    )

    def __init__(self, answers: Mapping[Path, str], data: Any) -> None:
        super().__init__(data)
        self._paths = list(answers)
        choices: dict[str, forms.Field] = {}
        for number, (at, answer) in enumerate(answers.items()):
            as_it_is = ANSWERS.get(answer, answer) if answer else _("nothing said")
            offered = [("", _("stays: %(answer)s") % {"answer": as_it_is}), *((v, ANSWERS[v]) for v in "yn")]
            choices[_name(number)] = forms.ChoiceField(label=_label(at), choices=offered, required=False)
        self.fields = {**choices, **self.fields}

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors and not self.wanted():
            raise forms.ValidationError(_("Choose what changes."))
        return self.cleaned_data

    def wanted(self) -> dict[Path, str]:
        chosen = {at: self.cleaned_data.get(_name(number)) for number, at in enumerate(self._paths)}
        return {at: answer for at, answer in chosen.items() if answer}


def _name(number: int) -> str:
    return f"answer_{number}"


def _label(at: Path) -> str:
    """Channels of ours by their names, the rest by where it stands."""
    kinds: dict[Path, str] = {("marketing", kind.value): str(kind.label) for kind in Kind}
    return kinds.get(at) or " › ".join(at)


class ConsentPages(admin.ModelAdmin):
    """Mixed into the admin of the suppression list, which such a change may touch."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.consents_view)
        name = "actions_suppression_consents"
        return [path("consents/<int:profile_id>/", view, name=name), *super().get_urls()]

    def consents_view(self, request: HttpRequest, profile_id: int) -> HttpResponse:
        """Show what is known, and by POST write what the person says."""
        if not request.user.has_perm(_PERMISSION):
            raise PermissionDenied
        rows = Profile.objects.filter(sandbox__in=worked_in(request), merged_into=None)
        person = rows.filter(pk=profile_id).first()
        if person is None:
            raise Http404
        answers = answers_of(load_attributes([person.pk])[person.pk])
        form = ConsentForm(answers, request.POST or None)
        back = reverse("admin:datasources_profile_change", args=[person.pk])
        if form.is_valid():
            answer_for(person, form.wanted(), reason=form.cleaned_data["reason"], now=timezone.now())
            messages.success(request, _("The consents were written."))
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": Profile._meta,
            "original": person,
            "title": _("Consents of %(person)s") % {"person": person},
            "form": form,
        }
        return TemplateResponse(request, "actions/consents.html", context)
