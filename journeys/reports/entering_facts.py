"""What the question why nobody enters is judged by: what is configured, was received, and was discarded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from events.catalog import catalog_of
from events.loading import load_latest
from events.models import Event
from events.routing import Raw
from events.sightings import Sighting, sightings_of
from journeys import testing
from journeys.activities.catalog import SegmentInfo
from journeys.definition.document import Document, Properties
from journeys.engine.catalog import read_catalog
from journeys.models import JourneyVersion
from journeys.reports.counts import counts_of
from journeys.usage import jumps_into

#: So many of the events that were received last are looked at.
LATEST = 200
Status = JourneyVersion.Status


class StartEvent(NamedTuple):
    """An event by which people enter; ``id`` is None if it no longer exists."""

    name: str
    id: int | None = None
    schema: str = ""
    condition: str = ""  # of a rule-based event; "": it is known by its ID
    namespace: str = ""
    sightings: Sequence[Sighting] = ()


class Facts(NamedTuple):
    """What the judgement rests on. ``looked_at``: how many received events were looked through."""

    status: str
    status_label: str
    version: str  # its id, as in addresses
    now: datetime
    properties: Properties
    starts: Sequence[StartEvent] = ()
    segments: Mapping[str, SegmentInfo | None] = {}
    namespace: str = ""
    looked_at: int = 0
    entered: int = 0
    discards: Mapping[str, int] = {}
    testers: int = 0
    jumped_from: Sequence[str] = ()  # names of the journeys whose people jump here
    from_outside: bool = False

    @property
    def in_test(self) -> bool:
        return self.status == Status.TEST


def facts_of(version: JourneyVersion, document: Document, *, now: datetime) -> Facts:
    """Read it all: what is configured, what was received last, and what events did in this version."""
    rows = load_latest(version.sandbox_id, limit=LATEST)
    counts = counts_of(version, document)
    namespace = testing.namespace_of(version)
    return Facts(
        status=version.status,
        status_label=str(version.get_status_display()),
        version=str(version.uid),
        now=now,
        properties=document.properties,
        starts=list(_starts(version, document, _heard(version, rows))),
        segments=_segments(version, document),
        namespace=namespace,
        looked_at=len(rows),
        entered=counts.entered,
        discards=counts.discards,
        jumped_from=[one.journey.name for one in jumps_into(version.journey)],
        testers=len(testing.test_profiles(version.sandbox_id, namespace)),
        from_outside=version.test_from_outside,
    )


def _heard(version: JourneyVersion, rows: Sequence[Raw]) -> Sequence[Raw]:
    """A test that listens to its form only is not concerned by what others send."""
    is_closed = version.status == Status.TEST and not version.test_from_outside
    return [row for row in rows if row.test_of == version.pk] if is_closed else rows


def _starting(document: Document, kind: str, field: str) -> list[str]:
    """What the first steps of a kind are configured with, each once."""
    first = (document.activities[id] for id in document.start if id in document.activities)
    names = (one.config.get(field) for one in first if one.kind == kind)
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def _starts(version: JourneyVersion, document: Document, rows: Sequence[Raw]) -> Iterator[StartEvent]:
    names = _starting(document, "event", "event")
    stored = Event.objects.filter(sandbox=version.sandbox_id, name__in=names).select_related("schema")
    known = {event.name: event for event in stored}
    catalog = catalog_of(version.sandbox_id)
    for name in names:
        event = known.get(name)
        if event is None:
            yield StartEvent(name)
            continue
        yield StartEvent(
            name=name,
            id=event.pk,
            schema=event.schema.name,
            condition=event.condition if event.type == Event.Type.RULE else "",
            namespace=event.namespace,
            sightings=list(sightings_of(event.pk, event.schema_id, rows, catalog)),
        )


def _segments(version: JourneyVersion, document: Document) -> dict[str, SegmentInfo | None]:
    names = _starting(document, "segment_qualification", "segment")
    known = read_catalog(version.sandbox_id).segments if names else {}
    return {name: known.get(name) for name in names}
