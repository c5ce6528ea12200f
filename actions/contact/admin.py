"""Pages of the suppression list and of a sandbox's contact rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from actions.contact.consent_admin import ConsentPages
from actions.contact.hashing import address_hash
from actions.contact.list_admin import ListPages
from actions.contact.models import SandboxContactRules, Suppression
from actions.contact.rules_form import RulesForm
from actions.messages.recipients import usable_address
from journeyorch.access.people_admin import AboutPeople
from journeyorch.access.scoped_admin import SandboxScopedAdmin

#: The fields of ``ContactRules``, for the page of whatever has them.
RULES_FIELDSET: tuple[Any, Any] = (
    _("Quiet hours and frequency"),
    {
        "fields": (("quiet_from", "quiet_until"), "in_quiet", ("most_messages", "in_hours")),
        "description": _("Transactional messages and tests are exempt."),
    },
)


@admin.register(SandboxContactRules)
class SandboxContactRulesAdmin(SandboxScopedAdmin):
    help_topic = "contact-rules"
    introduction = _(
        "When, and how often, one person may be written to over all channels of the sandbox together. Each "
        "channel can have rules of its own as well."
    )
    form = RulesForm
    list_display = ("sandbox", "quiet_from", "quiet_until", "in_quiet", "most_messages", "in_hours")
    fieldsets = ((None, {"fields": ("sandbox",)}), RULES_FIELDSET)


class SuppressionForm(forms.ModelForm):
    class Meta:
        model = Suppression
        fields = ("sandbox", "kind", "address", "detail")

    def clean(self) -> dict[str, Any]:
        super().clean()
        kind, address = self.cleaned_data.get("kind"), self.cleaned_data.get("address") or ""
        usable = usable_address(kind, address) if kind else None
        if kind and usable is None:
            self.add_error("address", ValidationError(_("This is no address for messages of that kind.")))
            return self.cleaned_data
        # As messages are sent to it.
        self.cleaned_data["address"] = usable
        return self.cleaned_data

    def validate_unique(self) -> None:
        super().validate_unique()
        values = self.cleaned_data
        if values.get("sandbox") and values.get("kind") and values.get("address"):
            hashed = address_hash(values["kind"], values["address"])
            same = Suppression.objects.filter(
                sandbox=values["sandbox"],
                kind=values["kind"],
                address_hash=hashed,
                reason=self.instance.reason,
            )
            if same.exclude(pk=self.instance.pk).exists():
                self.add_error("address", ValidationError(_("The address is on the list already.")))


@admin.register(Suppression)
class SuppressionAdmin(ListPages, ConsentPages, AboutPeople, SandboxScopedAdmin):
    help_topic = "suppression"
    introduction = _(
        "Addresses that get no more messages: they were refused for good, their owners complained or "
        "unsubscribed, or somebody entered them here. Those who unsubscribed still get transactional "
        "messages. Delete an entry to write to the address again."
    )
    form = SuppressionForm
    list_display = ("address", "kind", "reason", "created_at", "sandbox")
    list_filter = ("reason", "kind")
    search_fields = ("address_hash",)
    search_help_text = _("The whole address.")
    ordering = ("-pk",)
    show_full_result_count = False
    readonly_fields = ("reason", "created_at")
    fields = ("sandbox", "kind", "address", "reason", "detail", "created_at")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        found = queryset.of_address(search_term) if search_term.strip() else queryset  # type: ignore[attr-defined]
        return found, False

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        """An entry is looked at, added or deleted; another address is another entry."""
        return obj is None and super().has_change_permission(request, obj)
