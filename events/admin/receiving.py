"""The page of an inlet that shows what arrives, while it arrives."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from events.admin.received import may_see_arrivals
from events.mapping.rules import compiled
from events.models import Event, Inlet
from events.recent import arrivals_by, with_effects
from events.samples import sample_entity, sample_event, sample_message, sample_source
from events.snippets import snippets
from journeyorch.polled import polled

_NEW = {"_id": "1", "timestamp": "2026-01-31T12:00:00Z"}
_PLAIN = {**_NEW, "eventType": "test"}


class ReceivingPages(admin.ModelAdmin):
    """Mixed into the admin of inlets."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/receiving/", view(self.receiving), name="events_inlet_receiving"),
            path("<int:pk>/receiving/part/", view(self.receiving_part), name="events_inlet_receiving_part"),
            *super().get_urls(),
        ]

    @admin.display(description=_("Arrivals"))
    def receiving_link(self, obj: Inlet) -> SafeString | str:
        if not obj.pk:
            return str(_("Save the inlet first."))
        address = reverse("admin:events_inlet_receiving", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', address, _("See what arrives"))

    def receiving(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What arrived lately and what became of it; before the first event, how to send one."""
        inlet = self._seen_inlet(request, pk)
        context = {
            **self.admin_site.each_context(request),
            **_arrivals(request, inlet),
            "title": _("Arrivals"),
            "opts": self.opts,
            "original": inlet,
            "curl": _first_request(request, inlet),
        }
        return TemplateResponse(request, "events/receiving.html", context)

    def receiving_part(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What changes on the page: it is asked for every other second."""
        context = _arrivals(request, self._seen_inlet(request, pk))
        return polled(request, render_to_string("events/receiving_part.html", context).encode())

    def _seen_inlet(self, request: HttpRequest, pk: int) -> Inlet:
        inlet = self.get_object(request, str(pk))
        if inlet is None:
            raise Http404
        # Events hold personal data: whoever may see inlets need not be allowed to see those.
        if not (self.has_view_permission(request, inlet) and may_see_arrivals(request.user)):
            raise PermissionDenied
        return inlet


def _arrivals(request: HttpRequest, inlet: Inlet) -> dict[str, Any]:
    return {"arrivals": with_effects(arrivals_by(inlet), request.user.has_perm)}


def _first_request(request: HttpRequest, inlet: Inlet) -> str:
    """curl that sends something to this inlet: one of its configured events if there is one."""
    name, message = _sample(inlet)
    url = request.build_absolute_uri(reverse(name, args=[inlet.key]))
    return snippets(url, message, authenticated=inlet.mode == Inlet.Mode.AUTHENTICATED)["curl"]


def _sample(inlet: Inlet) -> tuple[str, dict[str, Any]]:
    """The name of the address, and a body for it."""
    events = Event.objects.filter(sandbox=inlet.sandbox).select_related("schema").order_by("pk")
    event = events.filter(schema=inlet.schema).first() if inlet.schema else events.first()
    schema = event.schema if event else inlet.schema
    if schema is None:
        return "json-batch", _PLAIN
    if event:
        entity = sample_event(event)
    else:
        entity = sample_entity(schema.document, namespace=schema.primary_namespace)
    if inlet.mapping:
        mapped = sample_source(compiled(inlet.mapping), entity)
        return "json-batch", {**_NEW, **mapped} if mapped else _PLAIN
    return "collection", sample_message(entity, schema_ref=schema.ref)
