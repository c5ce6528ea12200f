"""The form of a configured event: what can be wrong with it is said before it is saved."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasources.models import Schema
from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.records.linking import linked_document
from datasources.platform.records.store import links_of
from datasources.platform.schemas.fields import Field, always_there, fields_of, with_identity
from datasources.platform.schemas.tree import FieldTreeField, loses_fields
from events.compiling import condition_problems, key_problems, payload_scope
from events.matching import EVENT_ID_PATH
from events.models import Event
from journeyorch.expression_area import ExpressionArea
from journeyorch.expressions.offers import written_name
from journeyorch.expressions.renaming import with_event_renamed
from journeyorch.phrases import said
from journeyorch.usage import used_in

# What may be changed while journeys use the event; fields may be added (technical.md, Events).
# The name too: journeys that refer to the event by it follow (journeyorch/renaming.py).
_FREE = {"name", "description", "fields"}
_EVENT_ID = ".".join(EVENT_ID_PATH)
# What the event's own expressions can refer to stands in these controls.
_PAYLOAD = {"schema": "schema", "name": "name"}


class SchemaSelect(forms.Select):
    """Choosing a schema fills in the namespace of its primary identity (static/js/fills.js)."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        schema = getattr(value, "instance", None)
        if schema is not None and schema.primary_namespace:
            option["attrs"]["data-fills"] = f"namespace={schema.primary_namespace}"
        return option


class EventForm(forms.ModelForm):
    """A configured event. Namespaces and fields to choose from come from its sandbox and schema."""

    class Meta:
        model = Event
        fields = (
            "sandbox",
            "name",
            "description",
            "type",
            "schema",
            "condition",
            "namespace",
            "key",
            "fields",
        )
        widgets = {
            "description": forms.Textarea({"rows": 2}),
            "condition": ExpressionArea(
                title=_("Condition"),
                expected="boolean",
                from_form=_PAYLOAD,
                attrs={"rows": 4, "data-shown-when": "type=rule"},
            ),
            "key": ExpressionArea(title=_("Key"), expected="", from_form=_PAYLOAD, attrs={"rows": 2}),
        }
        help_texts = {
            "name": _(
                "At most 30 letters, digits and underscores. Journeys refer to it, as in "
                "@{LobbyBeacon.timestamp}."
            ),
            "type": _(
                "System-generated: the sender puts an event ID, made on saving, into "
                "_experience.campaign.orchestration.eventID. Rule-based: every event that fulfils a "
                "condition."
            ),
            "schema": _("Which fields the event carries."),
            "condition": _(
                "True for the received events that are this one; fields are written with the event's name. "
                'Example: @{LobbyBeacon.eventType} == "lobby"'
            ),
            "key": _(
                "Gives the person's id; leave it empty to take the primary id of the identityMap. "
                "Example: @{LobbyBeacon._acme.customerNumber}"
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"condition", "key"} & self.fields.keys():
            self.fields[name].widget.event = self.instance.pk
        # A page that may only be looked at has no fields.
        if "fields" in self.fields:
            self.fields["fields"] = _payload_fields(self._schema())
        if "namespace" in self.fields:
            self.fields["namespace"] = forms.ChoiceField(
                label=_("Namespace"),
                required=False,
                choices=self._namespaces(),
                help_text=_(
                    "What kind of identity the person is known by, for example Email. Without one, "
                    "journeys know nothing of the person's profile."
                ),
            )

    def _schema(self) -> Schema | None:
        chosen = self.data.get(self.add_prefix("schema")) if self.is_bound else self.instance.schema_id
        return Schema.objects.filter(pk=_number(chosen)).first()

    def _namespaces(self) -> list[tuple[str, Any]]:
        sandbox_id = self.instance.sandbox_id or _number(self.data.get(self.add_prefix("sandbox")))
        known = [info for info in namespaces_of(sandbox_id).values() if info.identifies_people]
        return [("", _("none")), *((info.code, info.name) for info in known)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        schema = data.get("schema")
        if schema is None or "name" not in data:
            return data
        self._follow_name(data)
        self._check_sandbox(data, schema)
        self._check_type(data, schema)
        self._check_key(data, schema)
        self._check_use(data)
        return data

    def _follow_name(self, data: dict[str, Any]) -> None:
        """The event's own expressions name it: with another name they stay what they are."""
        old, new = self.initial.get("name"), data["name"]
        if self.instance.pk and old and old != new:
            for field in ("condition", "key"):
                data[field] = with_event_renamed(data.get(field, ""), old=old, new=new)

    def _check_sandbox(self, data: dict[str, Any], schema: Schema) -> None:
        sandbox = data.get("sandbox") or (self.instance.sandbox if self.instance.pk else None)
        if sandbox and schema.sandbox_id != sandbox.pk:
            self.add_error("schema", _("This schema belongs to another sandbox. Choose one of this sandbox."))

    def _check_type(self, data: dict[str, Any], schema: Schema) -> None:
        if data.get("type") == Event.Type.SYSTEM:
            if _EVENT_ID not in {field.path for field in fields_of(schema.document)}:
                message = _("The schema has no field %(path)s. Add the field group orchestration to it.")
                self.add_error("schema", forms.ValidationError(message, params={"path": _EVENT_ID}))
            return
        condition = data.get("condition", "").strip()
        if not condition:
            message = _('A rule-based event needs a condition. Example: @{%(name)s.eventType} == "lobby"')
            self.add_error(
                "condition", forms.ValidationError(message, params={"name": written_name(data["name"])})
            )
            return
        for problem in condition_problems(condition, payload_scope(data["name"], schema.document)):
            self.add_error("condition", said(problem, gettext))

    def _check_key(self, data: dict[str, Any], schema: Schema) -> None:
        key = data.get("key", "").strip()
        for problem in key_problems(key, payload_scope(data["name"], schema.document)) if key else ():
            self.add_error("key", said(problem, gettext))

    def _check_use(self, data: dict[str, Any]) -> None:
        """An event that journeys use keeps what they rely on."""
        uses = used_in("event", self.instance) if self.instance.pk else []
        if not uses:
            return
        names = ", ".join(use.label for use in uses)
        for name in set(self.changed_data) - _FREE - self._followed(data):
            message = _("This cannot be changed while the event is used in: %(journeys)s.")
            self.add_error(name, forms.ValidationError(message, params={"journeys": names}))
        if loses_fields(self.initial.get("fields") or [], data.get("fields") or []):
            message = _("Fields can only be added while the event is used in: %(journeys)s.")
            self.add_error("fields", forms.ValidationError(message, params={"journeys": names}))

    def _followed(self, data: dict[str, Any]) -> set[str]:
        """The event's own expressions that differ in nothing but its name."""
        old, new = self.initial.get("name", ""), data["name"]
        return {
            field
            for field in ("condition", "key")
            if data[field] == with_event_renamed(self.initial.get(field) or "", old=old, new=new)
        }

    def save(self, commit: bool = True) -> Event:
        event = self.instance
        if event.type == Event.Type.SYSTEM:
            event.event_id = event.event_id or secrets.token_hex(32)
        else:
            event.event_id = None
        return super().save(commit)


def _number(chosen: Any) -> int:
    """The id that a form sent; 0, which nothing has, if it is none."""
    text = str(chosen or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _payload_fields(schema: Schema | None) -> FieldTreeField:
    found = _fields_of(schema) if schema else []
    return FieldTreeField(
        found,
        fixed=always_there(found),
        label=_("Payload fields"),
        help_text=_(
            "What journeys may use; none: all. An object includes all that is in it. After choosing another "
            "schema, save to see its fields."
        ),
    )


def _fields_of(schema: Schema) -> list[Field]:
    """With those of the records to which fields refer."""
    document = linked_document(schema.document, links_of(schema.sandbox_id).get(schema.pk, ()))
    return with_identity(fields_of(document), schema.primary_identity, schema.primary_namespace)
