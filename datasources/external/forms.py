"""The forms in which technical users describe external sources, and ask a field group for a test."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from datasources.external.infer import SampleProblem, extended, infer, leaves, problems, with_types
from datasources.external.models import DataSource, FieldGroup
from datasources.external.request import joined_url, placeholders
from datasources.external.type_fields import TypesField
from datasources.names import kept_while_used
from journeyorch.expressions.scope import PROFILE_SOURCE
from journeyorch.outbound.forms import AuthModelForm, StrictJSONField, as_they_are, check_outbound_url
from journeyorch.telling import all_told, told
from journeyorch.usage import Use, used_in

_PARAMETER = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class DataSourceForm(AuthModelForm):
    """A source with its authentication."""

    class Meta:
        model = DataSource
        fields = ("sandbox", "name", "description", "url", "max_calls", "cache_seconds")
        widgets = {"description": forms.Textarea({"rows": 2})}
        help_texts = {
            "name": _(
                "At most 30 letters, digits and underscores. Expressions begin with it: #{Reservations.…}"
            ),
            "url": _(
                "Where all calls go; each field group adds its path. Example: https://api.example.com/v1"
            ),
            "max_calls": _("How many calls the other system can bear; further ones end as an error."),
            "cache_seconds": _("For so long an answer is used again for the same values; 0: never."),
        }

    def clean_name(self) -> str:
        """Expressions name it in many places: with another name they would find nothing."""
        if self.cleaned_data["name"] == PROFILE_SOURCE:
            raise ValidationError(
                _("This is the name of the built-in source of profiles. Choose another one.")
            )
        return kept_while_used(self, uses_of_source(self.instance) if self.instance.pk else ())


def uses_of_source(source: DataSource) -> list[Use]:
    """A source is used by who uses one of its groups."""
    return sorted({use for group in source.field_groups.all() for use in used_in("field_group", group)})


class FieldGroupForm(forms.ModelForm):
    """A field group; fields left empty are inferred from the sample."""

    sent_payload = StrictJSONField(
        label=_("Sent payload"),
        required=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "data-shown-when": "method=POST"}),
        help_text=_(
            'The JSON body, for POST only; {"param": "guest"} stands for the dynamic value guest. '
            'Example: {"customer": {"id": {"param": "guest"}}}'
        ),
    )
    response_sample = StrictJSONField(
        label=_("Response payload"),
        required=False,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "A sample of an answer, as a JSON object; the Test page shows real ones. "
            'Example: {"reservation": {"active": true, "room": "12"}}'
        ),
    )
    response_types = TypesField(
        label=_("Fields and their types"),
        required=False,
        help_text=_(
            "Taken from the sample. A sample cannot tell everything: correct here what it got wrong."
        ),
    )
    response_schema = StrictJSONField(
        label=_("The same as JSON Schema"),
        required=False,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "Leave it empty to take names and types from the sample on saving; another sample adds its new "
            "fields. "
            'Example: {"type": "object", "properties": {"room": {"type": "string"}}}'
        ),
    )

    class Meta:
        model = FieldGroup
        fields = (
            *("source", "name", "description", "method", "path", "parameters", "sent_payload"),
            *("response_sample", "response_schema"),
        )
        labels = {"source": _("Source")}
        widgets = {"description": forms.Textarea({"rows": 2})}
        help_texts = {
            "name": _("At most 30 letters, digits and underscores: the second part of #{Source.Group.field}"),
            "path": _("Added to the URL of the source. Example: /reservations"),
            "parameters": _(
                "Names of the values that the journey gives, separated by commas. "
                "A GET sends them in its query, as in ?guest=… Example: guest, arrival"
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_they_are(self.fields.get("method"))
        if types := self.fields.get("response_types"):
            assert isinstance(types, TypesField)
            types.show(leaves(self.instance.response_schema or {"type": "object"}))

    def clean_parameters(self) -> str:
        names = [name.strip() for name in self.cleaned_data["parameters"].split(",") if name.strip()]
        for name in names:
            if not _PARAMETER.fullmatch(name):
                raise ValidationError(_("Names of dynamic values are letters, digits and _ . - only."))
        return ", ".join(dict.fromkeys(names))

    def clean_response_sample(self) -> Any:
        sample = self.cleaned_data["response_sample"] or {}
        try:
            infer(sample)
        except SampleProblem as problem:
            raise ValidationError(told(problem)) from problem
        return sample

    def clean_response_schema(self) -> Any:
        schema = self.cleaned_data["response_schema"] or {}
        if schema and (found := list(problems(schema))):
            raise ValidationError(all_told(found))
        return schema

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if data.get("source") and "path" in data:
            self._check_url(joined_url(data["source"].url, data["path"]))
        self._check_payload(data)
        if data.get("response_sample") and self.takes_fields():
            data["response_schema"] = extended(data.get("response_schema") or {}, data["response_sample"])
        if types := data.get("response_types"):
            data["response_schema"] = with_types(data.get("response_schema") or {}, types)
        if not self.errors:
            self._check_used(data["response_schema"])
        return data

    def takes_fields(self) -> bool:
        """Whether the sample says which fields there are, because nothing else does."""
        return not self.cleaned_data.get("response_schema")

    def _check_url(self, url: str) -> None:
        try:
            check_outbound_url(url)
        except ValidationError as error:
            self.add_error("path", error)

    def _check_payload(self, data: dict[str, Any]) -> None:
        payload = data.get("sent_payload")
        if payload is not None and data.get("method") == FieldGroup.Method.GET:
            self.add_error("sent_payload", _("A GET sends no payload. Remove it or choose POST."))
        known = {name.strip() for name in data.get("parameters", "").split(",")}
        for name in sorted(placeholders(payload) - known):
            message = _("“%(name)s” is not among the dynamic values. Add it there.")
            self.add_error("sent_payload", ValidationError(message, params={"name": name}))

    def clean_name(self) -> str:
        return kept_while_used(self, used_in("field_group", self.instance) if self.instance.pk else ())

    def _check_used(self, schema: dict[str, Any]) -> None:
        """While somebody uses the group it may gain fields; what references name and give stays as it is."""
        if self.instance.pk is None:
            return
        before = FieldGroup.objects.get(pk=self.instance.pk)
        types = dict(leaves(schema))
        gone = [name for name, kind in leaves(before.response_schema or {}) if types.get(name) != kind]
        changed = {
            "response_schema": gone,
            "parameters": _difference(before.parameters, self.cleaned_data["parameters"]),
            "source": [before.source.name] if self.cleaned_data["source"] != before.source else [],
        }
        uses = used_in("field_group", self.instance) if any(changed.values()) else []
        message = _("%(names)s cannot be added, removed or changed: the group is used in %(uses)s.")
        for field, names in changed.items() if uses else ():
            params = {"names": ", ".join(names), "uses": ", ".join(use.label for use in uses)}
            if names:
                self.add_error(field, ValidationError(message, params=params))


class FieldGroupPageForm(FieldGroupForm):
    """The form on its page, which shows the stored fields: a sample pasted beside them adds its own."""

    def takes_fields(self) -> bool:
        is_new = "response_sample" in self.changed_data and "response_schema" not in self.changed_data
        return is_new or super().takes_fields()


def _difference(before: str, after: str) -> list[str]:
    """Names that are on one of two lists only."""
    first, second = ({name.strip() for name in text.split(",")} - {""} for text in (before, after))
    return sorted(first ^ second)
