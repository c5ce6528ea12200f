"""Puts the records to which events refer into what arrives, as far as some journey reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from datasources.platform.records.linking import Link, Path, keys_in, looked_at, with_record
from datasources.platform.records.store import load_records
from events.catalog import Catalog
from journeys.engine.plans import SandboxPlans
from journeys.engine.wave.news import Arrived


def with_records(arrived: Mapping[int, Arrived], catalog: Catalog, plans: SandboxPlans) -> dict[int, Arrived]:
    """The same, with the records as they are now: a journey goes on with what it began with.

    One query for all of them, none if nothing of a record is read.
    """
    wanted = {input: links for input, one in arrived.items() if (links := list(_wanted(one, catalog, plans)))}
    keys = {
        key
        for input, links in wanted.items()
        for link, _ in links
        for key in keys_in(arrived[input].arrival.payload, link)
    }
    records = load_records(keys) if keys else {}
    filled = dict(arrived)
    for input, links in wanted.items():
        arrival = arrived[input].arrival
        payload = arrival.payload
        for link, paths in links:
            payload = with_record(payload, link, records, paths)
        filled[input] = arrived[input]._replace(arrival=arrival._replace(payload=payload))
    return filled


def _wanted(one: Arrived, catalog: Catalog, plans: SandboxPlans) -> Iterator[tuple[Link, set[Path]]]:
    read = plans.linked_paths(one.arrival.keys)
    events = (catalog.events[key] for key in one.arrival.keys if isinstance(key, int)) if read else ()
    # Events of one arrival have one schema, and so the same links.
    links = next((event.links for event in events if event.links), ())
    for link in links:
        if paths := looked_at(link, read):
            yield link, paths
