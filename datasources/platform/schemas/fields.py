"""Which fields a schema has: for choosing them in forms, and for keeping only the chosen ones.

``allOf`` and references inside the document are followed; what is deeper than ``MAX_DEPTH`` names, or refers
to itself, is left out, because schemas may be recursive and people choose among a few levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

MAX_DEPTH = 12
#: A schema with more is refused: every page and every worker would carry them.
MAX_FIELDS = 10_000
# Keywords of our own at the top of a document: friendly names, and which fields hold identities, by path.
FRIENDLY_NAMES, IDENTITIES = "meta:friendlyNames", "meta:identities"
# References that lead to references: no more of them are followed.
_MAX_CHAIN = 50
_Document = Mapping[str, Any]


class Field(NamedTuple):
    """One field of a schema. ``path`` is dotted and passes through lists without a mark of its own."""

    path: str
    type: str  # as expressions name types: "string", "dateTime", "listString", "object", "map", …
    title: str
    required: bool = False
    friendly_name: str = ""
    namespace: str = ""  # of the identity that it holds

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.path.rpartition(".")[2]

    @property
    def label(self) -> str:
        """``friendly name (name)``, else ``title (name)``, else the name (technical.md, Schemas)."""
        shown = self.friendly_name or self.title
        return f"{shown} ({self.name})" if shown and shown != self.name else self.name


def fields_of(document: _Document) -> list[Field]:
    """Every field of the schema, containers before their content; at most ``MAX_FIELDS``."""
    friendly, identities = _notes(document, FRIENDLY_NAMES), _notes(document, IDENTITIES)
    found = list(islice(_walk(resolve(document, document), document, ()), MAX_FIELDS))
    return [_with_notes(field, friendly, identities) for field in found] if friendly or identities else found


def with_identity(fields: Iterable[Field], path: str, namespace: str) -> list[Field]:
    """The fields, with the one at ``path`` marked as an identity of a namespace."""
    return [field._replace(namespace=namespace) if field.path == path else field for field in fields]


def always_there(fields: Sequence[Field]) -> list[str]:
    """The paths of the fields that a valid value has: required, as is everything around them."""
    holders = {field.path.rpartition(".")[0] for field in fields}
    there = {""}
    for field in fields:
        if field.required and field.path.rpartition(".")[0] in there:
            there.add(field.path)
    return [field.path for field in fields if field.path in there - holders]


def too_many_fields(document: _Document) -> int:
    """``MAX_FIELDS`` if the schema has more, else 0."""
    walk = _walk(resolve(document, document), document, ())
    return MAX_FIELDS if next(islice(walk, MAX_FIELDS, None), None) else 0


def identities_in(document: _Document) -> dict[str, str]:
    """The namespaces of the fields that hold identities, by path."""
    noted = _notes(document, IDENTITIES).items()
    return {path: str(about.get("namespace")) for path, about in noted if isinstance(about, dict)}


def _notes(document: _Document, keyword: str) -> dict[str, Any]:
    notes = document.get(keyword)
    return notes if isinstance(notes, dict) else {}


def _with_notes(field: Field, friendly: _Document, identities: _Document) -> Field:
    about = identities.get(field.path)
    return field._replace(
        friendly_name=str(friendly.get(field.path, "")),
        namespace=str(about.get("namespace", "")) if isinstance(about, dict) else "",
    )


def resolve(schema: Any, document: _Document) -> dict[str, Any]:
    """A sub-schema with its references and ``allOf`` merged into it; ``{}`` for what is no object."""
    return _resolve(schema, document, frozenset())


def only(document: _Document, paths: Iterable[str]) -> dict[str, Any]:
    """The schema with nothing but the fields at ``paths``, what is below them, and what leads there.

    Without paths, all of it. The result holds no references and is for types, not for validation.
    """
    wanted = [tuple(path.split(".")) for path in paths]
    return _keep(resolve(document, document), document, wanted, 0)


def _walk(schema: _Document, document: _Document, path: tuple[str, ...]) -> Iterator[Field]:
    if len(path) >= MAX_DEPTH:
        return
    required = schema.get("required", ())
    for name, raw in _properties(schema).items():
        child = resolve(raw, document)
        here = (*path, name)
        yield Field(".".join(here), type_name(child, document), _title(raw, child), name in required)
        yield from _walk(_content(child, document), document, here)


def _properties(schema: _Document) -> Mapping[str, Any]:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def _content(schema: _Document, document: _Document) -> dict[str, Any]:
    """What a path goes on in: the object itself, or the elements of a list."""
    content = dict(schema)
    while isinstance(content.get("items"), dict):
        content = resolve(content["items"], document)
    return content


def _title(raw: Any, child: _Document) -> str:
    own = raw.get("title") if isinstance(raw, dict) else None
    title = own or child.get("title", "")
    return title if isinstance(title, str) else ""


def _resolve(schema: Any, document: _Document, seen: frozenset[str]) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {}
    merged: dict[str, Any] = {}
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen and len(seen) < _MAX_CHAIN:
        merged = _merge(merged, _resolve(_target(reference, document), document, seen | {reference}))
    for part in schema.get("allOf") or ():
        merged = _merge(merged, _resolve(part, document, seen))
    own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
    return _merge(merged, own)


def _target(reference: str, document: _Document) -> Any:
    """What a reference inside the document points at; nothing is looked for anywhere else."""
    if reference == "#":
        return {key: value for key, value in document.items() if key != "$ref"}
    if not reference.startswith("#/"):
        return None
    target: Any = document
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        target = target.get(name) if isinstance(target, dict) else None
    return target


def _merge(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    merged = first | second
    if "properties" in first and "properties" in second:
        merged["properties"] = _merge_properties(_properties(first), _properties(second))
    if isinstance(first.get("items"), dict) and isinstance(second.get("items"), dict):
        merged["items"] = {"allOf": [first["items"], second["items"]]}
    if "required" in first and "required" in second:
        merged["required"] = list(dict.fromkeys([*first["required"], *second["required"]]))
    return merged


def _merge_properties(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    # A field that both describe keeps both descriptions; they are merged when somebody looks into it.
    both = {name: {"allOf": [first[name], second[name]]} for name in first.keys() & second.keys()}
    return {**first, **second, **both}


def _keep(
    schema: dict[str, Any], document: _Document, wanted: Sequence[tuple[str, ...]], depth: int
) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        return {}
    kept = dict(schema)
    if isinstance(schema.get("items"), dict):
        kept["items"] = _keep(resolve(schema["items"], document), document, wanted, depth)
    if "properties" in schema:
        kept["properties"] = dict(_kept_properties(schema, document, wanted, depth))
    for inner in ("additionalProperties", "patternProperties"):
        if isinstance(schema.get(inner), dict) and inner == "additionalProperties":
            kept[inner] = _keep(resolve(schema[inner], document), document, (), depth + 1)
    kept.pop("$defs", None)
    kept.pop("definitions", None)
    return kept


def _kept_properties(
    schema: dict[str, Any], document: _Document, wanted: Sequence[tuple[str, ...]], depth: int
) -> Iterator[tuple[str, Any]]:
    for name, raw in _properties(schema).items():
        below = [path[1:] for path in wanted if path[0] == name]
        if wanted and not below:
            continue
        # Chosen as a whole: all that is below it comes along.
        rest = () if () in below else below
        yield name, _keep(resolve(raw, document), document, rest, depth + 1)


_STRING_FORMATS = {"date-time": "dateTime", "date": "dateOnly", "duration": "duration"}
_SCALARS = {"integer": "integer", "number": "decimal", "boolean": "boolean"}


def type_name(schema: _Document, document: _Document) -> str:
    """How expressions name the type of a resolved schema; "any" where it says nothing."""
    kind = _main_type(schema)
    if kind == "string":
        return _STRING_FORMATS.get(str(schema.get("format", "")), "string")
    if kind == "array":
        inner = type_name(resolve(schema.get("items"), document), document)
        return "list" if inner == "any" else f"list{inner[0].upper()}{inner[1:]}"
    if kind == "object":
        return "object" if schema.get("properties") or "additionalProperties" not in schema else "map"
    return _SCALARS.get(kind, "any")


def _main_type(schema: _Document) -> str:
    """The type beside ``null``; with several, none is the main one."""
    declared = schema.get("type")
    names = [declared] if isinstance(declared, str) else list(declared or ())
    names = [name for name in names if name != "null"]
    if len(names) == 1:
        return str(names[0])
    return "object" if not names and "properties" in schema else ""
