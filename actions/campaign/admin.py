"""The pages on which technical users connect Adobe Campaign."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from actions.campaign.forms import ClassicForm, InstanceForm, StandardForm
from actions.campaign.moving import move_templates
from actions.campaign.statuses import ask_at_once
from actions.campaign.testing import try_instance
from actions.custom_admin import TestCallAdmin, WrittenCallAdmin
from actions.models import (
    Action,
    CampaignAction,
    CampaignInstance,
    CampaignMessage,
    CampaignStandardAction,
)
from journeyorch.access.changeable import changeable
from journeyorch.access.looked_at import LookedAt
from journeyorch.access.sandboxes import worked_in
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.outbound.auth_admin import AuthTestMixin
from journeyorch.outbound.forms import ValuesForm, auth_fieldsets
from journeyorch.outbound.trial_page import trial_page


@admin.register(CampaignInstance)
class InstanceAdmin(AuthTestMixin, SandboxScopedAdmin):
    help_topic = "campaign"
    introduction = _(
        "An instance of Adobe Campaign Standard, whose transactional messages journeys send: at most 4,000 "
        "in 5 minutes. Save it and test it, then add its templates."
    )
    form = InstanceForm
    list_display = ("name", "url", "organization", "sandbox", "instance_test")
    search_fields = ("name", "url", "organization")
    readonly_fields = ("instance_test", "auth_test")
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "url", "organization", "api", "api_key", "instance_test")}),
        *auth_fieldsets(),
    )

    @admin.display(description=_("test"))
    def instance_test(self, row: CampaignInstance) -> SafeString | str:
        if not row.pk:
            return str(_("Save first."))
        url = reverse("admin:actions_campaigninstance_test", args=[row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Test the instance"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.instance_test_view)
        name = "actions_campaigninstance_test"
        return [path("<int:row_id>/test/", view, name=name), *super().get_urls()]

    def instance_test_view(self, request: HttpRequest, row_id: int) -> HttpResponse:
        """Ask the instance for something that changes nothing, and show what came back."""
        row = changeable(self, request, row_id)
        trial = try_instance(row) if request.method == "POST" else None
        title = _("Test the instance %(name)s") % {"name": row}
        return trial_page(self, request, row, title=title, form=ValuesForm([]), trial=trial)

    def save_model(self, request: HttpRequest, obj: CampaignInstance, form: Any, change: bool) -> None:
        """Its templates are called where it is now."""
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            move_templates(obj)


@admin.register(CampaignStandardAction)
class StandardAdmin(TestCallAdmin):
    help_topic = "campaign"
    introduction = _(
        "A transactional message of Adobe Campaign Standard: which event sends it, and what journeys give it."
    )
    type = Action.Type.CAMPAIGN_STANDARD
    form = StandardForm
    list_display = ("name", "instance", "event_id", "sandbox", "test_link")
    readonly_fields = ("needed", "used", "test_link")
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "description", "used", "test_link")}),
        (
            _("Template"),
            {"fields": ("instance", "event_id", "channel", "kind", "application", "platform")},
        ),
        (_("What the journey gives"), {"fields": ("fields_of_template", "needed", "on_unknown")}),
    )

    @admin.display(description=_("event ID"))
    def event_id(self, row: Action) -> str:
        return str(row.declaration.get("event_id", ""))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        if db_field.name == "instance":
            kwargs["queryset"] = CampaignInstance.objects.filter(sandbox__in=worked_in(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(CampaignAction)
class ClassicAdmin(WrittenCallAdmin):
    help_topic = "campaign"
    introduction = _(
        "A transactional message of Adobe Campaign v7 or v8: one action for each template, at most 50,000 "
        "messages an hour."
    )
    type = Action.Type.CAMPAIGN
    form = ClassicForm
    list_display = ("name", "url", "sandbox", "test_link")


@admin.register(CampaignMessage)
class MessageAdmin(LookedAt, SandboxScopedAdmin):
    """To look at; Campaign is asked for the chosen ones at once."""

    help_topic = "campaign"
    introduction = _("Messages that Campaign Standard took, and what it said became of them.")
    list_display = ("message_id", "action", "status", "created_at", "asked_at", "ask_at", "sandbox")
    list_filter = ("status",)
    search_fields = ("message_id",)
    readonly_fields = (
        *("sandbox", "message_id", "action", "href", "status", "created_at", "asked_at", "asks", "ask_at"),
    )
    actions = ("ask_now",)

    @admin.action(description=_("Ask Campaign for their status"), permissions=["view"])
    def ask_now(self, request: HttpRequest, rows: QuerySet[CampaignMessage]) -> None:
        for row in rows[:_MOST]:
            ask_at_once(row, now=timezone.now())


#: Of the chosen messages, so many are asked for while the page waits.
_MOST = 20
