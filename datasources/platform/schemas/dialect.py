"""JSON Schema draft-06 put into the words of 2020-12, which is what leaves this house.

The meaning stays: what draft-06 ignores beside ``$ref`` is left out, because 2020-12 would not ignore it.
``definitions`` keeps its name, so that pointers into it stay right; 2020-12 knows it still.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ANNOTATIONS = {"title", "description", "default", "examples", "definitions", "$defs", "$id", "$schema"}
# Keywords that hold one schema, a list of them, or schemas by name.
SINGLE = (
    "additionalProperties",
    "propertyNames",
    "items",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedProperties",
    "unevaluatedItems",
)
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("properties", "patternProperties", "definitions", "$defs", "dependentSchemas")


def as_2020_12(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document in JSON Schema 2020-12; one that says it is 2020-12 or newer stays as it is."""
    if not is_old(document):
        return {"$schema": DIALECT, **document}
    return _upgraded(document) | {"$schema": DIALECT}


def is_old(document: Mapping[str, Any]) -> bool:
    """Whether the document says that it is written in a draft of before 2019."""
    return "//json-schema.org/draft-0" in str(document.get("$schema", ""))


def translated(schema: Mapping[str, Any]) -> dict[str, Any]:
    """One level of a draft-06 schema in the words of 2020-12; what it holds is not touched."""
    if isinstance(schema.get("$ref"), str):
        schema = {
            key: value
            for key, value in schema.items()
            if key == "$ref" or key in _ANNOTATIONS or ":" in key  # "meta:…", "xdm:…": no rules
        }
    new = {key: value for key, value in schema.items() if key not in ("dependencies", "additionalItems")}
    new |= _of_dependencies(schema.get("dependencies"))
    if isinstance(schema.get("items"), list):
        new["prefixItems"] = new.pop("items")
        if "additionalItems" in schema:
            new["items"] = schema["additionalItems"]
    if str(schema.get("$id", "")).startswith("#"):
        new["$anchor"] = new.pop("$id")[1:]
    return new


def map_inner(schema: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The schema with every schema directly inside it changed."""
    new = dict(schema)
    for key in SINGLE:
        if isinstance(new.get(key), dict):
            new[key] = change(new[key])
    for key in LISTS:
        if isinstance(new.get(key), list):
            new[key] = [change(part) for part in new[key]]
    for key in NAMED:
        if isinstance(new.get(key), dict):
            new[key] = {name: change(part) for name, part in new[key].items()}
    return new


def _upgraded(schema: Any) -> Any:
    return map_inner(translated(schema), _upgraded) if isinstance(schema, dict) else schema


def _of_dependencies(dependencies: Any) -> dict[str, Any]:
    """Draft-06 writes two things into one keyword: required names, and schemas."""
    if not isinstance(dependencies, dict):
        return {}
    names = {name: value for name, value in dependencies.items() if isinstance(value, list)}
    schemas = {name: value for name, value in dependencies.items() if not isinstance(value, list)}
    found = {"dependentRequired": names, "dependentSchemas": schemas}
    return {key: value for key, value in found.items() if value}
