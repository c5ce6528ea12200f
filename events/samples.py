"""Sample values from a schema: what to send to be a configured event (technical.md, Events)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from datasources.platform.schemas.fields import only, resolve
from datasources.platform.schemas.validate import NotASchema, Validator
from events.fulfilling import fulfilling
from events.mapping import InletMapping
from events.matching import EVENT_ID_PATH
from events.models import Event
from events.places import MISSING, found, put

_TIME = "2026-01-31T12:00:00Z"
_BY_FORMAT = {
    "date-time": _TIME,
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "name@example.com",
    "uri": "https://example.com/",
    "uri-reference": "https://example.com/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
# Codes of currencies, countries, regions and languages, numbers, years, days, media types.
_USUAL = ("text", "EUR", "AT", "AT-9", "en", "1", "42", "2026", "12-31", "text/plain", "a1", "A", "+431")
_MAX_ITEMS = 200


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
    entity = dict(_sample(only(document, chosen), document))
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


def _sample(raw: Any, document: Mapping[str, Any]) -> Any:
    schema = resolve(raw, document)
    for choice in ("oneOf", "anyOf"):
        if schema.get(choice):
            schema = {**schema, **resolve(schema[choice][0], document)}
    given = schema.get("default")
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return given if given in schema["enum"] else schema["enum"][0]
    if given is not None:
        return given
    declared = schema.get("type", "object" if "properties" in schema else "string")
    names = declared if isinstance(declared, list) else [declared]
    make = _MAKERS.get(next((name for name in names if name != "null"), "null"), _nothing)
    return make(schema, document)


def _object(schema: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    sample = {name: _sample(inner, document) for name, inner in (schema.get("properties") or {}).items()}
    values = schema.get("additionalProperties")
    return sample if sample or not isinstance(values, dict) else {"key": _sample(values, document)}


def _array(schema: Mapping[str, Any], document: Mapping[str, Any]) -> list[Any]:
    item = [_sample(schema["items"], document)] if isinstance(schema.get("items"), dict) else []
    return item * min(max(1, schema.get("minItems", 1)), _MAX_ITEMS)


def _string(schema: Mapping[str, Any], _document: Mapping[str, Any]) -> str:
    text = _BY_FORMAT.get(str(schema.get("format", "")), "text")
    if isinstance(schema.get("pattern"), str):
        return _matching(schema["pattern"]) or text
    return text.ljust(schema.get("minLength", 0), "t")[: schema.get("maxLength")]


@lru_cache(maxsize=1000)
def _matching(pattern: str) -> str:
    """The first of some usual texts that matches; "" if none does."""
    try:
        rule = Validator({"pattern": pattern})
    except NotASchema:
        return ""
    return next((text for text in _USUAL if rule.is_valid(text)), "")


def _integer(schema: Mapping[str, Any], _document: Mapping[str, Any]) -> int:
    return int(_within(schema, 1))


def _number(schema: Mapping[str, Any], _document: Mapping[str, Any]) -> float:
    return _within(schema, 1.5)


def _within(schema: Mapping[str, Any], value: float) -> float:
    return min(max(value, schema.get("minimum", value)), schema.get("maximum", value))


def _nothing(_schema: Mapping[str, Any], _document: Mapping[str, Any]) -> None:
    return None


_MAKERS: Mapping[str, Any] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": lambda _schema, _document: True,
}
