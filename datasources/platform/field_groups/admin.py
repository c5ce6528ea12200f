"""The page on which technical users choose what journeys can read of a person."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from datasources.platform.field_groups.forms import ProfileFieldGroupForm
from datasources.platform.field_groups.models import ProfileFieldGroup
from datasources.platform.field_groups.offers import sample_fetch
from datasources.platform.object_field import pretty
from journeyorch.access.used_admin import UsedAdmin


@admin.register(ProfileFieldGroup)
class ProfileFieldGroupAdmin(UsedAdmin):
    help_topic = "profile-field-groups"
    introduction = _(
        "A profile field group says which fields of profiles and experience events journeys can read, as in "
        "#{ExperiencePlatform.Loyalty.loyalty.tier}. ProfileFieldGroup is there from the start, with all "
        "fields: make one of that name to choose less."
    )
    used_as = "profile_field_group"
    form = ProfileFieldGroupForm
    # A group is duplicated by saving it under another name.
    save_as = True
    list_display = ("name", "description", "sandbox")
    search_fields = ("name", "description")
    readonly_fields = ("used", "chosen", "preview")
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "description", "used")}),
        (_("What it brings"), {"fields": ("fields", "preview")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only look sees no tree to choose from, but what is chosen."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        (first, (title, about)) = fieldsets
        return [first, (title, {**about, "fields": ["chosen", "preview"]})]

    @admin.display(description=_("Fields"))
    def chosen(self, group: ProfileFieldGroup) -> str:
        return ", ".join(group.fields) or str(_("all"))

    @admin.display(description=_("What one fetch brings, as an example"))
    def preview(self, group: ProfileFieldGroup) -> SafeString:
        return format_html('<pre tabindex="0">{}</pre>', pretty(sample_fetch(group.sandbox_id, group.fields)))
