"""What a pasted sample tells about an API's answers: names and types as JSON Schema. Pure.

The schema is what users correct and expressions refer to. Its leaves are the types of expressions.md:
``integer``, ``number``, ``boolean``, ``string``, and strings with the formats ``date`` (dateOnly),
``date-time`` (dateTime) and ``local-date-time`` (dateTimeOnly). ``{}`` means that the sample does not tell:
null, mixed or empty lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from journeyorch.expressions.errors import Failure
from journeyorch.expressions.limits import INTEGER_MAX, INTEGER_MIN
from journeyorch.expressions.times import parse_any
from journeyorch.phrases import phrase, sentence

Schema = dict[str, Any]

MAX_DEPTH = 20
UNKNOWN: Schema = {}
_TOO_DEEP = sentence("The sample is nested more than {most} deep. Leave out the inner parts.")


class SampleProblem(ValueError):
    """The sample cannot be used. The text is one sentence for people."""


def infer(sample: Any) -> Schema:
    """The schema of a sample answer, which must be an object; raises ``SampleProblem``."""
    if not isinstance(sample, dict):
        raise SampleProblem(phrase('The sample must be a JSON object, such as {"temperature": 12.5}.'))
    return _schema_of(sample, depth=0)


def _schema_of(value: Any, *, depth: int) -> Schema:
    if depth > MAX_DEPTH:
        raise SampleProblem(_TOO_DEEP(most=MAX_DEPTH))
    if isinstance(value, dict):
        fields = {str(name): _schema_of(item, depth=depth + 1) for name, item in value.items()}
        return {"type": "object", "properties": fields}
    if isinstance(value, list):
        return {"type": "array", "items": _common(_schema_of(item, depth=depth + 1) for item in value)}
    return _leaf(value)


def _leaf(value: Any) -> Schema:
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int) and INTEGER_MIN <= value <= INTEGER_MAX:
        return {"type": "integer"}
    if isinstance(value, (int, float)):
        return {"type": "number"}
    if isinstance(value, str):
        return {"type": "string", **_format(value)}
    return UNKNOWN


def _format(text: str) -> dict[str, str]:
    try:
        value = parse_any(text)
    except Failure:
        return {}
    if not hasattr(value, "tzinfo"):
        return {"format": "date"}
    return {"format": "local-date-time" if value.tzinfo is None else "date-time"}


def _common(schemas: Iterable[Schema]) -> Schema:
    """The schema of all elements of a list; nulls say nothing, and a mixture is unknown."""
    known = [schema for schema in schemas if schema != UNKNOWN]
    if not known:
        return UNKNOWN
    common = known[0]
    for schema in known[1:]:
        common = _joined(common, schema)
    return common


def _joined(left: Schema, right: Schema) -> Schema:
    if left == right:
        return left
    kinds = {left.get("type"), right.get("type")}
    if kinds == {"object"}:
        return {"type": "object", "properties": _joined_fields(left["properties"], right["properties"])}
    if kinds == {"array"}:
        return {"type": "array", "items": _common((left["items"], right["items"]))}
    if kinds == {"integer", "number"}:
        return {"type": "number"}
    # Texts of which only some look like times are texts.
    return {"type": "string"} if kinds == {"string"} else UNKNOWN


def _joined_fields(left: Mapping[str, Schema], right: Mapping[str, Schema]) -> dict[str, Schema]:
    names = dict.fromkeys((*left, *right))
    return {name: _common(fields[name] for fields in (left, right) if name in fields) for name in names}


def extended(known: Schema, sample: Any) -> Schema:
    """A schema with the fields that a sample has besides: what is known, and may be corrected, stays."""
    return _with(known, infer(sample)) if known else infer(sample)


def _with(known: Schema, seen: Schema) -> Schema:
    if known == UNKNOWN:
        return seen
    if known.get("type") == seen.get("type") == "object":
        fields = {**seen["properties"], **known["properties"]}
        both = known["properties"].keys() & seen["properties"].keys()
        merged = {name: _with(known["properties"][name], seen["properties"][name]) for name in both}
        return {**known, "properties": {**fields, **merged}}
    if known.get("type") == seen.get("type") == "array":
        return {**known, "items": _with(known.get("items", UNKNOWN), seen["items"])}
    return known


def leaves(schema: Mapping[str, Any], path: str = "") -> Iterable[tuple[str, str]]:
    """Every field of a schema with the name of its type, such as ("main.temperature", "decimal")."""
    kind = schema.get("type")
    if kind == "object":
        for name, inner in schema.get("properties", {}).items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif kind == "array" and schema.get("items", {}).get("type") == "object":
        yield from leaves(schema["items"], f"{path}[]")
    elif kind == "array":
        inner = type_name(schema.get("items", {}))
        yield path, f"list{inner[0].upper()}{inner[1:]}"
    else:
        yield path, type_name(schema)


_NAMES = {
    "integer": "integer",
    "number": "decimal",
    "boolean": "boolean",
    "object": "object",
    "array": "list",
}
_FORMATS = {"date": "dateOnly", "date-time": "dateTime", "local-date-time": "dateTimeOnly"}


def type_name(schema: Mapping[str, Any]) -> str:
    """The name of a schema's type in expressions."""
    kind = schema.get("type")
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), "string")
    return _NAMES.get(str(kind), "any")


_SCALARS: Mapping[str, Schema] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    **{name: {"type": "string", "format": format_} for format_, name in _FORMATS.items()},
    "any": UNKNOWN,
}
_SCHEMAS: Mapping[str, Schema] = {
    **_SCALARS,
    **{f"list{name[0].upper()}{name[1:]}": {"type": "array", "items": one} for name, one in _SCALARS.items()},
}
#: The types that a field without fields of its own can be given.
TYPES = tuple(_SCHEMAS)


def with_types(schema: Schema, types: Mapping[str, str], path: str = "") -> Schema:
    """The schema with other ``TYPES`` for some of its ``leaves``, by their paths."""
    kind = schema.get("type")
    if kind == "object":
        fields = {
            name: with_types(inner, types, f"{path}.{name}" if path else name)
            for name, inner in schema.get("properties", {}).items()
        }
        return {**schema, "properties": fields}
    if kind == "array" and schema.get("items", {}).get("type") == "object":
        return {**schema, "items": with_types(schema["items"], types, f"{path}[]")}
    if path not in types:
        return schema
    kept = {name: value for name, value in schema.items() if name not in ("type", "format", "items")}
    return {**kept, **_SCHEMAS[types[path]]}


_WHOLE = phrase("The fields")
_KINDS = ("array", "boolean", "integer", "number", "object", "string")


def problems(schema: Any, path: str = "") -> Iterable[str]:
    """What is wrong with corrected fields, as sentences; nothing for a schema that can be used."""
    where = path or _WHOLE
    if not isinstance(schema, dict):
        yield phrase("{where} must be a JSON object.", where=where)
    elif path.count(".") > MAX_DEPTH:
        yield phrase("{where} is nested more than {most} deep.", where=where, most=MAX_DEPTH)
    elif not path and schema.get("type") != "object":
        yield phrase('The fields must have "type": "object" and "properties".')
    elif "type" in schema and schema["type"] not in _KINDS:
        kinds = ", ".join(_KINDS)
        yield phrase("{where} must have one of these types: {types}.", where=where, types=kinds)
    elif schema.get("format", "date") not in tuple(_FORMATS):
        formats = ", ".join(_FORMATS)
        yield phrase(
            "{where} must have one of these formats or none: {formats}.", where=where, formats=formats
        )
    else:
        yield from _inner_problems(schema, path)


def _inner_problems(schema: Mapping[str, Any], path: str) -> Iterable[str]:
    if schema.get("type") == "object":
        fields = schema.get("properties")
        if not isinstance(fields, dict):
            yield phrase('{where} must have "properties", an object.', where=path or _WHOLE)
            return
        for name, inner in fields.items():
            yield from problems(inner, f"{path}.{name}" if path else name)
    elif schema.get("type") == "array":
        yield from problems(schema.get("items", {}), f"{path}[]")
