"""Custom fields as JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from datasources.platform.schemas.models import CustomField
from datasources.platform.schemas.xdm.reading import Document

_Type = CustomField.Type
_TYPES: Mapping[str, Document] = {
    _Type.TEXT: {"type": "string"},
    _Type.INTEGER: {"type": "integer"},
    _Type.NUMBER: {"type": "number"},
    _Type.BOOLEAN: {"type": "boolean"},
    _Type.DATE_TIME: {"type": "string", "format": "date-time"},
    _Type.DATE: {"type": "string", "format": "date"},
    _Type.EMAIL: {"type": "string", "format": "email"},
    _Type.URI: {"type": "string", "format": "uri"},
    _Type.OBJECT: {"type": "object"},
}
_LISTS: Mapping[str, str] = {
    _Type.TEXTS: _Type.TEXT,
    _Type.INTEGERS: _Type.INTEGER,
    _Type.NUMBERS: _Type.NUMBER,
    _Type.OBJECTS: _Type.OBJECT,
}
#: Types under which other fields may stand.
HOLDERS = (_Type.OBJECT, _Type.OBJECTS)
#: Types whose values can be counted up.
CHOOSABLE = (_Type.TEXT, _Type.INTEGER, _Type.NUMBER)


def custom_object(fields: Sequence[CustomField]) -> Document:
    """The object below ``_<tenant>``: objects first, so that each field finds the one around it."""
    root: Document = {"type": "object", "title": "Custom fields", "properties": {}}
    for field in sorted(fields, key=lambda field: field.path.count(".")):
        *around, name = field.path.split(".")
        holder = root
        for step in around:
            holder = _content(holder.setdefault("properties", {}).setdefault(step, {"type": "object"}))
        holder.setdefault("properties", {})[name] = _field(field)
        if field.required:
            holder.setdefault("required", []).append(name)
    return root


def permitted_values(field: CustomField) -> list[Any]:
    """The values of an enumeration in the field's type; ``ValueError`` if one of them is not of it."""
    texts = [line.strip() for line in field.choices.splitlines() if line.strip()]
    convert = _CONVERTERS.get(field.type, str)
    return [convert(text) for text in texts]


def names_in(fields: Sequence[CustomField], tenant: str) -> Iterator[tuple[str, str]]:
    """Friendly names by path."""
    return ((f"_{tenant}.{field.path}", field.friendly_name) for field in fields if field.friendly_name)


def identities_in(fields: Sequence[CustomField], tenant: str) -> Iterator[tuple[str, Document]]:
    """Which fields hold identities, by path."""
    for field in fields:
        if field.namespace:
            yield f"_{tenant}.{field.path}", {"namespace": field.namespace, "primary": field.primary}


def _field(field: CustomField) -> Document:
    if field.type in _LISTS:
        schema: Document = {"type": "array", "items": dict(_TYPES[_LISTS[field.type]])}
    else:
        schema = dict(_TYPES[field.type])
    if field.title:
        schema["title"] = field.title
    if values := permitted_values(field):
        schema["enum"] = values
    return schema


def _content(schema: Document) -> Document:
    items = schema.get("items")
    return items if isinstance(items, dict) else schema


def _number(text: str) -> float:
    value = float(text)
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return int(value) if value.is_integer() and "." not in text and "e" not in text.lower() else value


_CONVERTERS: Mapping[str, Callable[[str], Any]] = {_Type.INTEGER: int, _Type.NUMBER: _number}
