"""Which parts of payloads reach into the records that their fields refer to; nothing else is loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from journeyorch.expressions import Reference
from journeys.activities.catalog import EventInfo

Path = tuple[str, ...]


def linked_paths(references: Iterable[Reference], brought: Mapping[str, EventInfo]) -> dict[int, set[Path]]:
    """By event, the paths that expressions read and that lead to, through or around a record.

    ``brought``: the events whose payloads are there, by the name by which expressions refer to them.
    """
    found: dict[int, set[Path]] = defaultdict(set)
    for reference in references:
        event = brought.get(reference.root) if reference.kind == "event" else None
        if event and any(_meet(reference.path, place) for place in event.linked):
            found[event.id].add(reference.path)
    return dict(found)


def _meet(path: Path, place: Path) -> bool:
    shorter = min(len(path), len(place))
    return path[:shorter] == place[:shorter]
