"""The page on which technical users connect third-party systems as custom actions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from actions.custom import action_of, variables
from actions.custom_forms import ActionForm
from actions.custom_testing import PATH, try_out
from actions.models import Action
from journeyorch.access.used_admin import UsedAdmin
from journeyorch.outbound.auth_admin import AuthTestMixin
from journeyorch.outbound.forms import ValuesForm, auth_fieldsets


@admin.register(Action)
class ActionAdmin(AuthTestMixin, UsedAdmin):
    introduction = _(
        "An action is a call that a journey makes to another system, for example to order a taxi. "
        "What is sent is fixed here, or left to the journey."
    )
    used_as = "action"
    form = ActionForm
    list_display = ("name", "method", "url", "sandbox", "test_link")
    search_fields = ("name", "url", "description")
    readonly_fields = ("needed", "used", "test_link", "auth_test")
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "description", "used", "test_link")}),
        (_("Request"), {"fields": ("url", "method", "headers", "query")}),
        (_("Action parameters"), {"fields": ("payload_sample", "payload", "needed")}),
        (_("Answer"), {"fields": ("response_sample", "on_unknown")}),
        *auth_fieldsets(),
        (_("Signature"), {"fields": ("signing_secret", "unsigned")}),
    )

    @admin.display(description=_("values that the journey gives"))
    def needed(self, row: Action) -> str:
        named = (f"{one.label} ({one.type})" for one in variables(action_of(row)))
        return ", ".join(named) or str(_("none"))

    @admin.display(description=_("test"))
    def test_link(self, row: Action) -> SafeString | str:
        if not row.pk:
            return str(_("Save first."))
        url = reverse("admin:actions_action_test", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Send a test call"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<int:action_id>/test/", view, name="actions_action_test"), *super().get_urls()]

    def test_view(self, request: HttpRequest, action_id: int) -> HttpResponse:
        """Ask for the variables, make the real call, show what came back."""
        row = self.get_object(request, str(action_id))
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        wanted = [(one.path, f"{one.label} ({one.type})") for one in variables(action_of(row))]
        wanted.append((PATH, str(_("Added to the path of the URL, if the journey does so"))))
        form = ValuesForm(wanted, request.POST if request.method == "POST" else None)
        trial = None
        if form.is_valid():
            trial = try_out(row, form.values())
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Send a test call: %(name)s") % {"name": row},
            "opts": self.model._meta,
            "original": row,
            "form": form,
            "trial": trial,
        }
        return TemplateResponse(request, "admin/outbound_test.html", context)
