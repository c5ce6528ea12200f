"""Creating a journey, and the page on which it is drawn."""

from __future__ import annotations

from uuid import UUID

from csp.constants import NONCE
from csp.decorators import csp_update
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.staticfiles import module_of
from journeys import publishing
from journeys.designer.state import state_of
from journeys.views.shell import CHANGE, VIEW, page, version_of


class CreateForm(forms.Form):
    """The name of a new journey; everything else comes later."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True}))


@page(CHANGE)
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Ask for a name, make an empty draft, and go on to drawing it."""
    form = CreateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            version = publishing.create_journey(
                sandbox_of(request), form.cleaned_data["name"], by=_user(request)
            )
            return redirect("version-design", uid=version.uid)
        except publishing.NotAllowed as refusal:
            form.add_error("name", refusal.message)
    return render(request, "journeys/create.html", {"form": form}, status=422 if form.errors else 200)


# For the style sheet that CodeMirror makes.
@csp_update({"style-src": [NONCE]})
@page(VIEW)
@require_safe
@ensure_csrf_cookie
def design(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The designer; a version that this user cannot change is shown as it is."""
    version, user = version_of(request, uid), _user(request)
    assert user is not None  # `page` let nobody else in
    # What the page before has done; the designer says it.
    notices = [str(message) for message in messages.get_messages(request)]
    state = {**state_of(version, user), "notices": notices}
    context = {"version": version, "state": state, "script": module_of("main.js")}
    return render(request, "journeys/designer.html", context)


def _user(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
