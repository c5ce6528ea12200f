"""The form of custom fields, and composing a schema with them before anything is saved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from datasources.platform.schemas.composing import CannotCompose, document_of, library_of, notes_of, parts_of
from datasources.platform.schemas.custom import CHOOSABLE, HOLDERS, permitted_values
from datasources.platform.schemas.forms import identity_problem, lost_fields, namespace_choices
from datasources.platform.schemas.models import CustomField, Schema
from journeyorch.telling import told

_TEXTS = (CustomField.Type.TEXT, CustomField.Type.EMAIL)


class CustomFieldForm(forms.ModelForm):
    """One custom field."""

    class Meta:
        model = CustomField
        fields = (
            "path",
            "type",
            "title",
            "friendly_name",
            "choices",
            "required",
            "namespace",
            "primary",
        )
        widgets = {"choices": forms.Textarea({"rows": 2, "spellcheck": "false"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Which namespaces there are, the formset knows (it knows the sandbox).
        if "namespace" in self.fields:
            self.fields["namespace"] = forms.ChoiceField(label=_("Identity in namespace"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("type")
        if data.get("choices", "").strip() and kind not in CHOOSABLE:
            self.add_error("choices", _("Only texts and numbers can have permitted values."))
        if data.get("namespace") and kind not in _TEXTS:
            self.add_error("namespace", _("Only a text can be an identity."))
        if data.get("primary") and kind not in _TEXTS:
            self.add_error("primary", _("Only a text can be an identity."))
        return data

    def clean_choices(self) -> str:
        choices: str = self.cleaned_data["choices"]
        try:
            permitted_values(CustomField(type=self.cleaned_data.get("type", ""), choices=choices))
        except ValueError:
            raise forms.ValidationError(_("Every permitted value must be a number, one a line.")) from None
        return choices


class CustomFieldsFormSet(forms.BaseInlineFormSet):
    """All custom fields of a schema; what they make together with the field groups must be a schema."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "namespace" in form.fields:
            form.fields["namespace"].choices = namespace_choices(self._sandbox_id())

    def _sandbox_id(self) -> int:
        chosen = str(self.data.get("sandbox") or "") if self.is_bound else ""
        return self.instance.sandbox_id or (int(chosen) if chosen.isascii() and chosen.isdecimal() else 0)

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        fields = self._fields()
        if self.instance.groups is None:
            if fields:
                message = _("A schema that is written out has no custom fields: write them into it.")
                raise forms.ValidationError(message)
            return
        self._check_places(fields)
        if self.instance.sandbox_id:
            self._check_whole(fields)

    def _fields(self) -> list[CustomField]:
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        return [form.instance for form in kept if form not in self.deleted_forms]

    def _check_places(self, fields: list[CustomField]) -> None:
        by_path = {field.path: field for field in fields}
        if len(by_path) < len(fields):
            raise forms.ValidationError(_("Two custom fields have the same name."))
        if sum(field.primary for field in fields) > 1:
            raise forms.ValidationError(_("Only one field can be the primary identity."))
        names_people = self.instance.kind != Schema.Kind.RECORD
        if names_people and any(field.primary and not field.namespace for field in fields):
            raise forms.ValidationError(_("A primary identity needs a namespace."))
        for field in fields:
            self._check_around(field, by_path)

    def _check_around(self, field: CustomField, by_path: dict[str, CustomField]) -> None:
        steps = field.path.split(".")
        for count in range(1, len(steps)):
            around = by_path.get(".".join(steps[:count]))
            if around and around.type not in HOLDERS:
                message = _("%(field)s stands in %(around)s, which is no object.")
                params = {"field": field.path, "around": around.path}
                raise forms.ValidationError(message, params=params)
            if around and around.type == CustomField.Type.OBJECTS and field.namespace:
                message = _("%(field)s stands in a list: it cannot be an identity.")
                raise forms.ValidationError(message, params={"field": field.path})

    def _check_whole(self, fields: list[CustomField]) -> None:
        schema = self.instance
        try:
            document = document_of(
                schema,
                fields,
                library=library_of(schema.sandbox_id),
                notes=notes_of(schema.sandbox_id, parts_of(schema)),
            )
        except CannotCompose as error:
            raise forms.ValidationError(told(error)) from None
        if lost := lost_fields(schema, document):
            raise lost
        if any(field.primary for field in fields):
            return
        if problem := identity_problem(schema.primary_identity, document):
            raise forms.ValidationError(f"{schema.primary_identity}: {problem}")
