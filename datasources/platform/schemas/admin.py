"""Schemas, for technical users."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from datasources.platform.policies.admin import FieldLabelInline
from datasources.platform.policies.store import idle_labels
from datasources.platform.records.relationship_forms import RelationshipInline
from datasources.platform.schemas.composing import recompose
from datasources.platform.schemas.custom_forms import CustomFieldForm, CustomFieldsFormSet
from datasources.platform.schemas.downloading import self_contained
from datasources.platform.schemas.fields import fields_of, with_identity
from datasources.platform.schemas.forms import SchemaForm
from datasources.platform.schemas.models import CustomField, Schema
from datasources.platform.schemas.tree import FieldTree, shown
from journeyorch.access.used_admin import UsedAdmin


class CustomFieldInline(admin.StackedInline):
    """Fields of one's own, below the tenant namespace."""

    model = CustomField
    form = CustomFieldForm
    formset = CustomFieldsFormSet
    extra = 0
    fieldsets = (
        (None, {"fields": (("path", "type"), ("title", "friendly_name"), "choices", "required")}),
        (_("Identity"), {"fields": (("namespace", "primary"),), "classes": ("collapse",)}),
    )


@admin.register(Schema)
class SchemaAdmin(UsedAdmin):
    help_topic = "schemas"
    introduction = _(
        "A schema says which fields events or profiles have, and of which types. Compose it of ready-made "
        "groups, built in or imported, and fields of your own."
    )
    used_as = "schema"
    form = SchemaForm
    inlines = (CustomFieldInline,)
    list_display = ("name", "kind", "feeds_profiles", "sandbox", "ref")
    list_filter = ("kind", "feeds_profiles")
    search_fields = ("name", "description")
    readonly_fields = ("ref", "used", "field_tree", "download_link")

    class Media:
        css = FieldTree.Media.css
        js = FieldTree.Media.js

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        base = () if obj and not obj.base else ("base",)
        reference = ("ref",) if obj and obj.groups is None else ("reference",)
        used = ("used",) if obj else ()
        about = ("sandbox", "name", "kind", *base, "description", *reference, *used)
        return (
            (None, {"fields": about}),
            (_("Profiles"), {"fields": ("feeds_profiles", "primary_identity", "primary_namespace")}),
            *([(_("Fields"), {"fields": ("field_tree", "download_link")})] if obj else []),
            *_ways_to_make(obj),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Schema | None = None) -> tuple[str, ...]:
        # What is received follows the schema's class: it cannot become another one, nor move.
        return (*self.readonly_fields, "sandbox", "kind", "base") if obj else self.readonly_fields

    def get_inlines(self, request: HttpRequest, obj: Schema | None) -> Any:
        if obj is None:
            return self.inlines
        composed = () if obj.groups is None else self.inlines
        refers = (RelationshipInline,) if obj.kind == Schema.Kind.EVENT else ()
        return (*composed, *refers, FieldLabelInline)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The document follows from the custom fields, too, which are saved by now."""
        super().save_related(request, form, formsets, change)
        schema = form.instance
        if schema.groups is not None:
            recompose(schema)
            schema.save()
        if idle := idle_labels(schema):
            message = _("No policy says where fields labelled so must not go: %(labels)s.")
            self.message_user(request, message % {"labels": ", ".join(idle)}, messages.WARNING)

    @admin.display(description=_("Reference"))
    def ref(self, obj: Schema) -> str:
        return obj.ref

    @admin.display(description=_("Fields"))
    def field_tree(self, obj: Schema) -> SafeString:
        fields = with_identity(fields_of(obj.document), obj.primary_identity, obj.primary_namespace)
        return shown(fields, id="fields")

    @admin.display(description=_("JSON Schema"))
    def download_link(self, obj: Schema) -> SafeString:
        address = reverse("admin:datasources_schema_download", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', address, _("Download as JSON Schema 2020-12"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.download)
        return [path("<int:pk>/download/", view, name="datasources_schema_download"), *super().get_urls()]

    def download(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The schema as one self-contained document."""
        schema = self.get_object(request, str(pk))
        if schema is None:
            raise Http404
        if not self.has_view_permission(request, schema):
            raise PermissionDenied
        document = self_contained(schema)
        name = slugify(schema.name) or "schema"
        return HttpResponse(
            json.dumps(document, indent=2, ensure_ascii=False),
            content_type="application/schema+json",
            headers={"Content-Disposition": f'attachment; filename="{name}.schema.json"'},
        )


def _ways_to_make(obj: Schema | None) -> list[Any]:
    """A new schema can be composed or written out; afterwards it stays what it is."""
    composing = (_("Composed of"), {"fields": ("groups", "tenant")})
    writing = (_("Or written out"), {"fields": ("document",), "classes": ("collapse",)})
    if obj is None:
        return [composing, writing]
    return [composing] if obj.groups is not None else [(_("JSON Schema"), {"fields": ("document",)})]
