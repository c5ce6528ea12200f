"""The types of a field group's fields, each with a choice of its own beside its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from datasources.external.infer import TYPES

#: More would come near what one form may send (DATA_UPLOAD_MAX_NUMBER_FIELDS).
MOST = 500


class TypesWidget(forms.Widget):
    """A row for each field; what was chosen comes as types by path, those that stay as they are left out."""

    template_name = "datasources/field_types.html"
    use_fieldset = True

    def __init__(self) -> None:
        super().__init__()
        #: Paths with the names of their types, as they are stored.
        self.fields: list[tuple[str, str]] = []

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        prefix = f"{name}:"
        return {key.removeprefix(prefix): data[key] for key in data if key.startswith(prefix) and data[key]}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}:") for key in data)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen = value if isinstance(value, Mapping) else {}
        rows = [
            {"path": path, "type": type_, "chosen": chosen.get(path, "")}
            for path, type_ in self.fields[:MOST]
        ]
        context = {"rows": rows, "types": TYPES, "left_out": max(0, len(self.fields) - MOST)}
        return {**super().get_context(name, None, attrs), **context}


class TypesField(forms.Field):
    """Other types for some fields, by path."""

    widget = TypesWidget

    def show(self, fields: Iterable[tuple[str, str]]) -> None:
        """Offer a choice for each of these: paths, and the names of their types."""
        widget: Any = self.widget  # by now an instance of the class that is named above
        widget.fields = list(fields)

    def clean(self, value: Any) -> dict[str, str]:
        chosen = dict(value or {})
        if unknown := [type_ for type_ in chosen.values() if type_ not in TYPES]:
            raise ValidationError(
                _("There is no type %(type)s. Choose one of those that are offered."),
                params={"type": str(unknown[0])[:40]},
            )
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)
