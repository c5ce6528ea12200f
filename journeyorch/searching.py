"""The page of the search over everything; for scripts the same as JSON."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers

from journeyorch.access.sandboxes import sandbox_of
from journeyorch.finding import find

_LONGEST = 512


@login_required
@vary_on_headers("Accept")
def search(request: HttpRequest) -> HttpResponse:
    """What the user may see and the text in ``q`` finds."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    groups = list(find(sandbox_of(request), text, user=request.user)) if text else []
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        shown = [{"title": each.title, "hits": [hit._asdict() for hit in each.hits]} for each in groups]
        return JsonResponse({"groups": shown})
    return render(request, "shell/search.html", {"text": text, "groups": groups})
