"""Types from the outside: JSON Schemas (the subset that XDM uses) and JSON samples."""

from __future__ import annotations

from typing import Any

from . import types
from .errors import Failure
from .limits import INTEGER_MAX, INTEGER_MIN, SCHEMA_DEPTH
from .times import parse_any
from .types import ANY, ListType, MapType, ObjectType, Type
from .values import type_of

IDENTITY_MAP = "identityMap"
_SCALARS = {"integer": types.INTEGER, "number": types.DECIMAL, "boolean": types.BOOLEAN}
_FORMATS = {"date": types.DATE_ONLY, "date-time": types.DATE_TIME}


def from_json_schema(schema: dict[str, Any]) -> Type:
    """The type of the values that a schema describes; ``ANY`` for whatever it leaves open.

    Understands type, format date and date-time, properties, additionalProperties (a map when there are no
    properties), items, allOf, anyOf/oneOf of objects, enum, const, and ``$ref`` inside the document. Those to
    other documents have to be resolved before. A schema that contains itself is open from its second level.
    """
    return _SchemaReader(schema).read(schema, 0)


class _SchemaReader:
    """One document: the targets of ``$ref`` are read once each."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.targets: dict[str, Type] = {}

    def read(self, schema: Any, depth: int) -> Type:
        if not isinstance(schema, dict) or depth > SCHEMA_DEPTH:
            return ANY
        parts = [self._own(schema, depth)]
        if isinstance(schema.get("$ref"), str):
            parts.append(self._target(schema["$ref"], depth))
        for keyword in ("allOf", "anyOf", "oneOf"):
            if isinstance(schema.get(keyword), list):
                parts.extend(self.read(part, depth + 1) for part in schema[keyword])
        return _merged(parts)

    def _target(self, reference: str, depth: int) -> Type:
        if reference not in self.targets:
            self.targets[reference] = ANY  # what it is while it is being read: a schema may contain itself
            self.targets[reference] = self.read(_find(self.document, reference), depth + 1)
        return self.targets[reference]

    def _own(self, schema: dict[str, Any], depth: int) -> Type:
        """What the schema says itself, without what it refers to."""
        name = _type_name(schema)
        if name == "string":
            return _FORMATS.get(str(schema.get("format")), types.STRING)
        if name == "array":
            return ListType(self.read(schema.get("items"), depth + 1))
        if name == "object":
            return self._object(schema, depth)
        return _SCALARS.get(name, ANY)

    def _object(self, schema: dict[str, Any], depth: int) -> Type:
        properties = schema.get("properties")
        others = schema.get("additionalProperties")
        if isinstance(properties, dict) and properties:
            return ObjectType({name: self.read(part, depth + 1) for name, part in properties.items()})
        if isinstance(others, dict):
            return MapType(self.read(others, depth + 1))
        if schema.get("meta:xdmType") == "map":
            return MapType(ANY)
        return ANY if "type" in schema and "properties" not in schema else ObjectType()


def _type_name(schema: dict[str, Any]) -> str:
    """The one JSON type of a schema, empty when there is none or more than one."""
    named = schema.get("type")
    if isinstance(named, list):
        kinds = [kind for kind in named if kind != "null"]
        named = kinds[0] if len(kinds) == 1 else None
    if isinstance(named, str):
        return named
    if "properties" in schema or isinstance(schema.get("additionalProperties"), dict):
        return "object"
    return "array" if "items" in schema else _type_of_values(schema)


def _type_of_values(schema: dict[str, Any]) -> str:
    values = schema.get("enum") if isinstance(schema.get("enum"), list) else [schema.get("const")]
    kinds = {type_of(value) for value in values or [] if value is not None}
    names: dict[Type, str] = {
        types.STRING: "string",
        types.INTEGER: "integer",
        types.DECIMAL: "number",
        types.BOOLEAN: "boolean",
    }
    return names.get(kinds.pop(), "") if len(kinds) == 1 else ""


def _find(document: dict[str, Any], reference: str) -> Any:
    """The part of the document that ``#/definitions/x`` names, None when it is elsewhere."""
    if not reference.startswith("#"):
        return None
    part: Any = document
    for name in reference[1:].split("/")[1:]:
        name = name.replace("~1", "/").replace("~0", "~")
        part = part.get(name) if isinstance(part, dict) else None
    return part


def _merged(parts: list[Type]) -> Type:
    """One type for a value that several schemas describe; objects have the fields of all of them."""
    objects = [part for part in parts if isinstance(part, ObjectType)]
    lists = [part for part in parts if isinstance(part, ListType)]
    others = [part for part in parts if not isinstance(part, (ObjectType, ListType))]
    merged: Type = ANY
    for part in (*_one_object(objects), *_one_list(lists), *others):
        merged = part if merged is ANY else _both(merged, part)
    return merged


def _one_object(objects: list[ObjectType]) -> list[ObjectType]:
    """All in one, at once: two by two, many objects with names of their own would take quadratic time."""
    different = list({id(one): one for one in objects}.values())
    if len(different) < 2:
        return different
    fields: dict[str, list[Type]] = {}
    for one in different:
        for name, type_ in one.fields.items():
            fields.setdefault(name, []).append(type_)
    return [ObjectType({name: _merged(found) for name, found in fields.items()})]


def _one_list(lists: list[ListType]) -> list[ListType]:
    return [ListType(_merged([one.item for one in lists]))] if lists else []


def _both(left: Type, right: Type) -> Type:
    if right is ANY or left == right:
        return left
    if isinstance(left, ObjectType) and not left.fields:
        return right
    return left if isinstance(right, ObjectType) and not right.fields else types.join(left, right) or ANY


def from_sample(value: Any) -> Type:
    """The type of a JSON sample. ISO times in texts are dateTime or dateTimeOnly, days dateOnly; null is any.

    The objects of a list are taken together: a field of any of them is a field.
    """
    return _sampled(value, 0)


def _sampled(value: Any, depth: int) -> Type:
    if depth > SCHEMA_DEPTH or value is None:
        return ANY
    if isinstance(value, dict):
        return ObjectType({name: _sampled_field(name, part, depth + 1) for name, part in value.items()})
    if isinstance(value, list):
        return ListType(_sampled_items([_sampled(part, depth + 1) for part in value if part is not None]))
    if isinstance(value, str):
        return _sampled_text(value)
    if type(value) is int and not INTEGER_MIN <= value <= INTEGER_MAX:
        return types.DECIMAL
    return type_of(value)


def _sampled_field(name: str, value: Any, depth: int) -> Type:
    """XDM's ``identityMap`` is a map: which namespaces there are differs from person to person."""
    type_ = _sampled(value, depth)
    if name == IDENTITY_MAP and isinstance(type_, ObjectType):
        return MapType(_merged(list(type_.fields.values())))
    return type_


def _sampled_text(text: str) -> Type:
    try:
        return type_of(parse_any(text))
    except Failure:
        return types.STRING


def _sampled_items(items: list[Type]) -> Type:
    if not items:
        return ANY
    if all(isinstance(item, ObjectType) for item in items):
        return _merged(items)
    dates = (types.DATE_ONLY, types.DATE_TIME_ONLY, types.DATE_TIME)
    # A day among other texts was only a text that looks like one.
    if types.STRING in items:
        items = [types.STRING if item in dates else item for item in items]
    return types.join_all(items) or ANY
