"""The records of things, for technical users: find, correct, add, delete."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasources.platform.object_field import ObjectField
from datasources.platform.profiles.importing.work import Import
from datasources.platform.records.models import Record
from datasources.platform.records.store import key_of
from datasources.platform.schemas.models import Schema
from datasources.platform.schemas.validate import NotASchema, Validator
from journeyorch.access.sandboxes import worked_in
from journeyorch.access.scoped_admin import SandboxScopedAdmin
from journeyorch.phrases import said
from journeyorch.telling import told

_SHOWN_VIOLATIONS = 3


class RecordForm(forms.ModelForm):
    """A record is checked against its schema, like one that comes in; its key stands in it."""

    # The model calls it so; the forms of Django keep what was sent under the same name, in each instance.
    data = ObjectField(  # type: ignore[assignment]
        label=_("Data"),
        help_text=_('The record as a JSON object. Example: {"sku": "A-1", "title": "Garden Room"}'),
    )

    class Meta:
        model = Record
        fields = ("schema", "data")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        schema = cleaned.get("schema") or (self.instance.schema if self.instance.pk else None)
        if schema is None or "data" not in cleaned:
            return cleaned
        try:
            found = Validator(schema.document).violations(cleaned["data"], limit=_SHOWN_VIOLATIONS)
        except NotASchema as error:
            self.add_error("schema", told(error))
            return cleaned
        if found:
            self.add_error("data", [f"{one.pointer}: {said(one.message, gettext)}" for one in found])
        else:
            self._take_key(schema, cleaned["data"])
        return cleaned

    def _take_key(self, schema: Schema, data: dict[str, Any]) -> None:
        key = key_of(data, schema.primary_identity.split("."))
        if key is None or (self.instance.pk and key != self.instance.key):
            message = _("The primary identity stands at %(path)s: a text, which stays what it is.")
            self.add_error("data", forms.ValidationError(message, params={"path": schema.primary_identity}))
        elif not self.instance.pk and schema.records.filter(key=key).exists():
            self.add_error(
                "data", _("There is a record with this primary identity already. Change that one.")
            )
        else:
            self.instance.key = key
            self.instance.received_at = timezone.now()


@admin.register(Record)
class RecordAdmin(SandboxScopedAdmin):
    """What events refer to; usually it streams in or is imported."""

    help_topic = "records"
    introduction = _(
        "Records describe things, such as products. Fields of events refer to them by their primary "
        "identity, and journeys read them beside those fields."
    )
    sandbox_path = "schema__sandbox"
    form = RecordForm
    list_display = ("key", "schema", "received_at")
    list_filter = (("schema", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("schema",)
    search_fields = ("key__exact",)
    search_help_text = _("A whole primary identity, such as A-1.")
    show_full_result_count = False
    list_per_page = 50
    fields = ("schema", "data", "received_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("schema", "received_at") if obj else ("received_at",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "schema":
            kwargs["queryset"] = referable_schemas().filter(sandbox__in=worked_in(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_import": request.user.has_perm(Import.permission), **(extra_context or {})}
        return super().changelist_view(request, context)


def referable_schemas() -> QuerySet[Schema]:
    """The schemas whose records can be referred to."""
    return Schema.objects.filter(kind=Schema.Kind.RECORD).exclude(primary_identity="").order_by("name")
