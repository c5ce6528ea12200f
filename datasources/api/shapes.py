"""People and their events as clients of Experience Platform know them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from datasources.platform.profiles.attributes import origin_of
from datasources.platform.profiles.reading import Whole

MERGE_POLICY = "default"


def entity_id(profile_id: int) -> str:
    """What answers call a person; stable, and no identity of theirs."""
    return f"P{profile_id}"


def person_shape(person: Whole, fields: Sequence[str] = ()) -> dict[str, Any]:
    """A person. ``sources`` says where the attributes came from, as the profile's page does."""
    entity = {**person.attributes.values, "identityMap": identity_map(person)}
    return {
        "entityId": entity_id(person.profile_id),
        "mergePolicy": {"id": MERGE_POLICY},
        "sources": sorted({origin_of(stamp).source for stamp in person.attributes.times.values()} - {""}),
        "tags": ["testProfile"] if person.test_profile else [],
        "identityGraph": [f"{one.namespace}:{one.value}" for one in person.identities],
        "entity": picked(entity, fields) if fields else entity,
        "lastModifiedAt": in_iso(person.updated_at),
    }


def identity_map(person: Whole) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in person.identities:
        found[one.namespace].append({"id": one.value})
    return dict(found)


def event_shape(person_id: str, event_id: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """An experience event of a person."""
    return {
        "relatedEntityId": person_id,
        "entityId": event_id,
        "timestamp": int(at.timestamp() * 1000),
        "entity": data,
    }


def picked(entity: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Only what stands at these dotted paths; a path that leads nowhere gives nothing."""
    result: dict[str, Any] = {}
    for path in fields:
        _copy(entity, result, path.split("."))
    return result


def _copy(source: Mapping[str, Any], target: dict[str, Any], names: Sequence[str]) -> None:
    for name in names[:-1]:
        below = source.get(name)
        if not isinstance(below, Mapping):
            return
        held = target.setdefault(name, {})
        if held is below:
            return  # all of it is there already
        source, target = below, held
    if names[-1] in source:
        target[names[-1]] = source[names[-1]]


def in_iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
