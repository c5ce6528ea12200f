"""Configured events: their form, and the preview of what to send."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from datasources.models import Schema
from events.admin.received import may_see_arrivals
from events.admin.starting import StartLink
from events.forms import EventForm, SchemaSelect
from events.models import Event, Inlet
from events.recent import recent_arrivals, with_effects
from events.samples import sample_event, sample_message
from events.snippets import snippets
from journeyorch.access.sandboxes import worked_in
from journeyorch.access.used_admin import UsedAdmin


@admin.register(Event)
class EventAdmin(StartLink, UsedAdmin):
    help_topic = "events"
    field_topics = {"type": "event-type", "namespace": "event-namespace", "key": "event-key"}
    introduction = _(
        "An event tells journeys that something happened to a person, for example that a guest entered the "
        "lobby. Journeys start with events and wait for them."
    )
    used_as = "event"
    form = EventForm
    list_display = ("name", "type", "schema", "namespace", "sandbox", "preview_link")
    list_filter = ("type", "namespace")
    search_fields = ("name", "description", "event_id")
    readonly_fields = ("event_id", "used", "preview_link")
    fieldsets = (
        (None, {"fields": ("sandbox", "name", "description", "used", "preview_link")}),
        (_("What it is"), {"fields": ("schema", "type", "event_id", "condition")}),
        (_("Whom it is about"), {"fields": ("namespace", "key")}),
        (_("Payload"), {"fields": ("fields",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "sandbox") if obj else self.readonly_fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is Schema:
            kwargs["queryset"] = Schema.objects.filter(sandbox__in=worked_in(request), kind=Schema.Kind.EVENT)
            kwargs["widget"] = SchemaSelect()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("Preview"))
    def preview_link(self, obj: Event) -> SafeString | str:
        if not obj.pk:
            return str(_("Save the event first."))
        address = reverse("admin:events_event_preview", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', address, _("Preview the payload"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        return [path("<int:pk>/preview/", view, name="events_event_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What to send, how to send it, and what came in so far."""
        event = self.get_object(request, str(pk))
        if event is None:
            raise Http404
        if not self.has_view_permission(request, event):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview the payload"),
            "opts": self.opts,
            "original": event,
            "arrivals": _arrivals(request, event),
            **_request_to_send(request, event),
        }
        return TemplateResponse(request, "events/preview.html", context)


def _request_to_send(request: HttpRequest, event: Event) -> dict[str, Any]:
    inlets = Inlet.objects.filter(sandbox=event.sandbox, enabled=True).order_by("pk")
    inlet = inlets.filter(schema=event.schema).first() or inlets.first()
    entity = sample_event(event)
    new = {"_id": str(uuid.uuid4()), "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    entity |= {name: value for name, value in new.items() if name in entity}
    message = sample_message(entity, schema_ref=event.schema.ref)
    url = request.build_absolute_uri(reverse("collection", args=[inlet.key if inlet else "INLET-ID"]))
    authenticated = inlet is None or inlet.mode == Inlet.Mode.AUTHENTICATED
    return {
        "inlet": inlet,
        "body": json.dumps(message, indent=2, ensure_ascii=False),
        "snippets": snippets(url, message, authenticated=authenticated).items(),
    }


def _arrivals(request: HttpRequest, event: Event) -> Any:
    """What came of this kind lately, for whoever may read it."""
    if not may_see_arrivals(request.user):
        return []
    return with_effects(recent_arrivals(event), request.user.has_perm)
