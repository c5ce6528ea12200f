"""Home: what to do first, and the list of journeys."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from journeyorch import helping
from journeys.views.first_steps import first_steps_of
from journeys.views.lists import JourneyList
from journeys.views.shell import VIEW, page


@login_required
def home(request: HttpRequest) -> HttpResponseBase:
    """Where everybody arrives: the journeys, or the administration for those who may not see any."""
    if request.user.is_staff and not request.user.has_perm(VIEW):
        return redirect("admin:index")
    return journeys(request)


@page(VIEW)
def journeys(request: HttpRequest) -> HttpResponse:
    """The journeys that the address asks for, and the checklist until everything on it is done."""
    return JourneyList(request).answer(steps=first_steps_of(request))


def help_page(request: HttpRequest) -> HttpResponse:
    """The words of the product in a few sentences; open to everybody, it says nothing about the data."""
    # What business users ask about comes before what technical users set up for them.
    topics = sorted(helping.topics().items(), key=lambda topic: not topic[1].page.startswith("users.md"))
    return render(request, "journeys/help.html", {"topics": topics})
