"""Sample values from a schema: what to send to be a configured event (technical.md, Events)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from datasources.platform.schemas.fields import resolve
from datasources.platform.schemas.sampling import sample_of
from events.fulfilling import fulfilling
from events.mapping.places import MISSING, found, put
from events.mapping.rules import InletMapping
from events.matching import EVENT_ID_PATH
from events.models import Event


def sample_entity(
    document: Mapping[str, Any],
    *,
    fields: Sequence[str] = (),
    namespace: str = "",
    values: Iterable[tuple[Sequence[str], Any]] = (),
) -> dict[str, Any]:
    """An entity with a sample value for every chosen field, the required ones and the person's identity.

    ``values``: what must stand at certain paths.
    """
    chosen = [*fields, *resolve(document, document).get("required", ())] if fields else ()
    entity = sample_of(document, chosen)
    entity.pop("identityMap", None)
    if namespace:
        entity["identityMap"] = {namespace: [{"id": _person(namespace), "primary": True}]}
    for path, value in values:
        entity = _with(entity, path, value)
    return entity


def sample_event(event: Event) -> dict[str, Any]:
    """An entity that is recognized as this event, with a person."""
    return sample_entity(
        event.schema.document,
        fields=event.fields,
        namespace=event.namespace or event.schema.primary_namespace,
        values=recognized_by(event),
    )


def recognized_by(event: Event) -> list[tuple[tuple[str, ...], Any]]:
    """Paths and values that make an entity this event, as far as its condition is a simple one."""
    return [(EVENT_ID_PATH, event.event_id)] if event.event_id else fulfilling(event.condition)


def sample_source(mapping: InletMapping, entity: Mapping[str, Any]) -> dict[str, Any]:
    """A message of which the mapping makes an event like ``entity``; {} if that cannot be told."""
    source: dict[str, Any] = {}
    for rule in mapping.rules:
        if not (rule.sources and isinstance(rule.sources[0][0], str) and rule.is_for(record=False)):
            continue
        for places, value in found(entity, rule.target):
            if value is not MISSING:
                put(source, rule.sources[0], places, value)
    return source


def sample_message(entity: Mapping[str, Any], *, schema_ref: str, organization: str = "") -> dict[str, Any]:
    """The full request body of the streaming protocol (ingestion.md, A message)."""
    reference = {"id": schema_ref, "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    return {
        "header": {"schemaRef": reference, "imsOrgId": organization, "source": {"name": "Streaming"}},
        "body": {"xdmMeta": {"schemaRef": reference}, "xdmEntity": dict(entity)},
    }


def _person(namespace: str) -> str:
    return "name@example.com" if namespace == "Email" else "person-1"


def _with(entity: dict[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    inner = entity.get(path[0])
    below = dict(inner) if isinstance(inner, dict) else {}
    return {**entity, path[0]: value if len(path) == 1 else _with(below, path[1:], value)}
