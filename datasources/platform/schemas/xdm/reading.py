"""What one JSON document of an import is: class, field group, data type, descriptor, or none of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from journeyorch.phrases import phrase

Document = dict[str, Any]

RECORD, TIME_SERIES = "https://ns.adobe.com/xdm/data/record", "https://ns.adobe.com/xdm/data/time-series"
ADHOC = "https://ns.adobe.com/xdm/data/adhoc"
BEHAVIORS = (RECORD, TIME_SERIES, ADHOC)
EVENT, PROFILE = (
    "https://ns.adobe.com/xdm/context/experienceevent",
    "https://ns.adobe.com/xdm/context/profile",
)

#: Deeper ones are refused: no real schema is, and what walks through them must end.
MAX_DEPTH = 100
_MAX_URI = 300


class Part(NamedTuple):
    """One importable piece of a schema."""

    uri: str  # its $id
    kind: str  # "class", "group" or "type"
    title: str
    description: str
    extends: tuple[str, ...]  # of a class: its behaviors; of a group: the classes it is for, none: any
    status: str  # "stable", "experimental", "deprecated"; "" if it says nothing
    document: Document


class Descriptor(NamedTuple):
    """What is said about a field outside the schema that holds it."""

    uri: str  # the schema
    path: tuple[str, ...]  # names as the schema spells them
    friendly_name: str = ""
    namespace: str = ""  # it is an identity
    is_primary: bool = False


class Unreadable(ValueError):
    """A document that claims to be a schema and is none; the message says why, for people."""


def read_part(document: Any) -> Part | None:
    """The piece that a document describes; ``None`` if it does not claim to be a schema with a name."""
    if not _claims_to_be_a_schema(document):
        return None
    uri = document["$id"].rstrip("#")
    if len(uri) > _MAX_URI:
        raise Unreadable(phrase("Its $id has more than {most} characters.", most=_MAX_URI))
    if depth_of(document) > MAX_DEPTH:
        raise Unreadable(phrase("It is nested deeper than {levels} levels.", levels=MAX_DEPTH))
    extends, intended = _texts(document.get("meta:extends")), document.get("meta:intendedToExtend")
    kind = "type"
    if any(base in BEHAVIORS for base in extends):
        kind = "class"
    elif isinstance(intended, list):
        kind, extends = "group", _texts(intended)
    return Part(
        uri=uri,
        kind=kind,
        title=_text(document.get("title"))[:200] or uri.rpartition("/")[2],
        description=_text(document.get("description")),
        extends=extends if kind != "type" else (),
        status=_text(document.get("meta:status"))[:20],
        document=document,
    )


def read_descriptors(document: Any) -> Iterator[Descriptor]:
    """The friendly names and identities that a document, or a list of them, declares."""
    for each in document if isinstance(document, list) else [document]:
        if not isinstance(each, dict) or not isinstance(each.get("xdm:sourceSchema"), str):
            continue
        path = tuple(step for step in _text(each.get("xdm:sourceProperty")).split("/") if step)
        about = Descriptor(each["xdm:sourceSchema"], path)
        if each.get("@type") == "xdm:alternateDisplayInfo" and (name := _in_english(each.get("xdm:title"))):
            yield about._replace(friendly_name=name[:200])
        elif each.get("@type") == "xdm:descriptorIdentity" and (name := _text(each.get("xdm:namespace"))):
            yield about._replace(namespace=name, is_primary=each.get("xdm:isPrimary") in (True, 1))


def depth_of(value: Any) -> int:
    """How deep a JSON value is nested; without recursion, because that is what it protects from."""
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [inner for outer in level for inner in _inner(outer) if isinstance(inner, dict | list)]
    return deepest


def _inner(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _claims_to_be_a_schema(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("$id"), str)
        and bool(document["$id"])
        and any(key in document for key in ("$schema", "type", "properties", "allOf", "definitions", "$defs"))
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _in_english(titles: Any) -> str:
    """A title may be given in several languages; English, else whichever comes first."""
    if isinstance(titles, Mapping):
        return _text(titles.get("en_us") or next(iter(titles.values()), ""))
    return _text(titles)
