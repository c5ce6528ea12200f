"""The published XDM files, their examples, and an example in the names of messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from datasources.platform.schemas.xdm.names import address_steps, wire_path
from datasources.platform.schemas.xdm.reading import Part, read_part


class Example(NamedTuple):
    name: str
    uri: str
    value: Any


@cache
def published(folder: Path) -> dict[str, Part]:
    """Every piece by its ``$id``."""
    parts = [read_part(json.loads(path.read_text())) for path in sorted(folder.rglob("*.schema.json"))]
    return {part.uri: part for part in parts if part}


def examples(folder: Path) -> Iterator[Example]:
    """Each example with the schema beside which it lies."""
    for path in sorted(folder.rglob("*.example.*.json")):
        stem = path.name.partition(".")[0]
        beside = path.with_name(f"{stem}.schema.json")
        if beside.exists():
            uri = json.loads(beside.read_text())["$id"]
            yield Example(str(path.relative_to(folder)), uri, json.loads(path.read_text()))


def on_the_wire(value: Any, within: tuple[str, ...] = (), *, is_map: bool = False) -> Any:
    """Published examples in the names of messages; the keys of maps are data and stay."""
    if isinstance(value, list):
        return [on_the_wire(each, within) for each in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if is_map:
            found[name] = on_the_wire(inner)
        elif name != "@context":
            content = on_the_wire(inner, address_steps(name), is_map=name in MAPS)
            _put(found, wire_path(name, within), content)
    return found


MAPS = {"xdm:identityMap"}


def _put(target: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        target = target.setdefault(name, {})
    target[path[-1]] = value
