"""Pages on which the suppression list is read from a file, and has itself written into one."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from actions.contact.lists import Export, Import, begin_export, begin_import
from actions.kinds import Kind
from datasources.platform.profiles.importing.layout import NotText
from datasources.platform.profiles.importing.rows import NotReadable
from journeyorch.access.models import User
from journeyorch.access.people import READ_PEOPLE
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.background.admin import task_url
from journeyorch.background.files import TooLarge
from journeyorch.telling import told


class ImportForm(forms.Form):
    """The file, and what its lines are if they do not say so."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV: a list of addresses, or columns named address, kind (email, sms, push), reason "
            "(unsubscribed, complained, bounced, manual) and detail. An export of this list is one."
        ),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Kind.choices, help_text=_("Of lines that do not say theirs.")
    )


class ListPages(admin.ModelAdmin):
    """Mixed into the admin of the suppression list."""

    change_list_template = "admin/actions/suppression/change_list.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = request.user.has_perm
        context = {"may_import": may(Import.permission), "may_export": may(Export.permission)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_view), name="actions_suppression_import"),
            path("export/", view(require_POST(self.export_view)), name="actions_suppression_export"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file, and lead to how far its import is."""
        if not request.user.has_perm(Import.permission):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and (answer := self._begun(request, form)):
            return answer
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import into the suppression list"),
            "form": form,
        }
        return TemplateResponse(request, "actions/suppression_import.html", context)

    def _begun(self, request: HttpRequest, form: ImportForm) -> HttpResponse | None:
        file, by = form.cleaned_data["file"], cast(User, request.user)
        kind, most = form.cleaned_data["kind"], settings.IMPORT_MAX_BYTES
        try:
            task = begin_import(sandbox_of(request), file.name, file.chunks(), kind=kind, by=by, most=most)
        except (TooLarge, NotText, NotReadable) as refusal:
            form.add_error("file", told(refusal))
            return None
        return HttpResponseRedirect(task_url(task))

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Begin, and lead to how far it is; the file is fetched there."""
        if not request.user.has_perms((Export.permission, READ_PEOPLE)):
            raise PermissionDenied
        return HttpResponseRedirect(task_url(begin_export(sandbox_of(request), by=cast(User, request.user))))
