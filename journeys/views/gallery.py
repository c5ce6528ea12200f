"""Ready-made journeys to begin with."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.portable.importing import Plan
from journeys.gallery import ReadyMade, gallery
from journeys.gallery.beginning import begin, parts_of
from journeys.portable import latest_of
from journeys.views.shell import CHANGE, page


class Card(NamedTuple):
    """One of them on the page; ``brings``: what it sets up beside the journey, ``lacks``: who may not."""

    name: str
    ready_made: ReadyMade
    brings: list[str]
    lacks: list[str]


@page(CHANGE)
@require_http_methods(["GET", "POST"])
def ready_made(request: HttpRequest) -> HttpResponse:
    """Choose one; upon POST of its ``name`` it is there as a draft."""
    if request.method == "POST":
        return _begin(request, request.POST.get("name", ""))
    cards = [_card(name, one, request.user.has_perm) for name, one in gallery().items()]
    return render(request, "journeys/gallery.html", {"cards": cards})


def _begin(request: HttpRequest, name: str) -> HttpResponse:
    if name not in gallery():
        raise Http404
    assert isinstance(request.user, User)  # `page` let nobody else in
    begun = begin(sandbox_of(request), name, by=request.user)
    if begun.journey is None:
        messages.error(request, _refused(begun.plan))
        return redirect("journey-ready-made")
    if begun.is_new:
        messages.success(request, _("The journey is here as a draft. Look through it, and test it."))
    else:
        messages.info(request, _("This journey is here already."))
    return redirect("version-design", uid=latest_of(begun.journey).uid)


def _refused(plan: Plan) -> str:
    titles = dict.fromkeys(str(item.kind.title) for item in plan.items if item.flaws)
    message = _("It needs what you cannot set up: %(kinds)s. Ask a technical user to choose it first.")
    return message % {"kinds": ", ".join(titles)}


def _card(name: str, one: ReadyMade, may: Any) -> Card:
    parts = parts_of(one)
    brings = [f"{kind.title}: {', '.join(names)}" for kind, names in parts]
    lacks = [str(kind.title) for kind, _names in parts if not may(kind.permission("add"))]
    return Card(name, one, brings, lacks)
