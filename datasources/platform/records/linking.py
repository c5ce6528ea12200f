"""Records beside the fields that refer to them: in schemas, to be chosen, and in events, to be read. Pure.

A link puts the record under its own name beside the field, so that ``items.sku`` with the link ``product``
gives ``items.product.title``. A record that is not there is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from datasources.platform.schemas.fields import FRIENDLY_NAMES, only, resolve

Path = tuple[str, ...]
#: The schema of a record and its key, by which it is found.
Key = tuple[int, str]


class Link(NamedTuple):
    """``path``: the field that refers; lists on the way have no mark of their own."""

    path: Path
    name: str
    target_id: int
    target: Mapping[str, Any]  # the document of the records' schema
    title: str = ""

    @property
    def place(self) -> Path:
        """Where the record stands."""
        return (*self.path[:-1], self.name)


def linked_document(document: Mapping[str, Any], links: Iterable[Link]) -> dict[str, Any]:
    """The schema with the fields of the records: for choosing and for types, not for validation."""
    linked = dict(document)
    for link in links:
        record = {**only(link.target, ()), "title": link.title}
        overlay = _overlay(resolve(document, document), document, link.place, record)
        linked["allOf"] = [*(linked.get("allOf") or ()), overlay]
        names = link.target.get(FRIENDLY_NAMES) or {}
        below = {".".join((*link.place, path)): name for path, name in names.items()}
        linked[FRIENDLY_NAMES] = {**below, **(linked.get(FRIENDLY_NAMES) or {})}
    return linked


def _overlay(
    schema: Mapping[str, Any], document: Mapping[str, Any], place: Path, record: Mapping[str, Any]
) -> dict[str, Any]:
    if isinstance(schema.get("items"), Mapping):
        return {"items": _overlay(resolve(schema["items"], document), document, place, record)}
    name, *rest = place
    if not rest:
        return {"properties": {name: record}}
    below = resolve((schema.get("properties") or {}).get(name), document)
    return {"properties": {name: _overlay(below, document, tuple(rest), record)}}


def looked_at(link: Link, paths: Iterable[Path]) -> set[Path]:
    """Of the paths that are read of an event, what they read of the record; the empty path is all of it."""
    place, found = link.place, set[Path]()
    for path in paths:
        if path[: len(place)] == place:
            found.add(path[len(place) :])
        elif place[: len(path)] == path:
            found.add(())
    return found


def keys_in(entity: Mapping[str, Any], link: Link) -> Iterator[Key]:
    """What an event's field refers to; several where it stands in a list."""
    for holder in _holders(entity, link.path[:-1]):
        value = holder.get(link.path[-1])
        if isinstance(value, str) and value:
            yield link.target_id, value


def _holders(value: Any, path: Path) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _holders(item, path)
    elif isinstance(value, Mapping) and path:
        yield from _holders(value.get(path[0]), path[1:])
    elif isinstance(value, Mapping):
        yield value


def with_record(
    entity: Mapping[str, Any], link: Link, records: Mapping[Key, Any], paths: Iterable[Path]
) -> Any:
    """The event with ``paths`` of the records that the field refers to; the event itself stays as it is."""
    wanted = list(paths)
    return _placed(entity, link, link.path[:-1], records, wanted)


def _placed(value: Any, link: Link, path: Path, records: Mapping[Key, Any], wanted: list[Path]) -> Any:
    if isinstance(value, list):
        return [_placed(item, link, path, records, wanted) for item in value]
    if not isinstance(value, Mapping):
        return value
    if path:
        below = value.get(path[0])
        if below is None:
            return value
        return {**value, path[0]: _placed(below, link, path[1:], records, wanted)}
    key = value.get(link.path[-1])
    record = records.get((link.target_id, key)) if isinstance(key, str) else None
    return {**value, link.name: None if record is None else _part(record, wanted)}


def _part(value: Any, wanted: list[Path]) -> Any:
    """Only what stands at the paths: people carry it with them through the whole journey."""
    if isinstance(value, list):
        return [_part(item, wanted) for item in value]
    if () in wanted or not isinstance(value, Mapping):
        return value
    names = dict.fromkeys(path[0] for path in wanted)
    below = {name: [path[1:] for path in wanted if path[0] == name] for name in names}
    return {name: _part(value[name], below[name]) for name in names if name in value}
