"""Schemas, for technical users."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.forms import SchemaForm
from datasources.platform.schemas.models import Schema
from journeyorch.access.scoped_admin import SandboxScopedAdmin


@admin.register(Schema)
class SchemaAdmin(SandboxScopedAdmin):
    introduction = _(
        "A schema says which fields events or profiles have, and of which types. Compose it of ready-made "
        "groups; fields of your own are added to the JSON Schema afterwards."
    )
    form = SchemaForm
    list_display = ("name", "kind", "feeds_profiles", "sandbox", "ref")
    list_filter = ("kind", "feeds_profiles")
    search_fields = ("name", "description")
    readonly_fields = ("ref", "field_list")

    def get_fieldsets(self, request: HttpRequest, obj: Schema | None = None) -> Any:
        document = ("document", "field_list") if obj else ("groups", "document")
        return (
            (None, {"fields": ("sandbox", "name", "kind", "description", *(["ref"] if obj else []))}),
            (_("Profiles"), {"fields": ("feeds_profiles", "primary_identity", "primary_namespace")}),
            (_("Fields"), {"fields": document}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Schema | None = None) -> tuple[str, ...]:
        # What is received follows the schema's class: it cannot become another one, nor move.
        return (*self.readonly_fields, "sandbox", "kind") if obj else self.readonly_fields

    @admin.display(description=_("Reference"))
    def ref(self, obj: Schema) -> str:
        return obj.ref

    @admin.display(description=_("Fields"))
    def field_list(self, obj: Schema) -> SafeString:
        rows = ((field.path, field.label, field.type) for field in fields_of(obj.document))
        body = format_html_join("", "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>", rows)
        return format_html(
            '<div class="scrolls" tabindex="0" role="region" aria-label="{}"><table>{}</table></div>',
            _("Fields"),
            body,
        )
