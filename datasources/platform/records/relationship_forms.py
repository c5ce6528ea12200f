"""The forms of relationships, on the page of the schema whose fields refer to records."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from datasources.platform.records.models import Relationship
from datasources.platform.schemas.fields import Field, fields_of
from datasources.platform.schemas.models import Schema
from datasources.platform.schemas.path_forms import PathsFormSet, PathsInline
from journeyorch.usage import used_in


class RelationshipsFormSet(PathsFormSet):
    """All relationships of a schema: what they add to it must be free, and stays while events use it."""

    @cached_property
    def offered(self) -> list[Field]:
        """Texts: a record's key is one."""
        return [field for field in fields_of(self.instance.document or {}) if field.type == "string"]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "target" in form.fields:
            records = Schema.objects.filter(sandbox=self.instance.sandbox_id, kind=Schema.Kind.RECORD)
            form.fields["target"].queryset = records.exclude(primary_identity="").order_by("name")
            # Only to be chosen here: a slip of the hand beside a choice must not change what is chosen.
            form.fields["target"].widget = form.fields["target"].widget.widget

    def clean(self) -> None:
        super().clean()
        if not any(self.errors):
            self._check_names()
            self._check_use()

    def _check_names(self) -> None:
        said = [form.cleaned_data for form in self.rows()]
        places = [".".join((*row["path"].split(".")[:-1], row["name"])) for row in said]
        taken = {field.path for field in fields_of(self.instance.document or {})}
        for place, count in Counter(places).items():
            if count > 1 or place in taken:
                message = _("There is another field %(place)s. Give the record another name.")
                raise forms.ValidationError(message, params={"place": place})

    def _check_use(self) -> None:
        """Events, and journeys by them, may rely on the fields of the records."""
        moved = [form for form in self.initial_forms if form.has_changed() or form in self.deleted_forms]
        uses = used_in("schema", self.instance) if moved else []
        if uses:
            message = _("A relationship stays as it is while the schema is used in: %(uses)s.")
            raise forms.ValidationError(message, params={"uses": ", ".join(use.label for use in uses)})


class RelationshipInline(PathsInline):
    """Which fields of an event schema refer to records."""

    model = Relationship
    formset = RelationshipsFormSet
    fields = ("path", "target", "name")
