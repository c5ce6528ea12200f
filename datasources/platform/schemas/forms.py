"""The form of a schema: composed or written out; what cannot be used is refused with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from django import forms
from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.known import namespaces_of
from datasources.platform.schemas.composing import CannotCompose, check_usable
from datasources.platform.schemas.fields import fields_of
from datasources.platform.schemas.group_choice import (
    GroupsWidget,
    chosen_groups,
    class_choices,
    form_values,
    group_choices,
    misfits,
    offer,
)
from datasources.platform.schemas.models import Schema
from journeyorch.telling import told
from journeyorch.usage import used_in

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


class SchemaForm(forms.ModelForm):
    """A schema: composed of the library's field groups, or written out."""

    groups = forms.MultipleChoiceField(
        label=_("Field groups"),
        required=False,
        choices=[],
        widget=GroupsWidget,
        help_text=_("What the schema is composed of, beside the fields that every event or profile has."),
    )
    reference = forms.CharField(
        label=_("Reference"),
        required=False,
        max_length=300,
        help_text=_(
            "What messages name the schema by, its $id; enter the one that your senders use already. Empty: "
            "one is made."
        ),
    )
    base = forms.ChoiceField(
        label=_("Imported class"),
        required=False,
        help_text=_("Only if the schema is to have a class that you have imported."),
    )
    document = DocumentField(
        label=_("JSON Schema"),
        required=False,
        strip=False,
        help_text=_(
            "Instead of composing: JSON Schema 2020-12 or draft-06, written out. Leave it empty to compose "
            "the schema of field groups and custom fields."
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
            "base",
            "description",
            "groups",
            "tenant",
            "document",
            "feeds_profiles",
            "primary_identity",
            "primary_namespace",
        )
        help_texts = {
            "kind": _("Events happen at a time; a profile is what is known of a person."),
            "primary_identity": _(
                "Path of the text field that says who it is about, for example _acme.customerNumber. "
                "Leave it empty when senders use the identityMap. Of records of something else: what other "
                "schemas refer to them by; it needs no namespace."
            ),
        }
        widgets = {"description": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("kind", Schema.Kind.EVENT)
        if self.instance.pk:
            self._stay_as_made()
        sandbox_id = self.instance.sandbox_id or self._chosen_sandbox()
        if "groups" in self.fields:
            self._offer_groups(self.fields["groups"], sandbox_id)
        if "base" in self.fields:
            self._offer_classes(self.fields["base"], sandbox_id)
        if "primary_namespace" in self.fields:
            self.fields["primary_namespace"].choices = namespace_choices(sandbox_id)  # type: ignore[attr-defined]
        if not self.instance.pk and (last := Schema.objects.filter(sandbox_id=sandbox_id).last()):
            self.initial["tenant"] = last.tenant

    def _stay_as_made(self) -> None:
        """A composed schema stays composed, one that was written out is written on."""
        composed = self.instance.groups is not None
        self.initial["reference"] = self.instance.document.get("$id", "")
        for name in ("document",) if composed else ("groups", "base", "tenant", "reference"):
            self.fields.pop(name, None)
        if "document" in self.fields:
            self.fields["document"].required = True
            self.fields["document"].help_text = _("JSON Schema 2020-12 or draft-06.")

    def _chosen_sandbox(self) -> int:
        """The one that was sent; before that, the one that the page proposes."""
        chosen = str(self.data.get("sandbox") or "")
        if re.fullmatch("[0-9]{1,18}", chosen):
            return int(chosen)
        proposed = getattr(self.fields.get("sandbox"), "initial", None)
        return getattr(proposed, "pk", 0) or 0

    def _offer_groups(self, field: Any, sandbox_id: int) -> None:
        choices = group_choices(sandbox_id)
        if self.instance.pk:
            # Its class cannot be changed any more: what is for others would only be in the way.
            own = {f"kind={self.instance.kind}", f"base={self.instance.base}"}
            choices = [each for each in choices if own & set(_conditions(each.shown_when))]
            choices = [each._replace(shown_when="") for each in choices]
            self.initial["groups"] = form_values(self.instance.groups or (), kind=self.instance.kind)
        offer(field, choices)

    def _offer_classes(self, field: Any, sandbox_id: int) -> None:
        found = class_choices(sandbox_id)
        conditions = {each.uri: f"kind={each.kind}" for each in found}
        field.widget = ClassSelect(conditions) if found else forms.HiddenInput()
        field.choices = [("", _("none")), *((each.uri, f"{each.title}: {each.uri}") for each in found)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_class(data)
        self._check_identity(data)
        if data.get("document"):
            self._check_document(data)
        else:
            self._check_reference(data, data.get("reference", ""), "reference")
        return data

    def _check_identity(self, data: dict[str, Any]) -> None:
        """Things need no namespace: their schema tells them from others."""
        path, namespace = data.get("primary_identity"), data.get("primary_namespace")
        of_things = (data.get("kind") or self.instance.kind) == Schema.Kind.RECORD
        if bool(path) != bool(namespace) and not (of_things and path):
            message = _("A primary identity needs both: a field and a namespace.")
            self.add_error("primary_namespace", message)
        if "primary_identity" in self.changed_data and self.instance.pk and self.instance.records.exists():
            message = _("It cannot be changed while there are records, which are found by it. Delete them.")
            self.add_error("primary_identity", message)

    def _check_document(self, data: dict[str, Any]) -> None:
        document = data["document"]
        try:
            check_usable(document)
        except CannotCompose as error:
            self.add_error("document", told(error))
            return
        self._check_reference(data, document.get("$id"), "document")
        if problem := identity_problem(data.get("primary_identity", ""), document):
            self.add_error("primary_identity", problem)
        if lost := lost_fields(self.instance, document):
            self.add_error("document", lost)

    def _check_reference(self, data: dict[str, Any], name: Any, field: str) -> None:
        """Messages name a schema by its ``$id``: two with the same one could not be told apart."""
        sandbox = data.get("sandbox") or (self.instance.sandbox if self.instance.pk else None)
        others = Schema.objects.filter(sandbox=sandbox).exclude(pk=self.instance.pk) if sandbox else ()
        if name and any(other.ref == name for other in others):
            self.add_error(field, _("Another schema of this sandbox has the same $id. Choose another."))

    def _check_class(self, data: dict[str, Any]) -> None:
        kind, base = data.get("kind") or self.instance.kind, data.get("base") or self.instance.base
        sandbox = data.get("sandbox") or (self.instance.sandbox if self.instance.pk else None)
        if sandbox is None:
            return
        chosen = next((each for each in class_choices(sandbox.pk) if each.uri == base), None)
        if chosen and chosen.kind != kind:
            self.add_error("base", _("This class is of another kind. Choose the kind above accordingly."))
        if "groups" in data:
            data["groups"] = chosen_groups(data["groups"], kind=kind)
            wrong = misfits(data["groups"], sandbox_id=sandbox.pk, kind=kind, base=base)
            if wrong:
                message = _("Not for schemas of this class: %(groups)s.")
                self.add_error("groups", forms.ValidationError(message, params={"groups": ", ".join(wrong)}))

    def _post_clean(self) -> None:
        """What was written out is composed of nothing; what is composed gets its document with its fields."""
        super()._post_clean()  # type: ignore[misc]
        if self.cleaned_data.get("document"):
            self.instance.groups = None
        elif "reference" in self.fields:
            reference = self.cleaned_data.get("reference", "")
            self.instance.document = {**(self.instance.document or {}), "$id": reference}


class ClassSelect(forms.Select):
    """Imported classes; with scripts only those of the chosen kind are shown."""

    def __init__(self, shown_when: dict[str, str]) -> None:
        super().__init__()
        self.shown_when = shown_when

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        if condition := self.shown_when.get(str(option["value"])):
            option["attrs"]["data-shown-when"] = condition
        return option


def namespace_choices(sandbox_id: int) -> list[tuple[str, Any]]:
    """The namespaces of people that a sandbox knows."""
    known = [info for info in namespaces_of(sandbox_id).values() if info.identifies_people]
    return [("", _("none")), *((info.code, info.name) for info in known)]


def identity_problem(path: str, document: Mapping[str, Any]) -> str:
    """Why a field cannot be the primary identity, else ""."""
    if path and path not in {field.path for field in fields_of(document) if field.type == "string"}:
        return str(_("The schema has no text field at this path."))
    return ""


def lost_fields(schema: Schema, document: Mapping[str, Any]) -> forms.ValidationError | None:
    """Events, and journeys by them, rely on the fields of their schema: in use, it only gains some."""
    uses = used_in("schema", schema) if schema.pk else []
    if not uses:
        return None
    before = Schema.objects.values_list("document", flat=True).get(pk=schema.pk)
    after = {field.path for field in fields_of(document)}
    lost = [field.path for field in fields_of(before) if field.path not in after]
    if not lost:
        return None
    message = _("The field %(field)s cannot be taken away while the schema is used in: %(uses)s.")
    params = {"field": lost[0], "uses": ", ".join(use.label for use in uses)}
    return forms.ValidationError(message, params=params)


def _conditions(shown_when: str) -> Iterator[str]:
    """ "kind=event|profile" as "kind=event" and "kind=profile"."""
    name, _equals, values = shown_when.partition("=")
    return (f"{name}={value}" for value in values.split("|"))
