"""Sandboxes in the admin: made, renamed, and reset."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from journeyorch.access import audit
from journeyorch.access.admin.audited import AuditedAdmin, changes_of
from journeyorch.access.models import Sandbox, User
from journeyorch.access.sandboxes import sandboxes_of, store_changes
from journeyorch.background.admin import shown_task
from journeyorch.polled import polled
from journeyorch.resetting.beginning import (
    NotResettable,
    begin_reset,
    latest_reset,
    require_resettable,
)
from journeyorch.resetting.holding import holding
from journeyorch.resetting.work import PERMISSION


@admin.register(Sandbox)
class SandboxAdmin(AuditedAdmin):
    """Their deletion would take the audit log along; a reset empties them."""

    help_topic = "sandboxes"
    introduction = _("Worlds that know nothing of each other, each with its events, people and journeys.")
    list_display = ("name", "title", "kind", "time_zone")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(
            db_field, request, **{**kwargs, "widget": forms.CheckboxSelectMultiple}
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sandbox]:
        return sandboxes_of(request)

    def save_model(self, request: HttpRequest, obj: Sandbox, form: Any, change: bool) -> None:
        if change:
            stored = set(form.changed_data) - {"groups"}  # the admin saves those afterwards
            store_changes(obj, stored, changes=changes_of(form))
            return
        with transaction.atomic():
            obj.save()
            audit.record("created", obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Everybody may look at the sandboxes that they may enter: other pages link to them."""
        return super().has_view_permission(request, obj) or sandboxes_of(request).exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Sandbox | None = None) -> tuple[str, ...]:
        """The name is in addresses and headers that others use (architecture.md, Access)."""
        return ("name",) if obj else ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/reset/", view(self.reset), name="access_sandbox_reset"),
            path("<int:pk>/reset/progress/", view(self.progress), name="access_sandbox_reset_progress"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["may_reset"] = request.user.has_perm(PERMISSION)
        return super().render_change_form(request, context, *args, **kwargs)

    def reset(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What will go, and the reset itself once the sandbox's name is typed; then, how far it is."""
        sandbox = self._resettable(request, pk)
        if request.method == "POST":
            if request.POST.get("confirmed", "").strip() == sandbox.name:
                return self._begin(request, sandbox)
            messages.error(request, _("Enter the sandbox's name to confirm. Nothing was deleted."))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": sandbox,
            "title": _("Reset the sandbox “%(name)s”") % {"name": sandbox},
            **_context(sandbox),
        }
        if not context["is_open"]:
            context |= {"refusal": _refusal(sandbox), "holding": holding(sandbox.pk)}
        return TemplateResponse(request, "access/reset_sandbox.html", context)

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What changes on the page, with an ETag: it is asked for every other second."""
        context = _context(self._resettable(request, pk))
        return polled(request, render_to_string("background/progress_part.html", context).encode())

    def _begin(self, request: HttpRequest, sandbox: Sandbox) -> HttpResponse:
        try:
            begin_reset(sandbox, by=cast(User, request.user))
        except NotResettable as reason:
            messages.error(request, str(reason))
        return HttpResponseRedirect(reverse("admin:access_sandbox_reset", args=[sandbox.pk]))

    def _resettable(self, request: HttpRequest, pk: int) -> Sandbox:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        sandbox = sandboxes_of(request).filter(pk=pk).first()
        if sandbox is None:
            raise Http404
        return sandbox


def _context(sandbox: Sandbox) -> dict[str, Any]:
    """Of the latest reset; it is none of the sandbox that the reader works in."""
    task = latest_reset(sandbox)
    return {"is_open": False} if task is None else shown_task(task)


def _refusal(sandbox: Sandbox) -> str:
    try:
        require_resettable(sandbox)
    except NotResettable as reason:
        return str(reason)
    return ""
