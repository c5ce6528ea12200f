"""Reads what a sandbox offers to journeys, for checking and compiling them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings

from actions.catalog import channels, templates
from actions.custom import custom_actions, variables
from actions.models import Action
from datasources.external.catalog import field_groups
from datasources.models import Segment
from datasources.platform.field_groups.catalog import profile_groups
from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.policies.store import policies_of, profile_labels
from datasources.platform.profiles.fields import profile_type
from events.catalog import catalog_of as events_of
from journeyorch.expressions import FieldGroupScope, from_json_schema, types
from journeys.activities.catalog import (
    ActionInfo,
    Catalog,
    ChannelInfo,
    EventInfo,
    GroupInfo,
    JourneyInfo,
    PolicyInfo,
    ProfileGroupInfo,
    SegmentInfo,
    TemplateInfo,
    VariableInfo,
)
from journeys.models import Journey, JourneyVersion


def read_catalog(sandbox_id: int) -> Catalog:
    """Everything by name, as of now."""
    profile = profile_type(sandbox_id)
    return Catalog(
        events=_events(sandbox_id),
        sources=_sources(sandbox_id),
        profile=profile,
        profile_groups={
            name: ProfileGroupInfo(FieldGroupScope(group.type), group.choice)
            for name, group in profile_groups(sandbox_id, profile).items()
        },
        actions=_actions(sandbox_id),
        templates=_templates(sandbox_id),
        channels=_channels(sandbox_id),
        longest_wait=_longest_wait(settings.JOURNEY_GLOBAL_TIMEOUT_DAYS),
        longest_stay=timedelta(days=settings.JOURNEY_GLOBAL_TIMEOUT_DAYS),
        journeys=_journeys(sandbox_id),
        segments=_segments(sandbox_id),
        namespaces=_namespaces(sandbox_id),
        policies=tuple(PolicyInfo(*policy) for policy in policies_of(sandbox_id)),
        profile_labels=profile_labels(sandbox_id),
    )


def _longest_wait(global_timeout_days: int) -> timedelta:
    return timedelta(days=30 if global_timeout_days <= 30 else 90)


def _events(sandbox_id: int) -> dict[str, EventInfo]:
    return {
        event.name: EventInfo(
            id=event.id,
            name=event.name,
            namespace=event.namespace,
            type=from_json_schema(dict(event.document)),
            linked=tuple(link.place for link in event.links),
            labels=event.labels,
        )
        for event in events_of(sandbox_id).events.values()
    }


def _sources(sandbox_id: int) -> dict[str, dict[str, GroupInfo]]:
    sources: dict[str, dict[str, GroupInfo]] = {}
    for group in field_groups(sandbox_id):
        params = dict.fromkeys(group.parameters, types.ANY)
        scope = FieldGroupScope(from_json_schema(dict(group.schema)), params)
        sources.setdefault(group.source, {})[group.name] = GroupInfo(group.id, group.endpoint, scope)
    return sources


def _actions(sandbox_id: int) -> dict[str, ActionInfo]:
    return {
        action.name: ActionInfo(
            id=action.id,
            name=action.name,
            endpoint=action.endpoint,
            variables=tuple(_variable(*variable) for variable in variables(action)),
            response=None if action.response is None else from_json_schema(dict(action.response)),
            is_campaign=action.type != Action.Type.CUSTOM,
            is_asked_about=action.type == Action.Type.CAMPAIGN_STANDARD,
        )
        for action in custom_actions(sandbox_id).values()
    }


def _templates(sandbox_id: int) -> dict[str, TemplateInfo]:
    return {
        template.name: TemplateInfo(
            id=template.id,
            name=template.name,
            kind=template.kind,
            parameters=tuple(
                _variable(one.name, one.label, one.type, one.required)._replace(default=one.default)
                for one in template.parameters
            ),
        )
        for template in templates(sandbox_id)
    }


def _channels(sandbox_id: int) -> dict[str, ChannelInfo]:
    """The default channel of each kind."""
    newest_first = reversed(channels(sandbox_id))
    return {row.kind: ChannelInfo(row.id, row.kind, f"channel:{row.id}") for row in newest_first}


def _segments(sandbox_id: int) -> dict[str, SegmentInfo]:
    rows = Segment.objects.filter(sandbox_id=sandbox_id).values_list("pk", "name", "evaluated_at")
    return {name: SegmentInfo(id, name, evaluated_at is not None) for id, name, evaluated_at in rows}


def _namespaces(sandbox_id: int) -> frozenset[str]:
    known = namespaces_of(sandbox_id).values()
    return frozenset(namespace.code for namespace in known if namespace.identifies_people)


def _journeys(sandbox_id: int) -> dict[str, JourneyInfo]:
    """Every journey as a target of jumps, by uid. The documents are looked at as they are stored."""
    versions = JourneyVersion.objects.filter(sandbox_id=sandbox_id, status__in=[_LIVE, _TEST])
    documents: dict[int, dict[str, Any]] = defaultdict(dict)
    for journey_id, status, document in versions.values_list("journey_id", "status", "document"):
        documents[journey_id][status] = document
    journeys = Journey.objects.filter(sandbox_id=sandbox_id).values_list("pk", "uid", "name")
    return {str(uid): _journey(id, str(uid), name, documents[id]) for id, uid, name in journeys}


_LIVE, _TEST = JourneyVersion.Status.LIVE, JourneyVersion.Status.TEST


def _journey(id: int, uid: str, name: str, documents: Mapping[str, Any]) -> JourneyInfo:
    """``documents``: by the status of their version."""
    is_live, in_test = _LIVE in documents, _TEST in documents
    document = documents.get(_LIVE) or documents.get(_TEST)
    if document is None:
        return JourneyInfo(id, uid, name, is_live, in_test, event="", jumps=())
    try:
        event, jumps = _first_event_and_jumps(document)
    except (KeyError, IndexError, TypeError, AttributeError):
        # Edit rules keep this from happening; one broken version must not stop all the others.
        event, jumps = "", ()
    return JourneyInfo(id, uid, name, is_live, in_test, event, jumps)


def _first_event_and_jumps(document: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    activities = document["activities"]
    first = activities[document["start"][0]]
    event = first["config"]["event"] if first["kind"] == "event" else ""
    jumps = {each["config"]["journey"] for each in activities.values() if each["kind"] == "jump"}
    return event, tuple(sorted(jumps))


#: The types of values by the names that actions and templates have for them.
_TYPES: Mapping[str, types.Type] = {**types.NAMED, "listObject": types.ListType(types.ObjectType())}


def _variable(
    name: str, label: str, type_name: str, required: bool, fields: Mapping[str, str] = MappingProxyType({})
) -> VariableInfo:
    inner = {field: _TYPES.get(each, types.ANY) for field, each in fields.items()}
    return VariableInfo(name, label, _TYPES.get(type_name, types.ANY), required, inner)
