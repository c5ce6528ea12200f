"""Parameters of templates on pages: rows that declare them, and controls in which they get values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actions.messages.parameters import TYPES, NotTyped, as_typed, is_required, label_of, type_of, typed
from journeyorch.outbound.forms import StrictJSONField

_BLANK = 2
_TEXTS = ("name", "label", "type", "default", "sample")


class Rows(list[dict[str, Any]]):
    """Parameters as rows of a page: defaults and samples as they were typed."""


class ParameterRows(forms.Widget):
    """A row for each parameter, and some that are empty. What programs send as JSON is taken as it is."""

    template_name = "actions/parameters.html"

    class Media:
        css = {"all": ("css/mapping.css", "css/parameters.css")}
        js = (forms.Script("js/parameter-rows.js", type="module"),)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if name in data or f"{name}-count" not in data:
            return data.get(name)
        count = data[f"{name}-count"]
        numbers = range(min(int(count), 1000) if count.isascii() and count.isdigit() else 0)
        rows = (self._row(data, f"{name}-{number}") for number in numbers)
        return Rows(row for row in rows if any(row[part] for part in _TEXTS if part != "type"))

    def _row(self, data: Any, prefix: str) -> dict[str, Any]:
        texts = {part: str(data.get(f"{prefix}-{part}", "")).strip() for part in _TEXTS}
        return {**texts, "required": f"{prefix}-required" in data}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}-count" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        rows = [_shown(each) for each in value or () if isinstance(each, Mapping)]
        blank = {"type": "string", "required": True}
        return {**context, "rows": [*rows, *([blank] * _BLANK)], "blank": blank, "types": TYPES}


def _shown(parameter: Mapping[str, Any]) -> dict[str, Any]:
    values = {part: as_typed(parameter.get(part)) for part in ("default", "sample")}
    return {"type": "string", "required": True, **parameter, **values}


class ParametersField(StrictJSONField):
    """The declared parameters of a template; whether they can be used, ``check_template`` says."""

    widget = ParameterRows

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, Rows):
            return super().to_python(value)
        return super().to_python([_declared(row) for row in value])

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return super().to_python(value)
        except ValidationError:
            return []


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
