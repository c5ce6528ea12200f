"""A record of a file as something that can be applied to people, or why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from datasources.platform.namespaces.identities import SeenIdentity, identities_of
from datasources.platform.namespaces.standard import NamespaceInfo
from datasources.platform.profiles.changes import json_text
from datasources.platform.profiles.feed import Received
from datasources.platform.profiles.importing.mapping import Column, Unusable, entity_of
from datasources.platform.profiles.importing.rows import Row
from datasources.platform.records.store import key_of
from datasources.platform.schemas.validate import Validator
from journeyorch.phrases import phrase, sentence

_NO_KEY = sentence("Its primary identity, {path}, holds no text.")
_BREAKS = sentence("It breaks the schema: {reasons}", "reasons")


@dataclass(frozen=True)
class Reader:
    """What is needed to understand a record."""

    columns: Sequence[Column]
    text: bool  # values are those of a CSV file
    types: Mapping[str, str]  # of the schema's fields, by path
    validator: Validator
    namespaces: Mapping[str, NamespaceInfo]
    primary_path: tuple[str, ...] = ()
    primary_namespace: str = ""
    further: Sequence[tuple[tuple[str, ...], str]] = ()
    of_people: bool = True  # else records of things, which their primary identity tells apart


class Line(NamedTuple):
    """A record that can be applied, or the reason why not; ``key``: of a thing, what refers to it."""

    number: int
    entity: Mapping[str, Any]
    identities: Sequence[SeenIdentity]
    reason: str = ""
    key: str = ""

    @property
    def shown(self) -> str:
        """The attributes as JSON, cut to what fits a page."""
        return json_text({name: value for name, value in self.entity.items() if name != "identityMap"})[:500]


def understand(row: Row, reader: Reader) -> Line:
    """Never half a line: one value that does not fit leaves out all of it."""
    if row.values is None:
        return Line(row.number, {}, (), row.reason)
    try:
        entity = entity_of(row.values, reader.columns, reader.types, text=reader.text)
        if "\\u0000" in json_text(entity) or "\ufffd" in json_text(entity):
            return Line(row.number, entity, (), phrase("It holds a character that is none, such as NUL."))
    except Unusable as problem:
        return Line(row.number, {}, (), str(problem))
    except ValueError:
        return Line(row.number, {}, (), phrase("It is nested too deep, or holds text that is none."))
    return _person(row.number, entity, reader) if reader.of_people else _thing(row.number, entity, reader)


def _person(number: int, entity: Mapping[str, Any], reader: Reader) -> Line:
    identities = identities_of(
        entity,
        namespaces=reader.namespaces,
        primary_path=reader.primary_path,
        primary_namespace=reader.primary_namespace,
        further=reader.further,
    )
    reason = _violations(entity, reader.validator)
    if not reason and not identities:
        reason = phrase("It names nobody: it holds no identity in a known namespace.")
    return Line(number, entity, identities, reason)


def _thing(number: int, entity: Mapping[str, Any], reader: Reader) -> Line:
    reason, key = _violations(entity, reader.validator), key_of(entity, reader.primary_path)
    if not reason and key is None:
        reason = _NO_KEY(path=".".join(reader.primary_path))
    return Line(number, entity, (), reason, key or "")


def as_record(line: Line, *, at: datetime, origin: str) -> Received:
    """The line as the record of a profile, received when the import began; later lines win."""
    return Received(line.number, at, line.identities, line.entity, is_record=True, origin=origin)


def _violations(entity: Mapping[str, Any], validator: Validator) -> str:
    violations = validator.violations(entity, limit=3)
    return _BREAKS(reasons="; ".join(one.told() for one in violations)) if violations else ""
