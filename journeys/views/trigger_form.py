"""The form "Trigger an event": made of the schema of the event, or the event as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.form_fields import Control, NotFitting, controls_of, entity_from, texts_of
from events.models import Event
from journeyorch.access.models import User
from journeys import firing, testing
from journeys.models import JourneyVersion
from journeys.views.written import written

MAX_LENGTH = 200_000


class TriggerForm(forms.Form):
    """Which event, about whom, with what; ``by`` says which of the two views is meant."""

    person = forms.CharField(
        label=_("Test profile"),
        max_length=512,
        widget=forms.TextInput({"list": "testers", "autocomplete": "off"}),
    )
    json = forms.CharField(
        label=_("Payload as JSON"), max_length=MAX_LENGTH, strip=False, required=False, widget=forms.Textarea
    )

    def __init__(self, event: Event, data: Any = None, *, person: str = "", payload: Any = None) -> None:
        self.event = event
        self.controls = controls_of(event.schema.document, fields=event.fields, without=firing.ADDED)
        self.payload: dict[str, Any] = payload or {}
        super().__init__(data, initial={"person": person, "json": written(self.payload)})
        self.texts: Mapping[str, str] = data if data is not None else texts_of(self.controls, self.payload)

    @classmethod
    def first(cls, version: JourneyVersion, *, by: User, asked: str) -> TriggerForm | None:
        """As it stands there at first: with what the user sent last, else with a sample."""
        last = testing.last_trigger(version, by=by, event=asked)
        event = last.event if last else _event(version, asked)
        if event is None:
            return None
        if last:
            return cls(event, person=last.person, payload=last.payload)
        return cls(event, payload=firing.sample(event))

    @classmethod
    def filled(cls, version: JourneyVersion, data: Any) -> TriggerForm | None:
        """As somebody sent it; None for an event that the version does not know."""
        event = _event(version, data.get("event", ""))
        return cls(event, data.dict()) if event and event.name == data.get("event") else None

    @property
    def wants_sending(self) -> bool:
        """Not only to be shown in the other view."""
        return self.data.get("do") in ("send", "send-json")

    @property
    def rows(self) -> list[tuple[Control, str, list[tuple[str, str]]]]:
        """Each control with its text and the (value, label) that can be chosen."""
        return [(one, self.texts.get(one.name, ""), _choices(one)) for one in self.controls]

    def clean(self) -> dict[str, Any]:
        """Read the view that was used, and bring the other one up to date."""
        self.payload = self._read_json() if "json" in self.data.get("do", "") else self._read_controls()
        if not self.errors:
            self.data = {**self.data, "json": written(self.payload)}
            self.texts = texts_of(self.controls, self.payload)
        return self.cleaned_data

    def _read_controls(self) -> dict[str, Any]:
        try:
            return entity_from(self.controls, self.texts)
        except NotFitting as problem:
            self.add_error(None, str(problem))
            return {}

    def _read_json(self) -> dict[str, Any]:
        try:
            found = orjson.loads(self.cleaned_data.get("json", ""))
        except orjson.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            self.add_error(
                "json", _("This is no valid JSON: look at line %(line)d, column %(column)d.") % place
            )
            return {}
        if isinstance(found, dict):
            return found
        self.add_error("json", _("The payload is an object: it begins with { and ends with }."))
        return {}

    @property
    def who(self) -> str:
        return str(self.cleaned_data["person"])

    @property
    def testers(self) -> list[str]:
        """The test profiles to choose from."""
        return testing.test_profiles(self.event.sandbox_id, self.event.namespace)


def _event(version: JourneyVersion, name: str) -> Event | None:
    """The named event of the version, else the first one."""
    names = testing.events_of(version)
    if not names:
        return None
    wanted = name if name in names else names[0]
    return (
        Event.objects.filter(sandbox=version.sandbox_id, name=wanted)
        .select_related("schema", "sandbox")
        .first()
    )


def _choices(control: Control) -> list[tuple[str, str]]:
    if control.kind == "boolean":
        return [("true", gettext("yes")), ("false", gettext("no"))]
    return [
        (text := one if isinstance(one, str) else orjson.dumps(one).decode(), text) for one in control.choices
    ]
