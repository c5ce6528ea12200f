"""A widget of rows: what belongs together is typed side by side, and programs may send JSON instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from journeyorch.outbound.forms import StrictJSONField

_BLANK = 2
_MOST = 1000


class Row(dict[str, Any]):
    """A row as it was typed: texts, and for each flag whether it was set."""


class Rows(list[Row]):
    """All the rows of a page that somebody has filled in."""


class RowsWidget(forms.Widget):
    """Some rows are empty each time the page is loaded; a script adds more (js/parameter-rows.js)."""

    texts: ClassVar[tuple[str, ...]]
    flags: ClassVar[tuple[str, ...]] = ()
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType({})  # by text; no row by themselves
    blank: ClassVar[Mapping[str, Any]] = MappingProxyType({})

    class Media:
        css = {"all": ("css/mapping.css", "css/parameters.css")}
        js = (forms.Script("js/parameter-rows.js", type="module"),)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if name in data or f"{name}-count" not in data:
            return data.get(name)
        count = data[f"{name}-count"]
        numbers = range(min(int(count), _MOST) if count.isascii() and count.isdigit() else 0)
        rows = (self._row(data, f"{name}-{number}") for number in numbers)
        return Rows(row for row in rows if any(row[part] for part in self.texts if part not in self.choices))

    def _row(self, data: Any, prefix: str) -> Row:
        texts = {part: str(data.get(f"{prefix}-{part}", "")).strip() for part in self.texts}
        return Row(texts, **{flag: f"{prefix}-{flag}" in data for flag in self.flags})

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}-count" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        rows = [self.shown(each) for each in value or () if isinstance(each, Mapping)]
        return {
            **context,
            "rows": [*rows, *([self.blank] * _BLANK)],
            "blank": self.blank,
            "choices": self.choices,
        }

    def shown(self, stored: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is stored as a row, for the template; one that was typed is one already."""
        return stored


class RowsField(StrictJSONField):
    """JSON that may come as rows; its ``widget`` is a ``RowsWidget``."""

    def to_python(self, value: Any) -> Any:
        return super().to_python([self.stored(row) for row in value] if isinstance(value, Rows) else value)

    def stored(self, row: Row) -> dict[str, Any]:
        """A row as it is stored. May raise ``ValidationError``."""
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return super().to_python(value)
        except ValidationError:
            return []
