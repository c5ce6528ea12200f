"""Headers and query parameters of an action on its page: a row for each, constant or given by the journey."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from actions.payload import SCALARS
from actions.rows import Row, Rows, RowsField, RowsWidget

_CONSTANT, _VARIABLE = "constant", "variable"


class PairRows(RowsWidget):
    """``value`` is the constant, or what business users read beside a variable."""

    template_name = "actions/pairs.html"
    texts = ("name", "given", "value", "type")
    choices = MappingProxyType({"given": (_CONSTANT, _VARIABLE), "type": SCALARS})
    blank = MappingProxyType({"given": _CONSTANT, "type": "string"})

    def shown(self, stored: Mapping[str, Any]) -> Mapping[str, Any]:
        return stored if isinstance(stored, Row) else row_of(stored)


def row_of(stored: Mapping[str, Any]) -> Row:
    """A pair as it is typed."""
    if stored.get("variable"):
        label, type = stored.get("label", ""), stored.get("type", "string")
        return Row(name=stored.get("name"), given=_VARIABLE, value=label, type=type)
    value = stored.get("value", "")
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return Row(name=stored.get("name"), given=_CONSTANT, value=text, type="string")


def pair_of(row: Row) -> dict[str, Any]:
    """A row as it is stored."""
    if row["given"] != _VARIABLE:
        return {"name": row["name"], "value": row["value"]}
    label = {"label": row["value"]} if row["value"] else {}
    return {"name": row["name"], "variable": True, **label, "type": row["type"] or "string"}


class PairsField(RowsField):
    """The pairs as JSON; whether they can be used, the form says."""

    widget = PairRows

    def stored(self, row: Row) -> dict[str, Any]:
        return pair_of(row)

    def has_changed(self, initial: Any, data: Any) -> bool:
        if not isinstance(data, Rows):
            return super().has_changed(initial, data)
        return [pair_of(row_of(each)) for each in initial or ()] != [pair_of(row) for row in data]
