"""A form for a payload: one control for each plain field of a schema, and back to an entity. Pure.

Objects are gone into; what has no control of its own (lists, maps) is written as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import orjson

from datasources.platform.schemas.fields import only, resolve
from journeyorch.phrases import phrase, sentence

# Deeper than any payload that somebody fills in by hand.
_DEEPEST = 12
_MOST = 300
_MISSING = object()
_PLAIN = ("string", "integer", "number", "boolean")


class Control(NamedTuple):
    """One control; ``kind``: text, integer, number, boolean, choice, time, date or json."""

    path: tuple[str, ...]
    title: str
    kind: str
    choices: tuple[Any, ...] = ()
    required: bool = False

    @property
    def name(self) -> str:
        """Of the form's field."""
        return "field:" + ".".join(self.path)


class NotFitting(Exception):
    """A text is no value of its field's type; the message says what is expected."""


def controls_of(
    document: Mapping[str, Any], *, fields: Sequence[str], without: Sequence[str]
) -> list[Control]:
    """The controls of a schema's chosen fields (empty: all), without those below the names ``without``."""
    chosen = [*fields, *document.get("required", ())] if fields else ()
    found = _controls(only(document, chosen), document, (), required=True)
    return [control for control in islice(found, _MOST) if control.path[0] not in without]


def _controls(
    raw: Any, document: Mapping[str, Any], path: tuple[str, ...], *, required: bool
) -> Iterator[Control]:
    schema = resolve(raw, document)
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and len(path) < _DEEPEST:
        needed = set(schema.get("required", ())) if required else set()
        for name, inner in properties.items():
            yield from _controls(inner, document, (*path, name), required=name in needed)
    elif path:
        title = str(schema.get("title") or ".".join(path))
        yield Control(path, title, _kind(schema), tuple(_choices(schema)), required)


def _choices(schema: Mapping[str, Any]) -> Sequence[Any]:
    return [schema["const"]] if "const" in schema else schema.get("enum") or ()


def _kind(schema: Mapping[str, Any]) -> str:
    if _choices(schema):
        return "choice"
    declared = schema.get("type", "")
    names = [name for name in (declared if isinstance(declared, list) else [declared]) if name != "null"]
    kind = names[0] if len(names) == 1 and names[0] in _PLAIN else "json"
    if kind == "string":
        return {"date-time": "time", "date": "date"}.get(str(schema.get("format")), "text")
    return kind


def entity_from(controls: Sequence[Control], given: Mapping[str, str]) -> dict[str, Any]:
    """The entity that a filled form means; empty controls are left out. Raises ``NotFitting``."""
    entity: dict[str, Any] = {}
    for control in controls:
        text = given.get(control.name, "")
        if text.strip():
            _put(entity, control.path, read(control, text))
    return entity


def texts_of(controls: Sequence[Control], entity: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the controls for an entity, by their names."""
    found = ((control, _get(entity, control.path)) for control in controls)
    return {control.name: _text(control, value) for control, value in found if value is not _MISSING}


def read(control: Control, text: str) -> Any:
    """A control's text as a value of its type. Raises ``NotFitting``."""
    try:
        if control.kind == "choice":
            return next(choice for choice in control.choices if _text(control, choice) == text)
        if control.kind in ("text", "time", "date"):
            return text
        value = orjson.loads(text)
    except (StopIteration, orjson.JSONDecodeError):
        value = _MISSING
    if not _fits(control.kind, value):
        raise NotFitting(_MISFIT(title=control.title, expected=_EXPECTED[control.kind]))
    return value


_EXPECTED = {
    "choice": phrase("value of the list"),
    "integer": phrase("whole number"),
    "number": phrase("number"),
    "boolean": phrase("yes or no"),
    "json": phrase("JSON"),
}
_MISFIT = sentence("“{title}” is no {expected}; correct it.", "expected")


def _fits(kind: str, value: Any) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in ("integer", "number"):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and (kind == "number" or float(value).is_integer())
    return value is not _MISSING


def _text(control: Control, value: Any) -> str:
    return value if isinstance(value, str) and control.kind != "json" else orjson.dumps(value).decode()


def _put(entity: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        entity = entity.setdefault(name, {})
    entity[path[-1]] = value


def _get(entity: Any, path: Sequence[str]) -> Any:
    for name in path:
        entity = entity.get(name, _MISSING) if isinstance(entity, Mapping) else _MISSING
    return entity
