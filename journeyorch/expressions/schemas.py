"""Types from the outside: JSON Schemas (the subset that XDM uses) and JSON samples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import types
from .limits import INTEGER_MAX, INTEGER_MIN, SCHEMA_DEPTH
from .types import ANY, ListType, MapType, ObjectType, Type
from .values import shown_type, type_of

IDENTITY_MAP = "identityMap"
_SCALARS = {"integer": types.INTEGER, "number": types.DECIMAL, "boolean": types.BOOLEAN}
# The last is for wall clocks, which JSON Schema has no format for (datasources/external/infer.py).
_FORMATS = {
    "date": types.DATE_ONLY,
    "date-time": types.DATE_TIME,
    "local-date-time": types.DATE_TIME_ONLY,
}


def from_json_schema(schema: dict[str, Any]) -> Type:
    """The type of the values that a schema describes; ``ANY`` for whatever it leaves open.

    Understands type, format date, date-time and local-date-time, properties, additionalProperties (a map when
    there are no properties), items, allOf, anyOf/oneOf of objects, enum, const, and ``$ref`` inside the
    document. Those to other documents have to be resolved before. A schema that contains itself is open from
    its second level.
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
    return [ObjectType({name: _merged(found) for name, found in _by_name(different)})]


def _one_list(lists: list[ListType]) -> list[ListType]:
    return [ListType(_merged([one.item for one in lists]))] if lists else []


def _both(left: Type, right: Type) -> Type:
    if right is ANY or left == right:
        return left
    if isinstance(left, ObjectType) and not left.fields:
        return right
    return left if isinstance(right, ObjectType) and not right.fields else types.join(left, right) or ANY


def from_sample(value: Any) -> Type:
    """The type of a JSON sample, which tells less than a schema does (docs/expressions.md, Samples).

    A text that reads as a time is a string that may also stand for that time. Null, and the elements of an
    empty list, are of any type. Objects may have more fields than the sample shows, and the objects of a list
    are taken together: a field of any of them is a field of all.
    """
    return _known(_sampled(value, 0))


def _sampled(value: Any, depth: int) -> Type:
    """Null is of type ``NULL`` here, which any other example of the same value overrules."""
    if depth > SCHEMA_DEPTH:
        return ANY
    if isinstance(value, dict):
        fields = {name: _sampled_field(name, part, depth + 1) for name, part in value.items()}
        return ObjectType(fields, sampled=True)
    if isinstance(value, list):
        return ListType(_one_of([_sampled(part, depth + 1) for part in value]))
    if type(value) is int and not INTEGER_MIN <= value <= INTEGER_MAX:
        return types.DECIMAL
    return shown_type(value)


def _sampled_field(name: str, value: Any, depth: int) -> Type:
    """XDM's ``identityMap`` is a map: which namespaces there are differs from person to person."""
    type_ = _sampled(value, depth)
    if name == IDENTITY_MAP and isinstance(type_, ObjectType):
        return MapType(_one_of(list(type_.fields.values())))
    return type_


def _one_of(examples: list[Type]) -> Type:
    """The type of a value that is once like this, once like that; in one go, however many there are."""
    found = [type_ for type_ in examples if type_ is not types.NULL]
    objects = [type_ for type_ in found if isinstance(type_, ObjectType)]
    lists = [type_ for type_ in found if isinstance(type_, ListType)]
    maps = [type_ for type_ in found if isinstance(type_, MapType)]
    if objects and len(objects) == len(found):
        return ObjectType({name: _one_of(parts) for name, parts in _by_name(objects)}, sampled=True)
    if lists and len(lists) == len(found):
        return ListType(_one_of([type_.item for type_ in lists]))
    if maps and len(maps) == len(found):
        return MapType(_one_of([type_.value for type_ in maps]))
    return types.join_all(found) or ANY


def _by_name(objects: list[ObjectType]) -> Iterable[tuple[str, list[Type]]]:
    fields: dict[str, list[Type]] = {}
    for one in objects:
        for name, type_ in one.fields.items():
            fields.setdefault(name, []).append(type_)
    return fields.items()


def _known(type_: Type) -> Type:
    """The type with ``ANY`` where no example said anything."""
    if type_ is types.NULL:
        return ANY
    if isinstance(type_, ListType):
        return ListType(_known(type_.item))
    if isinstance(type_, MapType):
        return MapType(_known(type_.value))
    if isinstance(type_, ObjectType):
        fields = {name: _known(part) for name, part in type_.fields.items()}
        return ObjectType(fields, type_.sampled)
    return type_
