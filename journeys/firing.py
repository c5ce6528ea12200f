"""Firing an event by hand, for trying: it comes in by a door and is stored in the same way as any other."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from datasources.models import Identity
from events import signals
from events.catalog import catalog_of
from events.ingest.doors import forget, look_up
from events.ingest.refusals import Flaw, unavailable
from events.ingest.store import store
from events.inlets import new_inlet_key
from events.matching import EVENT_ID_PATH
from events.models import Event, Inlet, ReceivedEvent
from events.protocols import Message
from events.protocols.collection import read_message
from events.samples import sample_event, sample_message
from journeyorch.access import audit
from journeyorch.access.models import Sandbox

INLET_NAME = "Fired by hand"
_PROTOCOL = "collection"
_ATTEMPTS = 3
ADDED = ("_id", "timestamp", "identityMap", "_experience")
_MOST_PEOPLE = 12
# `@{OrderPlaced.personalEmail.address}`: a key that names one field, into which a person can be written.
_FIELD = re.compile(r"@\{\s*\w+((?:\.\w+)+)\s*\}")


class NotFired(Exception):
    """The event was not accepted and nothing was stored; the messages say why."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


def fire(
    event: Event, *, entity: Mapping[str, Any], now: datetime, test_of: int | None = None
) -> ReceivedEvent:
    """Receive an event with this payload; what it lacks to be this event (id, time, eventID) is added.

    ``test_of``: the tested version whose form makes it.

    Raises ``NotFired`` if it breaks its schema or cannot be stored.
    """
    stamped = _stamped(event, entity, now)
    message = sample_message(stamped, schema_ref=event.schema.ref)
    read = read_message(message)
    if isinstance(read, Flaw):
        raise NotFired([read.detail])
    _check(event, stamped)
    inlet = _inlet(event.sandbox)
    _store(inlet, read, test_of)
    audit.record("fired" if test_of is None else "fired in a test", event)
    signals.events_received.send_robust(sender=None, sandbox_id=event.sandbox_id)
    newest = ReceivedEvent.objects.filter(inlet=inlet).order_by("-pk")
    return newest.filter(body__contains=f'"{stamped["_id"]}"')[:1].get()


def for_person(event: Event, entity: dict[str, Any], person: str) -> dict[str, Any]:
    """The payload as one about this person: in the field of the event's key, else in its identity map."""
    if not event.key.strip():
        code = event.namespace or event.schema.primary_namespace
        return {**entity, "identityMap": {code: [{"id": person, "primary": True}]}} if code else entity
    field = _FIELD.fullmatch(event.key.strip())
    return _with(entity, field[1].strip(".").split("."), person) if field else entity


def _stamped(event: Event, entity: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    stamped = {**entity, "_id": str(uuid.uuid4()), "timestamp": now.isoformat()}
    return _with(stamped, list(EVENT_ID_PATH), event.event_id) if event.event_id else stamped


def _with(entity: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """A copy with a value at a path; what stands in the way is replaced."""
    first, *rest = path
    inner = entity.get(first)
    deeper = _with(inner if isinstance(inner, dict) else {}, rest, value) if rest else value
    return {**entity, first: deeper}


def _check(event: Event, entity: dict[str, Any]) -> None:
    sandbox = Sandbox.objects.get(pk=event.sandbox_id)
    schema = catalog_of(sandbox.pk, generation=sandbox.generation).schemas[event.schema_id]
    if broken := schema.violations(entity):
        raise NotFired([each.told() for each in broken[:20]])


def _inlet(sandbox: Sandbox) -> Inlet:
    """The inlet of everything that is fired by hand: it has no keys, so nobody else can use it."""
    given = {"key": new_inlet_key(), "description": _("Events that people fire on the screen, for trying.")}
    return Inlet.objects.get_or_create(sandbox=sandbox, name=INLET_NAME, defaults=given)[0]


def _store(inlet: Inlet, message: Message, test_of: int | None) -> None:
    for _attempt in range(_ATTEMPTS):
        if store(look_up(inlet.key), [message], protocol=_PROTOCOL, test_of=test_of) is not None:
            return
        forget(inlet.key)
    raise unavailable()


def sample(event: Event) -> dict[str, Any]:
    """A payload to begin with: the event's fields, without what firing adds."""
    return {name: value for name, value in sample_event(event).items() if name not in ADDED}


def people_to_try(event: Event) -> list[str]:
    """Some ids of people whom the sandbox knows in the event's namespace."""
    known = Identity.objects.filter(sandbox=event.sandbox_id, namespace=event.namespace)
    return list(known.order_by("value").values_list("value", flat=True)[:_MOST_PEOPLE])
