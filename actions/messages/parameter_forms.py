"""Parameters of templates on pages: rows that declare them, and controls in which they get values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actions.messages.parameters import TYPES, NotTyped, as_typed, is_required, label_of, type_of, typed
from actions.rows import Row, RowsField, RowsWidget


class ParameterRows(RowsWidget):
    """A row for each parameter."""

    template_name = "actions/parameters.html"
    texts = ("name", "label", "type", "default", "sample")
    flags = ("required",)
    choices = MappingProxyType({"type": TYPES})
    blank = MappingProxyType({"type": "string", "required": True})

    def shown(self, stored: Mapping[str, Any]) -> Mapping[str, Any]:
        values = {part: as_typed(stored.get(part)) for part in ("default", "sample")}
        return {**self.blank, **stored, **values}


class ParametersField(RowsField):
    """The declared parameters of a template; whether they can be used, ``check_template`` says."""

    widget = ParameterRows

    def stored(self, row: Row) -> dict[str, Any]:
        return _declared(row)


def _declared(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it is stored. Raises ``ValidationError`` for a value that is none of the type."""
    kept = {name: row[name] for name in ("name", "label", "type", "required") if row[name] != ""}
    for part, words in (("default", _("default")), ("sample", _("sample"))):
        try:
            value = typed(row["type"], row[part]) if row["type"] in TYPES else None
        except NotTyped:
            message = _("The %(part)s of “%(name)s” is no %(type)s. Numbers, booleans and lists are JSON.")
            params = {"part": words, "name": row["name"], "type": row["type"]}
            raise ValidationError(message, params=params) from None
        if value is not None:
            kept[part] = value
    return kept


class ParameterField(forms.CharField):
    """The value of one parameter, in a control for its type."""

    def __init__(self, parameter: Mapping[str, Any]) -> None:
        self._type = type_of(parameter)
        default = as_typed(parameter.get("default"))
        help_text = _("Empty: %(default)s") % {"default": default} if default else ""
        super().__init__(
            label=f"{label_of(parameter)} ({self._type})",
            required=is_required(parameter),
            max_length=10_000,
            help_text=help_text,
            widget=_control(self._type),
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return typed(self._type, text)
        except NotTyped:
            message = _("This is no %(type)s. Type numbers, booleans and lists as JSON.")
            raise ValidationError(message, params={"type": self._type}) from None


def _control(type: str) -> forms.Widget:
    if type == "boolean":
        return forms.Select(choices=[("", "—"), ("true", _("yes")), ("false", _("no"))])
    if type in ("integer", "decimal"):
        return forms.NumberInput({"step": "1" if type == "integer" else "any"})
    if type == "dateOnly":
        return forms.DateInput({"type": "date"})
    if type.startswith("list"):
        return forms.Textarea({"rows": 3, "spellcheck": "false"})
    return forms.TextInput({"class": "vTextField"})
