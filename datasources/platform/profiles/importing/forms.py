"""The forms of an import: the file, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from datasources.platform.namespaces.standard import NamespaceInfo
from datasources.platform.profiles.importing.layout import Layout
from datasources.platform.profiles.importing.mapping import Column, Plan, problems_of
from datasources.platform.profiles.importing.preparing import importable_schemas
from datasources.platform.schemas.models import Schema
from journeyorch.access.sandboxes import worked_in

_FORMATS = [
    ("csv", _("CSV")),
    ("jsonl", _("JSON, one object a line")),
    ("json", _("JSON, a list of objects")),
]
_ENCODINGS = [("utf-8", "UTF-8"), ("windows-1252", "Windows-1252")]
_DELIMITERS = [(",", _("Comma")), (";", _("Semicolon")), ("\t", _("Tab")), ("|", _("Vertical bar"))]


class UploadForm(forms.Form):
    """Which file, and which schema its records follow."""

    schema = forms.ModelChoiceField(
        label=_("Schema"),
        queryset=Schema.objects.none(),
        help_text=_(
            "What each record is checked against: a profile schema that feeds profiles, or a schema of "
            "records of something else with a primary identity."
        ),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV with the names of the columns in its first line, a JSON list of objects, or one JSON object "
            "a line. Nothing is imported before you have seen what it means."
        ),
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST or None, request.FILES or None)
        self.fields["schema"].queryset = importable_schemas(worked_in(request))  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            message = _("The file is larger than %(limit)d MiB. Divide it.")
            raise forms.ValidationError(message, params={"limit": settings.IMPORT_MAX_BYTES // 1024**2})
        return file


class LayoutForm(forms.Form):
    """How the file is written; what was found out is chosen already."""

    format = forms.ChoiceField(label=_("Format"), choices=_FORMATS)
    encoding = forms.ChoiceField(label=_("Encoding"), choices=_ENCODINGS)
    delimiter = forms.ChoiceField(label=_("Values are parted by"), choices=_DELIMITERS)

    def layout(self) -> Layout:
        """For a valid form."""
        return Layout.model_validate(self.cleaned_data)


class ColumnsForm(forms.Form):
    """A row for each column: where its values go, and in which namespace they name people."""

    as_is = forms.BooleanField(
        label=_("The records are XDM already"),
        required=False,
        help_text=_(
            "Take them as they are; the identityMap, or the schema's identity, says who they are about."
        ),
    )
    primary = forms.ChoiceField(label=_("Primary identity"), required=False)

    def __init__(
        self,
        data: Any,
        *,
        plan: Plan,
        names: Sequence[str],
        types: Mapping[str, str],
        namespaces: Mapping[str, NamespaceInfo],
    ) -> None:
        super().__init__(data)
        self._plan, self._names, self._types, self._namespaces = plan, names, types, namespaces
        known = {column.name: column for column in plan.columns}
        codes = [("", _("no identity"))] + [
            (code, info.name) for code, info in sorted(namespaces.items()) if info.identifies_people
        ]
        for number, name in enumerate(names):
            self._add_column(number, name, known.get(name, Column(name=name)), codes)
        chosen = next((str(n) for n, name in enumerate(names) if name in known and known[name].primary), "")
        self.fields["primary"].choices = [("", _("none")), *((str(n), name) for n, name in enumerate(names))]  # type: ignore[attr-defined]
        self.initial["primary"] = chosen
        if plan.layout.format == "csv":
            del self.fields["as_is"]
        else:
            self.initial["as_is"] = not plan.columns

    def _add_column(self, number: int, name: str, column: Column, codes: Sequence[Any]) -> None:
        self.fields[f"path_{number}"] = forms.CharField(
            label=_("Field for %(column)s") % {"column": name},
            required=False,
            max_length=400,
            initial=column.path,
            widget=forms.TextInput(attrs={"list": "paths", "autocomplete": "off"}),
        )
        self.fields[f"namespace_{number}"] = forms.ChoiceField(
            label=_("Namespace of %(column)s") % {"column": name},
            required=False,
            choices=codes,
            initial=column.namespace,
        )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for problem in problems_of(self._columns(values), self._types, self._namespaces):
            self.add_error(None, problem)
        return values

    def plan(self) -> Plan:
        """For a valid form."""
        return self._plan.model_copy(update={"columns": tuple(self._columns(self.cleaned_data))})

    def _columns(self, values: Mapping[str, Any]) -> list[Column]:
        if values.get("as_is"):
            return []
        columns = [
            Column(
                name=name[:200],
                path=values.get(f"path_{number}", "").strip(),
                namespace=values.get(f"namespace_{number}", ""),
                primary=values.get("primary") == str(number),
            )
            for number, name in enumerate(self._names)
        ]
        return [column for column in columns if column.path or column.namespace]
