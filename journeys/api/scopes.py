"""What an expression of a request may refer to: samples, a payload, a profile, or what an activity sees."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.utils import timezone
from pydantic import Field
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request

from datasources.models import Schema
from datasources.platform.segments import compiling as segments
from events.compiling import payload_scope
from events.models import Event
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, fit
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.expressions import Scope
from journeyorch.expressions.sample import NotASample, Sample, read_sample
from journeys.definition.check import Reading
from journeys.definition.document import read_document
from journeys.engine.catalog import read_catalog
from journeys.views.shell import VIEW, VIEW_EVENT, version_of

VIEW_SEGMENT = "datasources.view_segment"


class OfActivity(Body):
    """What stands before an activity of a journey's version."""

    version: str
    activity: str


class OfEvent(Body):
    """The payload of a configured event: for its condition and its key."""

    event: int


class OfPayload(Body):
    """The payload of an event that is not saved yet: its schema's id, and its name."""

    of: int = Field(alias="schema")
    name: str = Field(min_length=1)


class OfProfile(Body):
    """A person's profile and experience events: for segments."""

    profile: Literal[True]


def read_scope(request: Request, data: Any) -> Scope:
    """The scope that a body asks for; none has only functions. Raises ``NotFound``, ``Unacceptable``."""
    if isinstance(data, dict) and "version" in data:
        return _scope_of_activity(request, fit(OfActivity, data, pointer="/scope"))
    if isinstance(data, dict) and "event" in data:
        return _scope_of_event(request, fit(OfEvent, data, pointer="/scope"))
    if isinstance(data, dict) and "schema" in data:
        return _scope_of_payload(request, fit(OfPayload, data, pointer="/scope"))
    if isinstance(data, dict) and "profile" in data:
        fit(OfProfile, data, pointer="/scope")
        _require(request, VIEW_SEGMENT)
        return segments.scope_of(sandbox_of(request).pk)
    return Scope() if data is None else read_context(data, pointer="/scope").scope


def read_context(data: Any, *, pointer: str) -> Sample:
    """A sample context. Raises ``Unacceptable``."""
    try:
        return read_sample(data, now=timezone.now())
    except NotASample as refusal:
        raise Unacceptable([Flaw(pointer, str(refusal))]) from None


def segments_of(data: Any) -> list[str]:
    """The names in a sample, to be offered: an expression may name any other, too."""
    names = data.get("segments") if isinstance(data, dict) else None
    return names if isinstance(names, list) else []


def _scope_of_activity(request: Request, asked: OfActivity) -> Scope:
    _require(request, VIEW)
    version = version_of(request, _uid(asked.version))
    document, _problems = read_document(version.document)
    if document is None or asked.activity not in document.activities:
        raise NotFound("There is no such activity in this version.")
    return Reading(document, read_catalog(version.sandbox_id)).room(asked.activity).scope


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such version here.") from None


def _scope_of_event(request: Request, asked: OfEvent) -> Scope:
    event = event_of(request, asked.event)
    return payload_scope(event.name, event.schema.document)


def _scope_of_payload(request: Request, asked: OfPayload) -> Scope:
    _require(request, VIEW_EVENT)
    schema = Schema.objects.filter(sandbox=sandbox_of(request), pk=asked.of).first()
    if schema is None:
        raise NotFound("There is no such schema here.")
    return payload_scope(asked.name, schema.document)


def event_of(request: Request, id: int) -> Event:
    """A configured event of the user's sandbox. Raises ``NotFound``, ``PermissionDenied``."""
    _require(request, VIEW_EVENT)
    event = Event.objects.select_related("schema").filter(sandbox=sandbox_of(request), pk=id).first()
    if event is None:
        raise NotFound("There is no such event here.")
    return event


def _require(request: Request, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
