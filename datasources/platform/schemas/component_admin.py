"""Imported classes, field groups and data types: looking at them, and importing with a preview."""

from __future__ import annotations

import io
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from datasources.platform.schemas.component_usage import schemas_of
from datasources.platform.schemas.composing import library_of
from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.models import Component, PendingImport
from datasources.platform.schemas.tree import FieldTree, shown
from datasources.platform.schemas.xdm.bundle import bundled
from datasources.platform.schemas.xdm.files import MIB, Read, TooMuch, read_file
from datasources.platform.schemas.xdm.importing import import_files, plan_import
from datasources.platform.schemas.xdm.planning import Plan
from journeyorch.access.models import Sandbox, User
from journeyorch.access.sandboxes import worked_in
from journeyorch.access.used_admin import UsedAdmin
from journeyorch.telling import all_told
from journeyorch.usage import Use

_MAX_UPLOAD = 10 * MIB


class ImportForm(forms.Form):
    """What to import, and where to."""

    sandbox = forms.ModelChoiceField(label=_("Sandbox"), queryset=Sandbox.objects.none(), empty_label=None)
    file = forms.FileField(
        label=_("File"),
        help_text=_("A JSON file, or a zip of them. Nothing is imported before you have seen what it means."),
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST or None, request.FILES or None)
        theirs = worked_in(request).order_by("pk")
        self.fields["sandbox"].queryset = theirs  # type: ignore[attr-defined]
        self.initial["sandbox"] = theirs.first()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > _MAX_UPLOAD:
            message = _("The file is larger than %(limit)d MiB. Import it in parts.")
            raise forms.ValidationError(message, params={"limit": _MAX_UPLOAD // MIB})
        return file


@admin.register(Component)
class ComponentAdmin(UsedAdmin):
    help_topic = "components"
    introduction = _(
        "Classes, field groups and data types imported from standard XDM files. Schemas are composed of "
        "them, beside the built-in ones."
    )
    used_as = "component"
    list_per_page = 50
    list_display = ("title", "kind", "status", "uri", "sandbox")
    list_filter = ("kind", "status")
    search_fields = ("title", "uri", "description")
    readonly_fields = ("used", "field_tree")
    fields = ("sandbox", "title", "kind", "status", "uri", "description", "used", "field_tree")

    class Media:
        css = FieldTree.Media.css
        js = FieldTree.Media.js

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def uses(self, obj: Model) -> list[Use]:
        return sorted(schemas_of(obj)) if isinstance(obj, Component) else []

    @admin.display(description=_("Fields"))
    def field_tree(self, obj: Component) -> SafeString:
        document, _missing = bundled(library_of(obj.sandbox_id), obj.uri)
        return shown(fields_of(document), id="fields")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = super().has_add_permission(request)
        return super().changelist_view(request, {"may_import": may, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.upload), name="datasources_component_import"),
            path("import/<int:pk>/", view(self.confirm), name="datasources_component_confirm"),
            *super().get_urls(),
        ]

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take a file, and lead to what importing it would mean."""
        self._may_import(request)
        form = ImportForm(request)
        if request.method == "POST" and form.is_valid():
            pending = _keep(form, request)
            return HttpResponseRedirect(reverse("admin:datasources_component_confirm", args=[pending.pk]))
        return self._page(request, "datasources/import.html", form=form, media=self.media + form.media)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what importing means; import upon POST."""
        self._may_import(request)
        pending = PendingImport.objects.filter(
            pk=pk, user=_user(request), sandbox__in=worked_in(request)
        ).first()
        if pending is None:
            messages.warning(request, _("This upload is over. Choose the file again."))
            return HttpResponseRedirect(reverse("admin:datasources_component_import"))
        try:
            files = read_file(pending.name, io.BytesIO(bytes(pending.data)))
        except TooMuch as error:
            return self._page(
                request, "datasources/import_preview.html", pending=pending, refused=all_told(error.args)[0]
            )
        if request.method != "POST":
            plan = plan_import(pending.sandbox, files)
            return self._page(request, "datasources/import_preview.html", pending=pending, plan=plan)
        return self._import(request, pending, files)

    def _import(self, request: HttpRequest, pending: PendingImport, files: list[Read]) -> HttpResponse:
        plan = import_files(pending.sandbox, files)
        if plan.problems or plan.conflicts:
            return self._page(request, "datasources/import_preview.html", pending=pending, plan=plan)
        pending.delete()
        messages.success(request, _told(plan))
        return HttpResponseRedirect(reverse("admin:datasources_component_changelist"))

    def _may_import(self, request: HttpRequest) -> None:
        if not super().has_add_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": _("Import XDM files")}
        return TemplateResponse(request, template, {**shared, **context})


def _keep(form: ImportForm, request: HttpRequest) -> PendingImport:
    """Until it is confirmed: browsers do not send a file a second time."""
    PendingImport.objects.over(timezone.now()).delete()
    file = form.cleaned_data["file"]
    return PendingImport.objects.create(
        sandbox=form.cleaned_data["sandbox"], user=_user(request), name=file.name[:200], data=file.read()
    )


def _user(request: HttpRequest) -> User:
    """The admin lets in nobody else."""
    return cast(User, request.user)


def _told(plan: Plan) -> str:
    count = len(plan.parts)
    return ngettext("%(count)d component was imported.", "%(count)d components were imported.", count) % {
        "count": count
    }
