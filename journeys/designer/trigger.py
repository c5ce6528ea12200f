"""Triggering an event in a test: the form that its schema makes, filled with what was sent last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from django.utils.translation import gettext as _

from events.form_fields import Control, controls_of, entity_from, texts_of
from events.models import Event
from journeyorch.access.models import User
from journeys import firing, testing
from journeys.models import JourneyVersion


class TriggerForm(NamedTuple):
    """One event that the version listens to, about whom it was sent last, and with what."""

    event: Event
    controls: list[Control]
    person: str
    payload: dict[str, Any]

    @classmethod
    def of(cls, event: Event, *, person: str = "", payload: Mapping[str, Any] | None = None) -> TriggerForm:
        controls = controls_of(event.schema.document, fields=event.fields, without=firing.ADDED)
        return cls(event, controls, person, dict(payload or {}))

    def entity(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """What the filled controls mean. Raises ``NotFitting``."""
        return entity_from(self.controls, texts)

    def texts(self, payload: Mapping[str, Any]) -> dict[str, str]:
        """What stands in the controls for a payload, by their names."""
        return texts_of(self.controls, payload)

    def describe(self) -> dict[str, Any]:
        """The form as plain JSON."""
        return {
            "event": self.event.name,
            "person": self.person,
            "controls": [_described(control) for control in self.controls],
            "texts": self.texts(self.payload),
            "payload": self.payload,
        }


def first_form(version: JourneyVersion, *, by: User, asked: str = "") -> TriggerForm | None:
    """The form as it opens: of the event ``asked``, else of the one sent last, else of the first."""
    if last := testing.last_trigger(version, by=by, event=asked):
        return TriggerForm.of(last.event, person=last.person, payload=last.payload)
    event = event_of(version, asked) or event_of(version, next(iter(testing.events_of(version)), ""))
    return TriggerForm.of(event, payload=firing.sample(event)) if event else None


def event_of(version: JourneyVersion, name: str) -> Event | None:
    """An event that the version listens to; None for all others."""
    if name not in testing.events_of(version):
        return None
    found = Event.objects.filter(sandbox=version.sandbox_id, name=name)
    return found.select_related("schema", "sandbox").first()


def _described(control: Control) -> dict[str, Any]:
    return {
        "name": control.name,
        "path": ".".join(control.path),
        "title": control.title,
        "kind": control.kind,
        "required": control.required,
        "choices": [{"value": value, "label": label} for value, label in _choices(control)],
    }


def _choices(control: Control) -> list[tuple[str, str]]:
    if control.kind == "boolean":
        return [("true", _("yes")), ("false", _("no"))]
    return [
        (text := one if isinstance(one, str) else orjson.dumps(one).decode(), text) for one in control.choices
    ]
