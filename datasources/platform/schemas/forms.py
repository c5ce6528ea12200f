"""The form of a schema: a document that cannot be used is refused with the reason."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson
from django import forms
from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.library import compose, group_names
from datasources.platform.schemas.models import Schema
from datasources.platform.schemas.validate import NotASchema, Validator

_MAX_BYTES = 1024 * 1024


class DocumentField(forms.CharField):
    """A JSON Schema as text.

    Not Django's JSON field: it takes NaN, which PostgreSQL refuses, and repeated names.
    """

    widget = forms.Textarea(attrs={"rows": 24, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != orjson.loads(data or "null"))
        except orjson.JSONDecodeError:
            return True

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return read_document(text) if text else {}


def read_document(text: str) -> dict[str, Any]:
    """A schema from text; ``ValidationError`` in words for people."""
    data = text.encode("utf-8", "replace")
    if len(data) > _MAX_BYTES:
        raise forms.ValidationError(_("The schema is larger than 1 MiB. Leave out what is not needed."))
    try:
        document = orjson.loads(data)
        written = orjson.dumps(document)
    except orjson.JSONDecodeError as error:
        message = _("This is not valid JSON at line %(line)d, column %(column)d.")
        raise forms.ValidationError(message, params={"line": error.lineno, "column": error.colno}) from None
    except TypeError:
        raise forms.ValidationError(_("The schema is nested too deeply.")) from None
    if not isinstance(document, dict):
        raise forms.ValidationError(_("A schema is a JSON object, in braces."))
    if b"\\u0000" in written:
        raise forms.ValidationError(_("The schema holds the character NUL, which cannot be stored."))
    return document


_GROUP_WORDS = {
    "orchestration": _("the event ID, needed for system-generated events"),
    "commerce": _("orders, carts and products"),
    "web": _("pages, links and referrers"),
    "application": _("starts and use of an app"),
    "device": _("the device"),
    "environment": _("browser, operating system, network"),
    "placeContext": _("places, beacons and positions"),
    "channel": _("the channel it came by"),
    "directMarketing": _("emails sent, opened, clicked"),
    "endUserIDs": _("identities in fields of their own"),
    "messageProfile": _("push tokens and the email address at that time"),
    "search": _("searches"),
    "person": _("names, birthday, gender"),
    "contact": _("email, phone numbers, addresses"),
    "preferences": _("language and time zone"),
    "consents": _("what the person agreed to"),
    "loyalty": _("tier and points"),
    "pushNotificationDetails": _("push tokens"),
    "segmentMembership": _("segments"),
    "testProfile": _("whether it is a test profile"),
}


class GroupsWidget(forms.CheckboxSelectMultiple):
    """Field groups by class; with scripts only those of the chosen class are shown."""

    template_name = "datasources/groups.html"

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        kind = str(option["value"]).partition(":")[0]
        option["attrs"]["data-shown-when"] = f"kind={kind}"
        return option


class SchemaForm(forms.ModelForm):
    """A schema: composed of the library's field groups, or written out."""

    groups = forms.MultipleChoiceField(
        label=_("Field groups"),
        required=False,
        choices=[],
        widget=GroupsWidget,
        help_text=_("What the new schema is composed of, beside the fields that every event or profile has."),
    )
    document = DocumentField(
        label=_("JSON Schema"),
        required=False,
        strip=False,
        help_text=_(
            "Leave it empty for a new schema: it is composed of the groups above. To add a field of your "
            "own, save, "
            'then write it below "properties", for example "_acme": {"type": "object", "properties": '
            '{"room": {"type": "string", "title": "Room"}}}. JSON Schema 2020-12 or draft-06.'
        ),
    )
    primary_namespace = forms.ChoiceField(
        label=_("Its namespace"),
        required=False,
        help_text=_("What kind of identity that field holds. Example: CRM ID."),
    )

    class Meta:
        model = Schema
        fields = (
            "sandbox",
            "name",
            "kind",
            "description",
            "document",
            "feeds_profiles",
            "primary_identity",
            "primary_namespace",
        )
        help_texts = {
            "kind": _("Events happen at a time; a profile is what is known of a person."),
            "primary_identity": _(
                "Path of the text field that says who it is about, for example _acme.customerNumber. "
                "Leave it empty when senders use the identityMap."
            ),
        }
        widgets = {"description": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("kind", Schema.Kind.EVENT)
        if "groups" in self.fields:
            self.fields["groups"].choices = _group_choices()  # type: ignore[attr-defined]
        if "primary_namespace" in self.fields:
            self.fields["primary_namespace"].choices = self._namespaces()  # type: ignore[attr-defined]

    def _namespaces(self) -> list[tuple[str, Any]]:
        chosen = str(self.data.get("sandbox") or "")
        sandbox_id = self.instance.sandbox_id or (int(chosen) if re.fullmatch("[0-9]{1,18}", chosen) else 0)
        known = [info for info in namespaces_of(sandbox_id).values() if info.identifies_people]
        return [("", _("none")), *((info.code, info.name) for info in known)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "document" not in data:
            return data
        data["document"] = data["document"] or self._composed(data)
        try:
            Validator(data["document"])
        except NotASchema as error:
            self.add_error("document", str(error))
            return data
        self._check_reference(data)
        self._check_identity(data)
        return data

    def _composed(self, data: dict[str, Any]) -> dict[str, Any]:
        kind = data.get("kind") or self.instance.kind or Schema.Kind.EVENT
        wanted = {name.partition(":")[2] for name in data.get("groups", ()) if name.startswith(f"{kind}:")}
        return compose(
            kind, [name for name in group_names(kind) if name in wanted], title=data.get("name", "")
        )

    def _check_reference(self, data: dict[str, Any]) -> None:
        """Messages name a schema by its ``$id``: two with the same one could not be told apart."""
        name = data["document"].get("$id")
        sandbox = data.get("sandbox") or (self.instance.sandbox if self.instance.pk else None)
        others = Schema.objects.filter(sandbox=sandbox).exclude(pk=self.instance.pk) if sandbox else ()
        if name and any(other.ref == name for other in others):
            self.add_error("document", _("Another schema of this sandbox has the same $id. Choose another."))

    def _check_identity(self, data: dict[str, Any]) -> None:
        path, namespace = data.get("primary_identity", ""), data.get("primary_namespace", "")
        if bool(path) != bool(namespace):
            self.add_error("primary_namespace", _("A primary identity needs both: a field and a namespace."))
        if path and path not in {
            field.path for field in fields_of(data["document"]) if field.type == "string"
        }:
            self.add_error("primary_identity", _("The schema has no text field at this path."))


def _group_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (str(label), [(f"{kind}:{name}", _group_label(name)) for name in group_names(kind)])
        for kind, label in Schema.Kind.choices
    ]


def _group_label(name: str) -> str:
    return f"{name}: {_GROUP_WORDS[name]}" if name in _GROUP_WORDS else name
