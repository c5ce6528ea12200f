"""A sample through an inlet's mapping: what would become of it, without storing anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from datasources.platform.schemas.validate import Violation
from events.catalog import Catalog
from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, Refused
from events.mapping.places import EACH, Path, shown, text_of
from events.mapping.rules import Row, compiled, rule_of, values_of
from events.protocols import Message, Normalized, NotNormal, adapter_of, adapters

_MOST_PATHS = 500
_NAMED_PART = re.compile(r"<\w+:(\w+)>")


class Sample(NamedTuple):
    """A message in the form in which it would be stored."""

    protocol: str
    stored: Any


class Tried(NamedTuple):
    """What becomes of a sample; ``problem`` says why nothing does."""

    source: Any = None
    entity: Mapping[str, Any] | None = None
    schema: str = ""
    violations: Sequence[Violation] = ()
    silent: frozenset[int] = frozenset()  # the places of rows that find no value in it
    passed_over: frozenset[int] = frozenset()  # of those that are for other messages
    problem: str = ""


def addresses() -> dict[str, list[str]]:
    """The addresses that take messages, by protocol; without those that are another's in short."""
    return {
        adapter.name: [route.pattern for route in adapter.routes if route.offered]
        for adapter in sorted(adapters(), key=lambda adapter: adapter.name)
    }


def shown_address(pattern: str) -> str:
    """As people write it: with {inlet} for what is different each time."""
    return _NAMED_PART.sub(r"{\1}", pattern)


def sample_of(address: str, body: bytes) -> Sample:
    """The first message of a request's body to an address. Raises ``Refused``, as the request would."""
    adapter, route = next(
        (adapter, route) for adapter in adapters() for route in adapter.routes if route.pattern == address
    )
    request = Incoming(
        method=route.methods[0],
        path=dict.fromkeys(_NAMED_PART.findall(route.pattern), "sample"),
        query={},
        # Of the protocols only this one asks: a pasted event has no headers.
        headers=lambda: {"content-type": "application/cloudevents+json"},
        read=lambda: body,
    )
    first = adapter.messages(request, route)[0]
    if isinstance(first, Flaw):
        raise Refused(first.status, "", first.detail)
    assert isinstance(first, Message)
    return Sample(adapter.name, first.value)


def try_out(sample: Sample, rows: Sequence[Row], *, inlet_id: int, catalog: Catalog, now: datetime) -> Tried:
    """What would become of it if it came in now; ``rows`` must be usable ones."""
    normalized: Normalized | None = None
    try:
        normalized = adapter_of(sample.protocol).normalize(sample.stored, received_at=now)
        record = catalog.is_record(normalized, inlet_id=inlet_id)
        mapped = compiled([row.model_dump() for row in rows]).over(normalized, record=record)
    except NotNormal as problem:
        return Tried(source=normalized.source if normalized else None, problem=str(problem))
    final, schema = catalog.in_schema(mapped, inlet_id=inlet_id, number=0, received_at=now)
    return Tried(
        source=normalized.source,
        entity=final.entity,
        schema=schema.name if schema else "",
        violations=schema.violations(final.entity) if schema else (),
        silent=frozenset(place for place, row in enumerate(rows) if _finds_nothing(row, normalized.source)),
        passed_over=frozenset(
            place for place, row in enumerate(rows) if not rule_of(row).is_for(record=record)
        ),
    )


def _finds_nothing(row: Row, source: Any) -> bool:
    return next(values_of(rule_of(row), source), None) is None


def paths_in(source: Any) -> dict[str, str]:
    """The paths to the plain values of a message, with the first value of each, shortened."""
    return dict(islice(_paths(source, ()), _MOST_PATHS))


def _paths(value: Any, path: Path) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value[:1]:
            yield from _paths(inner, (*path, EACH))
    elif path:
        yield text_of(path), shown(value)
