"""What expressions may read of a profile: its type, from the schemas that feed profiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from datasources.platform.schemas.fields import Field, fields_of
from datasources.platform.schemas.models import Schema
from journeyorch.expressions import from_json_schema, types
from journeyorch.expressions.scope import EXPERIENCE_EVENTS


def profile_type(sandbox_id: int) -> types.ObjectType:
    """The fields of all profile schemas, and the experience events that their event schemas describe."""
    fields: dict[str, Any] = {}
    event_fields: dict[str, Any] = {}
    for above, document in profile_documents(sandbox_id):
        _merge(event_fields if above else fields, _fields(document))
    return types.ObjectType({**fields, EXPERIENCE_EVENTS: types.ListType(types.ObjectType(event_fields))})


def profile_documents(sandbox_id: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """JSON Schemas of what is known of people, each with its place."""
    for schema in feeding_schemas(sandbox_id):
        yield place_of(schema), schema.document
    yield EXPERIENCE_EVENTS, _MESSAGE_EVENT


def place_of(schema: Schema) -> str:
    """The name below which what a schema describes stands among what is known of people; "" is the top."""
    return "" if schema.kind == Schema.Kind.PROFILE else EXPERIENCE_EVENTS


def placed_fields(above: str, document: Mapping[str, Any]) -> Iterator[Field]:
    """The fields of a schema, with their paths among what is known of people."""
    for field in fields_of(document):
        yield field._replace(path=f"{above}.{field.path}") if above else field


def feeding_schemas(sandbox_id: int) -> QuerySet[Schema]:
    """Those of profiles and of events in people's history."""
    feeding = Schema.objects.filter(sandbox_id=sandbox_id, feeds_profiles=True)
    return feeding.exclude(kind=Schema.Kind.RECORD).order_by("pk")


# What the product itself writes into a person's history when it sends a message (actions/messages).
_MESSAGE_EVENT: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "_id": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
        "eventType": {"type": "string"},
        "directMarketing": {
            "type": "object",
            "properties": {"sends": {"type": "object", "properties": {"value": {"type": "number"}}}},
        },
    },
}


def _fields(document: Mapping[str, Any]) -> Mapping[str, Any]:
    type = from_json_schema(dict(document))
    return type.fields if isinstance(type, types.ObjectType) else {}


def _merge(fields: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add fields, objects deeply; where two schemas disagree on a type, the first one's holds."""
    for name, type in more.items():
        known = fields.get(name)
        if known is None:
            fields[name] = type
        elif isinstance(known, types.ObjectType) and isinstance(type, types.ObjectType):
            inner = dict(known.fields)
            _merge(inner, type.fields)
            fields[name] = types.ObjectType(inner)
