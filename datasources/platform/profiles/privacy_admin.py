"""The page for requests of people: all of somebody exported, or erased (technical.md, Export and erasure)."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.profiles.people import fits
from datasources.platform.profiles.privacy import subject_of
from datasources.platform.profiles.reading import read_whole
from journeyorch.access.models import Sandbox, User
from journeyorch.access.sandboxes import worked_in
from journeyorch.background.admin import task_url
from journeyorch.privacy.subjects import Subject
from journeyorch.privacy.work import Erase, Export, begin_erasure, begin_export


class WhoForm(forms.Form):
    """Somebody, by one identity; there need be no profile."""

    sandbox = forms.ModelChoiceField(label=_("Sandbox"), queryset=Sandbox.objects.none(), empty_label=None)
    namespace = forms.CharField(
        label=_("Namespace"), max_length=60, help_text=_("The code of the namespace, such as CRMID or Email.")
    )
    value = forms.CharField(label=_("Identity"), max_length=512)

    def __init__(self, request: HttpRequest, **initial: Any) -> None:
        super().__init__(request.POST or None, initial=initial)
        theirs = worked_in(request).order_by("pk")
        self.fields["sandbox"].queryset = theirs  # type: ignore[attr-defined]
        self.initial.setdefault("sandbox", theirs.first())

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        sandbox, namespace = values.get("sandbox"), values.get("namespace", "")
        if sandbox and namespace and namespace not in namespaces_of(sandbox.pk):
            self.add_error("namespace", _("There is no such namespace."))
        if not fits((namespace or "x", values.get("value", "x"))):
            self.add_error("value", _("This is no identity."))
        return values

    def subject(self) -> Subject:
        """For a valid form."""
        values = self.cleaned_data
        return subject_of(values["sandbox"].pk, (values["namespace"], values["value"]))


class PrivacyPages(admin.ModelAdmin):
    """Mixed into the admin of profiles. Identities are posted: addresses end up in logs."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.privacy)
        return [
            path("privacy/", view, name="datasources_profile_privacy"),
            path("<int:profile>/privacy/", view, name="datasources_profile_privacy_of"),
            *super().get_urls(),
        ]

    def privacy(self, request: HttpRequest, profile: int | None = None) -> HttpResponse:
        """Find somebody, see what they are known by, and have all of it exported or erased."""
        if not any(map(request.user.has_perm, (Export.permission, Erase.permission))):
            raise PermissionDenied
        form = WhoForm(request, **_initial(request, profile))
        if not form.is_valid():
            return self._privacy_page(request, form)
        subject = form.subject()
        if "_export" in request.POST:
            return self._export(request, subject)
        if "_erase" in request.POST:
            if request.POST.get("confirmed", "").strip() == form.cleaned_data["value"].strip():
                return self._erase(request, subject)
            messages.error(request, _("Enter the identity once more to confirm. Nothing was erased."))
        return self._privacy_page(request, form, subject=subject)

    def _export(self, request: HttpRequest, subject: Subject) -> HttpResponse:
        if not request.user.has_perm(Export.permission):
            raise PermissionDenied
        task = begin_export(subject, by=cast(User, request.user))
        return HttpResponseRedirect(task_url(task))

    def _erase(self, request: HttpRequest, subject: Subject) -> HttpResponse:
        if not request.user.has_perm(Erase.permission):
            raise PermissionDenied
        task = begin_erasure(subject, by=cast(User, request.user))
        return HttpResponseRedirect(task_url(task))

    def _privacy_page(self, request: HttpRequest, form: WhoForm, **context: Any) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Export or erase a person"),
            "form": form,
            "may_export": request.user.has_perm(Export.permission),
            "may_erase": request.user.has_perm(Erase.permission),
        }
        return TemplateResponse(request, "datasources/privacy.html", {**shared, **context})


def _initial(request: HttpRequest, profile: int | None) -> dict[str, Any]:
    """The form filled with somebody who has a page."""
    for sandbox in worked_in(request) if profile else ():
        for person in read_whole(sandbox.pk, [profile or 0]).values():
            if person.identities:
                first = person.identities[0]
                return {"sandbox": sandbox, "namespace": first.namespace, "value": first.value}
    return {}
