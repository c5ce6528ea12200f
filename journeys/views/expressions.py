"""The page on which expressions are tried, with sample data; what it shows comes from the API."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.models import Event
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.expressions.reference import catalogue
from journeys.views.shell import VIEW, VIEW_EVENT, page
from journeys.views.written import written

EXPRESSION = "@{Order.total} >= 100.0 and count(@{Order.items.all(currentEventField.price < 10)}) > 0"
SAMPLE: dict[str, Any] = {
    "events": {
        "Order": {
            "total": 128.5,
            "placedAt": "2024-05-15T08:30:00+02:00",
            "address": {"city": "Rome"},
            "items": [{"sku": "A-1", "price": 120.0}, {"sku": "B-2", "price": 8.5}],
            "identityMap": {"Email": [{"id": "ada@example.com", "primary": True}]},
        }
    },
    "datasources": {
        "ExperiencePlatform": {
            "ProfileFieldGroup": {
                "person": {"name": {"firstName": "Ada"}},
                "experienceevent": [{"eventType": "purchase", "timestamp": "2024-05-01T10:00:00Z"}],
            }
        },
        "Weather": {"main": {"temperature": 21.5}},
    },
    "properties": {"journeyVersion": 1},
    "segments": ["Regular guests"],
    "now": "2024-05-15T12:30:00Z",
}  # fmt: skip


@page(VIEW, VIEW_EVENT)
@require_safe
def expressions(request: HttpRequest) -> HttpResponse:
    """An expression, sample data, what comes of it, and all functions."""
    may_see_events = request.user.has_perm(VIEW_EVENT)
    events = Event.objects.filter(sandbox=sandbox_of(request)).order_by("name") if may_see_events else []
    context = {
        "expression": EXPRESSION,
        "sample": written(SAMPLE),
        "events": events,
        "categories": _categories(),
    }
    return render(request, "journeys/expressions.html", context)


def _categories() -> list[tuple[str, list[dict[str, Any]]]]:
    """The functions by category, each with its examples' results as JSON text."""
    return [
        (category, list(found)) for category, found in groupby(catalogue(), key=lambda one: one["category"])
    ]
