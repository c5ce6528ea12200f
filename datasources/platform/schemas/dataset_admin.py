"""Datasets, for technical users."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from datasources.platform.schemas.models import Dataset, Schema
from journeyorch.access.sandboxes import worked_in
from journeyorch.access.scoped_admin import SandboxScopedAdmin


class DatasetForm(forms.ModelForm):
    """A dataset; its schema is one of its sandbox's."""

    class Meta:
        model = Dataset
        fields = ("sandbox", "name", "schema", "key", "feeds_profiles")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        schema, sandbox = data.get("schema"), data.get("sandbox")
        if schema and sandbox and schema.sandbox_id != sandbox.pk:
            self.add_error("schema", _("This schema belongs to another sandbox. Choose one of this sandbox."))
        return data


@admin.register(Dataset)
class DatasetAdmin(SandboxScopedAdmin):
    help_topic = "datasets"
    introduction = _(
        "A dataset says where messages of a schema belong. Every schema has a default one; senders name "
        "another by its ID."
    )
    form = DatasetForm
    list_display = ("name", "schema", "feeds_profiles", "is_default", "key", "sandbox")
    list_filter = ("feeds_profiles", "is_default")
    search_fields = ("name", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: Dataset | None = None) -> tuple[str, ...]:
        # What was received under it stays where it was put.
        return ("sandbox", "schema", "key") if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Schema:
            kwargs["queryset"] = Schema.objects.filter(sandbox__in=worked_in(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A schema's default goes only with the schema."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        defaults = [
            str(_("%(name)s: the schema's default")) % {"name": obj} for obj in objs if obj.is_default
        ]
        return deleted, counts, missing, [*protected, *defaults]
