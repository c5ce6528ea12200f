"""Sample values from a schema: what data of it may look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from datasources.platform.schemas.fields import only, resolve
from datasources.platform.schemas.validate import NotASchema, Validator

_TIME = "2026-01-31T12:00:00Z"
_BY_FORMAT = {
    "date-time": _TIME,
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "name@example.com",
    "uri": "https://example.com/",
    "uri-reference": "https://example.com/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
# Codes of currencies, countries, regions and languages, numbers, years, days, media types.
_USUAL = ("text", "EUR", "AT", "AT-9", "en", "1", "42", "2026", "12-31", "text/plain", "a1", "A", "+431")
_MAX_ITEMS = 200
# So many references inside one another; the number of values may grow with each.
_MAX_CHAIN = 3


def sample_of(document: Mapping[str, Any], paths: Iterable[str] = ()) -> dict[str, Any]:
    """An object with a value for every field at ``paths``, and below; without paths, for all fields.

    What refers to something around it, as nodes of a tree do, is there once.
    """
    return dict(_sample(only(document, paths), document, frozenset()))


# The references followed on the way to a value: those in choices, the others ``only`` has followed already.
_Above = frozenset[str]


def _sample(raw: Any, document: Mapping[str, Any], above: _Above) -> Any:
    schema, above = resolve(raw, document), above | _references(raw)
    for choice in ("oneOf", "anyOf"):
        if schema.get(choice):
            chosen = next((each for each in schema[choice] if _has_an_end(each, above)), {"type": "null"})
            schema, above = {**schema, **resolve(chosen, document)}, above | _references(chosen)
    given = schema.get("default")
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return given if given in schema["enum"] else schema["enum"][0]
    if given is not None:
        return given
    declared = schema.get("type", "object" if "properties" in schema else "string")
    names = declared if isinstance(declared, list) else [declared]
    make = _MAKERS.get(next((name for name in names if name != "null"), "null"), _nothing)
    return make(schema, document, above)


def _references(raw: Any) -> _Above:
    """What a schema refers to, itself or in a part of it."""
    if not isinstance(raw, dict):
        return frozenset()
    own = {raw["$ref"]} if isinstance(raw.get("$ref"), str) else set()
    return frozenset(own.union(*map(_references, raw.get("allOf") or ())))


def _has_an_end(raw: Any, above: _Above) -> bool:
    references = _references(raw)
    if references and not (references.isdisjoint(above) and len(above) < _MAX_CHAIN):
        return False
    choices = (raw.get("oneOf") or raw.get("anyOf")) if isinstance(raw, dict) else None
    return not choices or any(_has_an_end(each, above | references) for each in choices)


def _object(schema: Mapping[str, Any], document: Mapping[str, Any], above: _Above) -> dict[str, Any]:
    properties = (schema.get("properties") or {}).items()
    sample = {
        name: _sample(inner, document, above) for name, inner in properties if _has_an_end(inner, above)
    }
    values = schema.get("additionalProperties")
    if sample or not isinstance(values, dict) or not _has_an_end(values, above):
        return sample
    return {"key": _sample(values, document, above)}


def _array(schema: Mapping[str, Any], document: Mapping[str, Any], above: _Above) -> list[Any]:
    items = schema.get("items")
    if not isinstance(items, dict) or not _has_an_end(items, above):
        return []
    return [_sample(items, document, above)] * int(min(max(1, schema.get("minItems", 1)), _MAX_ITEMS))


def _string(schema: Mapping[str, Any], *_: Any) -> str:
    text = _BY_FORMAT.get(str(schema.get("format", "")), "text")
    if isinstance(schema.get("pattern"), str):
        return _matching(schema["pattern"]) or text
    most = schema.get("maxLength")
    return text.ljust(int(schema.get("minLength", 0)), "t")[: most if most is None else int(most)]


@lru_cache(maxsize=1000)
def _matching(pattern: str) -> str:
    """The first of some usual texts that matches; "" if none does."""
    try:
        rule = Validator({"pattern": pattern})
    except NotASchema:
        return ""
    return next((text for text in _USUAL if rule.is_valid(text)), "")


def _integer(schema: Mapping[str, Any], *_: Any) -> int:
    return int(_within(schema, 1))


def _number(schema: Mapping[str, Any], *_: Any) -> float:
    return _within(schema, 1.5)


def _within(schema: Mapping[str, Any], value: float) -> float:
    return min(max(value, schema.get("minimum", value)), schema.get("maximum", value))


def _nothing(_schema: Mapping[str, Any], *_: Any) -> None:
    return None


_MAKERS: Mapping[str, Any] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": lambda *_: True,
}
