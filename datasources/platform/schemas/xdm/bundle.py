"""Puts pieces together into one self-contained JSON Schema 2020-12, in the names that messages use.

Every ``$ref`` becomes one entry of ``$defs``, made once: a document grows with the number of things it refers
to, never with the number of ways that lead there, and may refer to itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from datasources.platform.schemas import dialect
from datasources.platform.schemas.xdm.names import address_steps, wire_path
from datasources.platform.schemas.xdm.reading import Document
from journeyorch.phrases import phrase

FRIENDLY, IDENTITY = "meta:friendlyName", "meta:identity"
# Linked-data context: messages of this kind have none.
_CONTEXT = "https://ns.adobe.com/xdm/common/extensible"
_KEPT = {
    *dialect.LISTS,
    *dialect.SINGLE,
    *(key for key in dialect.NAMED if key not in ("definitions", "$defs")),
    *("type", "enum", "const", "format", "pattern", "required", "title", "description", "default"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
    *("dependentRequired", "meta:enum", "meta:xdmType", FRIENDLY, IDENTITY),
}
_MAX_DEFINITIONS = 3000


class CannotBundle(ValueError):
    """The pieces do not make a schema; the message says why, for people."""


class Bundle:
    """Collects in ``definitions`` whatever the pieces refer to.

    ``library`` holds documents as they were published, by ``$id``; ``missing`` what is in none of them.
    """

    def __init__(self, library: Mapping[str, Mapping[str, Any]]) -> None:
        self.library = library
        self.definitions: dict[str, Any] = {}
        self.missing: set[str] = set()
        self._names: dict[tuple[str, tuple[str, ...]], str] = {}
        # What has a name and is still to be converted: not by recursion, because pieces may refer to each
        # other in a chain of any length.
        self._waiting: list[tuple[str, Any, str, tuple[str, ...]]] = []

    def reference(self, uri: str) -> Document:
        """``{"$ref": …}`` to the entry of ``definitions`` for a piece; ``CannotBundle`` if it is too much."""
        found = self._refer(uri, ())
        while self._waiting:
            name, target, base, within = self._waiting.pop()
            self.definitions[name] = self._convert(target, base, within)
        return found

    def _refer(self, uri: str, within: tuple[str, ...]) -> Document:
        """To a piece, or to a part of it after ``#``; what it is comes later."""
        base, _, fragment = uri.partition("#")
        target = _part_of(self.library.get(base), fragment)
        if target is None:
            self.missing.add(uri)
            return {}
        key = (uri, within)
        if key not in self._names:
            self._names[key] = name = self._free_name(uri)
            self.definitions[name] = {}
            self._waiting.append((name, target, base, within))
        return {"$ref": f"#/$defs/{self._names[key]}"}

    def _free_name(self, uri: str) -> str:
        if len(self.definitions) >= _MAX_DEFINITIONS:
            raise CannotBundle(
                phrase("It refers to more than {most} other definitions.", most=_MAX_DEFINITIONS)
            )
        stem = uri.rstrip("#/").rpartition("/")[2].replace("~", "_").replace("%", "_") or "schema"
        name, number = stem, 1
        while name in self.definitions:
            number += 1
            name = f"{stem}-{number}"
        return name

    def _convert(self, schema: Any, base: str, within: tuple[str, ...]) -> Any:
        if not isinstance(schema, dict):
            return schema
        if dialect.is_old(self.library[base]):
            schema = dialect.translated(schema)
        new = {key: value for key, value in schema.items() if key in _KEPT}
        new = dialect.map_inner(
            {key: value for key, value in new.items() if key not in ("properties", "patternProperties")},
            lambda inner: self._convert(inner, base, within),
        )
        _leave_out_nothing(new)
        self._add_fields(new, schema, base, within)
        if isinstance(schema.get("$ref"), str) and not _is_context(_absolute(schema["$ref"], base)):
            new |= self._refer(_absolute(schema["$ref"], base), within)
        return new

    def _add_fields(
        self, new: Document, schema: Mapping[str, Any], base: str, within: tuple[str, ...]
    ) -> None:
        """The properties under the names of messages; one may stand several objects deep."""
        new.pop("required", None)
        properties = schema.get("properties")
        for name, inner in properties.items() if isinstance(properties, dict) else ():
            if name != "@context":
                field = self._convert(inner, base, address_steps(name))
                _put(new, wire_path(name, within), field)
        patterns = schema.get("patternProperties")
        for pattern, inner in patterns.items() if isinstance(patterns, dict) else ():
            # A pattern of web addresses: in messages those are spelled out as objects.
            if "://" not in pattern:
                kept = new.setdefault("patternProperties", {})
                kept[pattern.replace("xdm:", "")] = self._convert(inner, base, ())
        required = schema.get("required")
        for name in required if isinstance(required, list) else ():
            if isinstance(name, str):
                _require(new, wire_path(name, within))


def put_field(schema: Document, path: Sequence[str], field: Document) -> None:
    """Add a field at a path of names, with the objects that lead there."""
    _put(schema, path, field)


def require(schema: Document, path: Sequence[str]) -> None:
    """Make the field at a path required, with the objects that lead there."""
    _require(schema, path)


def bundled(library: Mapping[str, Mapping[str, Any]], uri: str) -> tuple[Document, set[str]]:
    """One piece as a document of its own, and the references that are in no piece of the library."""
    bundle = Bundle(library)
    document = {"$schema": dialect.DIALECT, **bundle.reference(uri), "$defs": bundle.definitions}
    return document, bundle.missing


def references_of(document: Mapping[str, Any], uri: str) -> Iterator[str]:
    """The pieces, without what follows ``#``, that a piece refers to."""
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and not _is_context(absolute := _absolute(reference, uri)):
                yield absolute.partition("#")[0]
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _absolute(reference: str, base: str) -> str:
    return base + reference if reference.startswith("#") else reference


def _is_context(reference: str) -> bool:
    return reference.partition("#")[0] == _CONTEXT


def _part_of(document: Any, fragment: str) -> Any:
    """What a JSON pointer names in a document; ``None`` if it is not there."""
    part = document
    for step in fragment.split("/")[1:]:
        part = part.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(part, dict) else None
    return part


def _leave_out_nothing(schema: Document) -> None:
    """``allOf`` of nothing is no schema; it becomes that when the context is left out."""
    if "allOf" in schema:
        schema["allOf"] = [part for part in schema["allOf"] if part != {}]
        if not schema["allOf"]:
            del schema["allOf"]


def _put(schema: Document, path: Sequence[str], field: Document) -> None:
    for name in path[:-1]:
        properties = schema.setdefault("properties", {})
        schema = properties.setdefault(name, {"type": "object"})
    properties = schema.setdefault("properties", {})
    there = properties.get(path[-1])
    properties[path[-1]] = field if there is None else {"allOf": [there, field]}


def _require(schema: Document, path: Sequence[str]) -> None:
    for name in path:
        required = schema.setdefault("required", [])
        if name not in required:
            required.append(name)
        inner = schema.get("properties", {}).get(name)
        if not isinstance(inner, dict):
            return
        schema = inner
