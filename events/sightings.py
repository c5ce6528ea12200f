"""How near received events came to being a configured event: for people who ask why nothing happens. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from events.catalog import Catalog
from events.routing import NotHandled, Raw, read_row


class Sighting(NamedTuple):
    """One received event of the configured event's schema; without a match nothing else is known of it."""

    received_at: datetime
    is_match: bool  # it carries the event's ID, or its condition is met
    violation: str = ""  # the first rule of the schema that it breaks
    person_id: str | None = None
    problem: str = ""  # why it names nobody


def sightings_of(event_id: int, schema_id: int, rows: Iterable[Raw], catalog: Catalog) -> Iterator[Sighting]:
    """Those of ``rows`` that follow the schema of a configured event, in their order."""
    for row in rows:
        try:
            normalized, schema = read_row(row, catalog)
        except NotHandled:
            continue
        if schema is None or schema.id != schema_id:
            continue
        identities = catalog.identities_of(normalized.entity, schema)
        matches = catalog.matches(normalized, schema, identities, now=row.received_at)
        match = next((one for one in matches if one.event_id == event_id), None)
        broken = schema.violations(normalized.entity) if match else ()
        yield Sighting(
            received_at=row.received_at,
            is_match=match is not None,
            violation=broken[0].told() if broken else "",
            person_id=match.person_id if match else None,
            problem=match.problem.message if match and match.problem else "",
        )
