"""The forms of relationships, on the page of the schema whose fields refer to records."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from datasources.platform.records.models import Relationship
from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.models import Schema
from journeyorch.usage import used_in


class RelationshipsFormSet(forms.BaseInlineFormSet):
    """All relationships of a schema: what they add to it must be free, and stays while events use it."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        texts = [field for field in fields_of(self.instance.document or {}) if field.type == "string"]
        choices = [("", "—"), *((field.path, f"{field.path}: {field.label}") for field in texts)]
        if "path" in form.fields:
            form.fields["path"] = forms.ChoiceField(label=_("Field"), choices=choices)
            records = Schema.objects.filter(sandbox=self.instance.sandbox_id, kind=Schema.Kind.RECORD)
            form.fields["target"].queryset = records.exclude(primary_identity="").order_by("name")

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        self._check_names()
        self._check_use()

    def _check_names(self) -> None:
        places = [
            (*form.cleaned_data["path"].split(".")[:-1], form.cleaned_data["name"])
            for form in self.forms
            if form.cleaned_data and form not in self.deleted_forms
        ]
        taken = {field.path for field in fields_of(self.instance.document or {})}
        counted = Counter(".".join(place) for place in places)
        for place, count in counted.items():
            if count > 1 or place in taken:
                message = _("There is another field %(place)s. Give the record another name.")
                raise forms.ValidationError(message, params={"place": place})

    def _check_use(self) -> None:
        """Events, and journeys by them, may rely on the fields of the records."""
        moved = [form for form in self.initial_forms if form.has_changed() or form in self.deleted_forms]
        uses = used_in("schema", self.instance) if moved else []
        if uses:
            message = _("A relationship stays as it is while the schema is used in: %(uses)s.")
            raise forms.ValidationError(message, params={"uses": ", ".join(use.label for use in uses)})


class RelationshipInline(admin.TabularInline):
    """Only of saved event schemas: before that, there is no field to choose."""

    model = Relationship
    formset = RelationshipsFormSet
    fk_name = "schema"
    extra = 0
    fields = ("path", "target", "name")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("datasources.change_schema")

    has_change_permission = has_add_permission
    has_delete_permission = has_add_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("datasources.view_schema")
