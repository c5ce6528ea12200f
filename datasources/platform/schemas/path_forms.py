"""Rows that say something of a schema's fields, on the page of the schema."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from datasources.platform.schemas.fields import Field, fields_of


class PathsFormSet(forms.BaseInlineFormSet):
    """Each row names a field by its path; those there are, are offered while one writes."""

    @cached_property
    def offered(self) -> list[Field]:
        """The fields that a row may name."""
        return fields_of(self.instance.document or {})

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "path" in form.fields:
            attributes = {"list": f"{self.prefix}-paths", "autocomplete": "off", "spellcheck": "false"}
            form.fields["path"].widget = forms.TextInput(attributes)

    def clean(self) -> None:
        super().clean()
        paths = {field.path for field in self.offered}
        for form in self.rows():
            if (path := form.cleaned_data.get("path")) and path not in paths:
                message = _("No field like that stands at %(path)s.")
                form.add_error("path", forms.ValidationError(message, params={"path": path}))

    def rows(self) -> list[Any]:
        """The forms that are filled and not to be deleted."""
        filled = [form for form in self.forms if getattr(form, "cleaned_data", None)]
        return [form for form in filled if form not in self.deleted_forms]


class PathsInline(admin.TabularInline):
    """Only of saved schemas: before that, there is no field to choose."""

    template = "admin/datasources/paths_inline.html"
    fk_name = "schema"
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("datasources.change_schema")

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("datasources.view_schema")
