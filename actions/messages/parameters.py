"""The parameters that a template declares: their values as they are typed, checked and filled in. Pure.

A parameter is ``{"name", "label", "type", "required", "default", "sample"}``, of which only the name must be
there. The default is what the message has where the journey gives nothing; the sample is for the preview.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from actions.payload import LISTS, SCALARS
from datasources.external.conform import conform

#: Names of the expression language.
TYPES = (*SCALARS, *LISTS, "listObject", "listAny")
FIELDS = frozenset({"name", "label", "type", "required", "default", "sample"})
# Types whose values are typed as they are; the others as JSON.
_TEXTS = frozenset({"string", "dateTime", "dateTimeOnly", "dateOnly"})
_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "dateTime": {"type": "string", "format": "date-time"},
    "dateTimeOnly": {"type": "string", "format": "local-date-time"},
    "dateOnly": {"type": "string", "format": "date"},
    "object": {"type": "object"},
    "any": {},
}


class NotTyped(ValueError):
    """A text that is no value of the type."""


def type_of(parameter: Mapping[str, Any]) -> str:
    return str(parameter.get("type") or "string")


def label_of(parameter: Mapping[str, Any]) -> str:
    return str(parameter.get("label") or parameter["name"])


def is_required(parameter: Mapping[str, Any]) -> bool:
    """Whether the journey must give it: unless it says otherwise, or there is a default."""
    return bool(parameter.get("required", True)) and parameter.get("default") is None


def missing_parameters(parameters: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> list[str]:
    """Names of required parameters that a journey does not give."""
    return [each["name"] for each in parameters if is_required(each) and given.get(each["name"]) is None]


def with_defaults(parameters: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values that there are, and the defaults of those that there are not."""
    there = {name: value for name, value in given.items() if value is not None}
    defaults = {each["name"]: each["default"] for each in parameters if each.get("default") is not None}
    return {**defaults, **there}


def samples_of(parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a preview shows: the samples, without one the default, else nothing."""
    return {each["name"]: each.get("sample", each.get("default", "")) for each in parameters}


def fits(type: str, value: Any) -> bool:
    """Whether a JSON value is one of the type."""
    return not conform({"value": value}, {"properties": {"value": _schema(type)}}).misfits


def _schema(type: str) -> Mapping[str, Any]:
    if type.startswith("list"):
        inner = type.removeprefix("list")
        return {"type": "array", "items": _SCHEMAS[inner[0].lower() + inner[1:]]}
    return _SCHEMAS[type]


def typed(type: str, text: str) -> Any:
    """The value that somebody typed; None for nothing. Raises ``NotTyped``."""
    if not text:
        return None
    try:
        value = text if type in _TEXTS else orjson.loads(text)
    except orjson.JSONDecodeError:
        raise NotTyped from None
    if not fits(type, value):
        raise NotTyped
    return value


def as_typed(value: Any) -> str:
    """How somebody would type it."""
    if value is None or isinstance(value, str):
        return value or ""
    return orjson.dumps(value).decode()
