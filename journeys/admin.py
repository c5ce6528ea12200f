"""Pages of alerts in the administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from actions.signing_admin import SigningAdmin
from journeyorch import bulk
from journeyorch.access.looked_at import LookedAt
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.outbound.guard import Refused, check_url, configured_policy
from journeyorch.telling import told
from journeys.alerts.checking import begin_trial
from journeys.models import Alert, AlertNotice, Journey


class AlertForm(forms.ModelForm):
    class Meta:
        model = Alert
        fields = ("sandbox", "name", "kind", "threshold", "journey", "emails", "url", "active")

    def clean_emails(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["emails"].splitlines() if line.strip()]
        for line in lines:
            try:
                validate_email(line)
            except ValidationError:
                raise ValidationError(_("“%(line)s” is no email address."), params={"line": line}) from None
        return "\n".join(lines)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        if url:
            try:
                check_url(url, configured_policy())
            except Refused as refusal:
                raise ValidationError(told(refusal)) from None
        return url

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("emails") and not cleaned.get("url"):
            raise ValidationError(_("Say who is told: write an email address or a webhook."))
        return cleaned


@admin.register(Alert)
class AlertAdmin(SigningAdmin, SandboxScopedAdmin):
    help_topic = "alerts"
    introduction = _(
        "An alert tells by email or webhook when journeys fail, nobody enters, a system is left alone, or "
        "work is late: once when it begins, and once when it is over."
    )
    form = AlertForm
    list_display = ("name", "kind", "threshold", "journey", "active", "firing_since", "told")
    list_filter = ("kind", "active")
    search_fields = ("name",)
    readonly_fields = ("firing_since", "told", "make_secret")
    fields = (*AlertForm.Meta.fields, "make_secret", "firing_since", "told")
    actions = ("try_out",)

    def get_fields(self, request: HttpRequest, obj: Alert | None = None) -> tuple[str, ...]:
        """Of a new one nothing is known yet."""
        return self.fields if obj else AlertForm.Meta.fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "journey":
            kwargs["queryset"] = Journey.objects.filter(sandbox=sandbox_of(request)).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.action(description=_("Send a trial to everybody who would be told"), permissions=["change"])
    def try_out(self, request: HttpRequest, chosen: QuerySet[Alert]) -> None:
        begin_trial(chosen, now=bulk.database_now())
        messages.success(request, _("It is on its way; Sent alerts says what became of it."))


@admin.register(AlertNotice)
class AlertNoticeAdmin(LookedAt, SandboxScopedAdmin):
    help_topic = "alerts"
    introduction = _("What alerts have told, to whom, and whether it arrived.")
    sandbox_path = "alert__sandbox"
    list_display = ("at", "alert", "fires", "text", "channel", "address", "sent_at", "attempts", "problem")
    list_filter = ("channel", "fires")
    ordering = ("-at",)
    list_select_related = ("alert",)
