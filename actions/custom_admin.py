"""The page on which technical users connect third-party systems as custom actions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from actions.custom import WITHOUT_BODY, action_of, variables
from actions.custom_forms import ActionForm, usable_tree
from actions.custom_testing import PATH, try_out
from actions.models import Action
from actions.signing_admin import SigningAdmin
from journeyorch.access.changeable import changeable
from journeyorch.access.used_admin import UsedAdmin
from journeyorch.outbound.auth_admin import AuthTestMixin
from journeyorch.outbound.forms import StrictJSONField, ValuesForm, auth_fieldsets
from journeyorch.outbound.sample_admin import SampleAdmin
from journeyorch.outbound.trial_page import trial_page


class TestCallAdmin(UsedAdmin):
    """Base of the pages of actions of one type: what the journey gives, and a test call."""

    used_as = "action"
    type: Action.Type
    search_fields = ("name", "url", "description")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(type=self.type)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.type = self.type
        super().save_model(request, obj, form, change)

    @admin.display(description=_("values that the journey gives"))
    def needed(self, row: Action) -> str:
        named = (f"{one.label} ({one.type})" for one in variables(action_of(row)))
        return ", ".join(named) or str(_("none"))

    @admin.display(description=_("test"))
    def test_link(self, row: Action) -> SafeString:
        url = reverse(f"admin:{self._call_url_name()}", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Send a test call"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<int:action_id>/test/", view, name=self._call_url_name()), *super().get_urls()]

    def _call_url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_test"

    def test_view(self, request: HttpRequest, action_id: int) -> HttpResponse:
        """Ask for the variables, make the real call, show what came back."""
        row = changeable(self, request, action_id)
        wanted = [(one.path, f"{one.label} ({one.type})") for one in variables(action_of(row))]
        wanted.append((PATH, str(_("Added to the path of the URL, if the journey does so"))))
        form = ValuesForm(wanted, request.POST if request.method == "POST" else None)
        trial = None
        if form.is_valid():
            trial = try_out(row, form.values())
        title = _("Send a test call: %(name)s") % {"name": row}
        return trial_page(self, request, row, title=title, form=form, trial=trial)


class WrittenCallAdmin(SampleAdmin, AuthTestMixin, SigningAdmin, TestCallAdmin):
    """Base of the pages of actions whose request a technical user writes out."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.payload and obj.method in WITHOUT_BODY:
            text = _("A %(method)s has no body: the action parameters are not sent.")
            messages.warning(request, text % {"method": obj.method})

    readonly_fields = ("needed", "used", "test_link", "auth_test", "make_secret")
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "description", "used", "test_link")}),
        (_("Request"), {"fields": ("url", "method", "headers", "query")}),
        (_("Action parameters"), {"fields": ("payload_sample", "payload", "needed")}),
        (_("Answer"), {"fields": ("response_sample", "on_unknown")}),
        *auth_fieldsets(),
        (_("Signature"), {"fields": ("signing_secret", "make_secret", "unsigned")}),
    )


@admin.register(Action)
class ActionAdmin(WrittenCallAdmin):
    help_topic = "actions"
    field_topics = {"payload_sample": "action-payload", "auth_type": "authentication"}
    introduction = _(
        "An action is a call that a journey makes to another system, for example to order a taxi. "
        "What is sent is fixed here, or left to the journey."
    )
    type = Action.Type.CUSTOM
    form = ActionForm
    list_display = ("name", "method", "url", "sandbox", "test_link")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.tree_view)
        return [path("tree/", view, name="actions_action_tree"), *super().get_urls()]

    @method_decorator(require_POST)
    def tree_view(self, request: HttpRequest) -> HttpResponse:
        """For the form's script: the tree of a pasted payload as ``{"text"}``, or ``{"problem"}``."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        pasted = StrictJSONField(error_messages={"required": _("Paste a payload first.")})
        try:
            tree = usable_tree(pasted.clean(request.POST.get("sample", "")))
        except ValidationError as error:
            return JsonResponse({"problem": " ".join(error.messages)}, status=400)
        return JsonResponse({"text": pasted.prepare_value(tree)})
