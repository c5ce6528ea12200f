"""The page of an inlet's mapping: its rows, a sample, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from datasources.platform.schemas.fields import Field, fields_of
from datasources.platform.schemas.tree import FieldTree, shown
from events.admin.received import may_see_arrivals
from events.catalog import catalog_of
from events.mapping.forms import SampleForm, move_in, rows_form
from events.mapping.rules import rule_of
from events.mapping.targets import Targets, targets_of
from events.mapping.trying import Tried, paths_in, try_out
from events.models import Inlet, ReceivedEvent
from events.protocols import adapter_of
from journeyorch.access.changeable import changeable

_RECENT = 10
_MORE = 5
_MOST_OFFERED = 2000


class MappingPages(admin.ModelAdmin):
    """Mixed into the admin of inlets."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.mapping)
        return [path("<int:pk>/mapping/", view, name="events_inlet_mapping"), *super().get_urls()]

    @admin.display(description=_("Mapping"))
    def mapping_link(self, obj: Inlet) -> SafeString | str:
        if not obj.pk:
            return str(_("Save the inlet first."))
        count = len(obj.mapping)
        told = ngettext("%d row", "%d rows", count) % count if count else _("Not set")
        address = reverse("admin:events_inlet_mapping", args=[obj.pk])
        return format_html('{}. <a href="{}">{}</a>', told, address, _("Edit the mapping"))

    def mapping(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Edit the rows, with a preview; save them upon POST of ``_save``."""
        inlet = changeable(self, request, pk)
        data = request.POST if request.method == "POST" else None
        rows = rows_form(data, inlet.mapping, more=_MORE if data and "_more" in data else 0)
        usable = rows.is_valid() if data else True
        if data and usable and "_save" in data:
            return self._save(request, inlet, rows)
        sample = SampleForm(data, recent=_recent(request, inlet))
        tried = _tried(inlet, rows, sample) if data and usable and sample.is_valid() else None
        return self._page(request, inlet, rows, sample, tried)

    def _save(self, request: HttpRequest, inlet: Inlet, rows: Any) -> HttpResponse:
        inlet.mapping = [row.model_dump() for row in rows.rows]
        inlet.save()
        self.message_user(request, _("The mapping was saved. It holds from now on."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:events_inlet_change", args=[inlet.pk]))

    def _page(
        self, request: HttpRequest, inlet: Inlet, rows: Any, sample: SampleForm, tried: Tried | None
    ) -> HttpResponse:
        fields = _fields(inlet)
        namespaces = [
            code for code, info in catalog_of(inlet.sandbox_id).namespaces.items() if info.identifies_people
        ]
        targets = targets_of(fields, namespaces=sorted(namespaces))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Mapping"),
            "opts": self.opts,
            "original": inlet,
            "rows": rows,
            "moved": move.to if (move := move_in(request.POST)) else None,
            "noted": _noted(rows, tried, targets if fields else None),
            "sample": sample,
            "tried": tried,
            "entity": _indented(tried.entity) if tried and tried.entity is not None else "",
            "sources": paths_in(tried.source).items() if tried else (),
            "targets": list(targets.plain.items())[:_MOST_OFFERED],
            "tree": shown(fields, id="fields") if fields else "",
            "protocol": sample.protocol,
            "ready_made": adapter_of(sample.protocol).ready_made,
            "media": self.media + FieldTree().media,
        }
        return TemplateResponse(request, "events/mapping.html", context)


def _recent(request: HttpRequest, inlet: Inlet) -> list[ReceivedEvent]:
    """What arrived lately, as samples for whoever may read it."""
    if not may_see_arrivals(request.user):
        return []
    return list(ReceivedEvent.objects.filter(inlet=inlet).order_by("-id")[:_RECENT])


def _tried(inlet: Inlet, rows: Any, form: SampleForm) -> Tried | None:
    if form.sample is None:
        return None
    catalog = catalog_of(inlet.sandbox_id)
    return try_out(form.sample, rows.rows, inlet_id=inlet.pk, catalog=catalog, now=datetime.now(UTC))


def _fields(inlet: Inlet) -> list[Field]:
    """Those of the inlet's schemas; a field of both once."""
    schemas = [schema for schema in (inlet.schema, inlet.profile_schema) if schema]
    found = [field for schema in schemas for field in fields_of(schema.document)]
    return list({field.path: field for field in reversed(found)}.values())[::-1]


def _noted(rows: Any, tried: Tried | None, targets: Targets | None) -> list[tuple[Any, list[Any]]]:
    """Each row's form, with what is to be said of it apart from errors."""
    places = {id(form): place for place, form in enumerate(rows.written)} if rows.is_bound and tried else {}
    return [(form, list(_notes(form, places.get(id(form)), tried, targets))) for form in rows]


def _notes(form: Any, place: int | None, tried: Tried | None, targets: Targets | None) -> Any:
    if place is None or tried is None:
        return
    if place in tried.passed_over:
        yield _("The sample is no message of this kind.")
    elif place in tried.silent:
        yield _("No value in this sample: it is left out.")
    if targets and not targets.has(rule_of(form.row).target):
        yield _("The schema has no such field: the value is kept, but cannot be chosen.")


def _indented(entity: Any) -> str:
    return orjson.dumps(entity, option=orjson.OPT_INDENT_2).decode()
