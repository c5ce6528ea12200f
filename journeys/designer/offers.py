"""What a sandbox offers to the steps of a journey: the palette's entries, and what panes let choose from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse

from actions.models import Action
from events.models import Event
from journeyorch.expressions import types
from journeyorch.expressions.scope import EXPERIENCE_EVENTS
from journeys.activities.catalog import Catalog, VariableInfo
from journeys.activities.jump import fields_of
from journeys.activities.update_profile import field_type
from journeys.definition.document import read_document
from journeys.models import JourneyVersion

#: More profile fields than this nobody looks through; the search of the page finds those that there are.
MOST_FIELDS = 2000


def offers_of(sandbox_id: int, catalog: Catalog) -> dict[str, Any]:
    """Everything by kind, as plain JSON. ``catalog``: of this sandbox, and it knows whose page this is."""
    stored = {
        event.name: event for event in Event.objects.filter(sandbox_id=sandbox_id).only("name", "description")
    }
    about = dict(Action.objects.filter(sandbox_id=sandbox_id).values_list("name", "description"))
    return {
        "events": [
            {
                "id": stored[name].pk if name in stored else None,
                "name": event.name,
                "namespace": event.namespace,
                "description": stored[name].description if name in stored else "",
            }
            for name, event in sorted(catalog.events.items())
        ],
        "actions": [
            {
                "name": action.name,
                "description": about.get(name, ""),
                "variables": variables(action.variables),
                "hasResponse": action.response is not None,
                "reactions": list(action.reactions),
            }
            for name, action in sorted(catalog.actions.items())
        ],
        "templates": [
            {"name": one.name, "kind": one.kind, "variables": variables(one.parameters)}
            for one in catalog.templates.values()
        ],
        "channels": sorted(catalog.channels),
        "segments": sorted(catalog.segments),
        "namespaces": sorted(catalog.namespaces),
        "journeys": list(_targets(catalog)),
    }


def variables(found: Iterable[VariableInfo]) -> list[dict[str, Any]]:
    """What is to be given, each with the type that its expression must have; "": any.

    ``fields``: what is taken of each object of a list.
    """
    return [
        {
            "name": one.name,
            "label": one.label,
            "type": type_name(one.type),
            "required": one.required,
            "fields": [*one.fields],
            "default": one.default,
        }
        for one in found
    ]


def type_name(type: Any) -> str:
    """The name of a type that an expression can be asked to have; empty for those that have none."""
    name = getattr(type, "name", "")
    return name if name in types.NAMED else ""


def _targets(catalog: Catalog) -> Iterator[dict[str, Any]]:
    """Journeys that a jump could lead to; a draft without a step has no ``event`` yet."""
    drafts = _drafts(catalog)
    for uid, target in sorted(catalog.journeys.items(), key=lambda item: item[1].name):
        status = "live" if target.is_live else "test" if target.in_test else "draft"
        event = drafts.get(target.id) if status == "draft" else target.event or None
        if uid != catalog.own and event is not None:
            yield {
                "uid": uid,
                "name": target.name,
                "event": event,
                "status": status,
                "url": reverse("journey", args=[uid]),
            }


def _drafts(catalog: Catalog) -> dict[int, str]:
    """The first event of each journey that nobody can enter yet, by its id; "" if there is no step yet."""
    ids = [one.id for one in catalog.journeys.values() if not (one.is_live or one.in_test)]
    drafts = JourneyVersion.objects.filter(journey_id__in=ids, status=JourneyVersion.Status.DRAFT)
    first = {id: _first_event(document) for id, document in drafts.values_list("journey_id", "document")}
    return {id: event for id, event in first.items() if event is not None}


def _first_event(stored: Any) -> str | None:
    """None: it begins with something else, or cannot be read."""
    document, _problems = read_document(stored)
    if document is None or not document.start:
        return "" if document else None
    first = document.activities.get(document.start[0])
    event = first.config.get("event") if first and first.kind == "event" else None
    return event if isinstance(event, str) else None


def jump_variables(catalog: Catalog, event: str) -> list[dict[str, Any]]:
    """What a jump brings to a journey that begins with this event."""
    found = catalog.events.get(event)
    return variables(fields_of(found)) if found else []


def profile_fields(catalog: Catalog) -> list[dict[str, str]]:
    """The fields of profiles that can be set, by path, with their types."""
    fields: Mapping[str, Any] = catalog.profile.fields
    found: list[dict[str, str]] = []
    waiting = [(name, fields[name]) for name in reversed([*fields]) if name != EXPERIENCE_EVENTS]
    while waiting and len(found) < MOST_FIELDS:
        path, type = waiting.pop()
        if isinstance(type, types.ObjectType):
            waiting.extend((f"{path}.{name}", type.fields[name]) for name in reversed([*type.fields]))
        elif field_type(catalog, path) is not None:
            found.append({"path": path, "type": type_name(type)})
    return found
