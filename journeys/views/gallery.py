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
from journeyorch.portable.importing import Conflicts, Outcome, Plan, Terms, import_
from journeyorch.portable.kind import kinds
from journeys.gallery import ReadyMade, gallery
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
    terms = Terms(Conflicts.COPY, by=request.user, may=request.user.has_perm)
    plan = import_(sandbox_of(request), gallery()[name].content, terms)
    if not plan.possible:
        messages.error(request, _refused(plan))
        return redirect("journey-ready-made")
    last = [item for item in plan.items if item.kind.name == "journeys"][-1]
    if last.outcome == Outcome.KEPT:
        messages.info(request, _("This journey is here already."))
    else:
        messages.success(request, _("The journey is here as a draft. Look through it, and test it."))
    return redirect("version-design", uid=latest_of(last.row).uid)


def _refused(plan: Plan) -> str:
    titles = dict.fromkeys(str(item.kind.title) for item in plan.items if item.flaws)
    message = _("It needs what you cannot set up: %(kinds)s. Ask a technical user to choose it first.")
    return message % {"kinds": ", ".join(titles)}


def _card(name: str, one: ReadyMade, may: Any) -> Card:
    parts = [(kinds()[kind], part) for kind, part in one.content.items() if kind in kinds()]
    besides = [(kind, part) for kind, part in parts if kind.name != "journeys"]
    brings = [f"{kind.title}: {', '.join(each[kind.key] for each in part)}" for kind, part in besides]
    lacks = [str(kind.title) for kind, _part in besides if not may(kind.permission("add"))]
    return Card(name, one, brings, lacks)
