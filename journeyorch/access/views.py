"""Choosing the sandbox to work in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from journeyorch.access.sandboxes import choose


@login_required
@require_POST
def switch_sandbox(request: HttpRequest) -> HttpResponse:
    """Work in another sandbox from now on. Leads home: what was on the screen is not there any more."""
    choose(request, request.POST.get("name", ""))
    return redirect("home")
