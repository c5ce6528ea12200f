"""Showing a code after the password, and one's own page of the second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from journeyorch.access.logging_in import next_page
from journeyorch.access.models import SecondFactor, User
from journeyorch.access.second_factor import codes, factor, gate
from journeyorch.outbound.secrets import SecretUnusable

_ISSUER = "Journeyorch"


class CodeForm(forms.Form):
    """A code of the app, or one for emergencies."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "spellcheck": "false", "autofocus": True}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The last step of logging in."""
    user = gate.half_logged_in(request, due=gate.CODE)
    if user is None:
        return redirect("login")
    if not SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        logout(request)  # an administrator has just reset it: they begin anew
        return redirect("login")
    form = CodeForm(request.POST or None)
    if form.is_valid() and _checked(user, form):
        gate.done(request)
        return HttpResponseRedirect(next_page(request))
    return render(request, "registration/code.html", {"form": form, "next": next_page(request)})


@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """One's own: set it up, get other recovery codes, switch it off."""
    must = gate.half_logged_in(request, due=gate.SET_UP)
    user = must or request.user
    if not isinstance(user, User):
        return redirect_to_login(request.get_full_path())
    mine = SecondFactor.objects.filter(user=user).first()
    answer = _in_use if mine and mine.confirmed_at else _set_up
    return answer(request, user, must=must is not None)


def _set_up(request: HttpRequest, user: User, *, must: bool) -> HttpResponse:
    mine = factor.prepare(user)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        made = factor.confirm(user, form.cleaned_data["code"], timezone.now())
        if made:
            gate.done(request)
            return _shown_once(request, made)
        form.add_error(
            "code", _("This is not the code of now. Look at the app again, and at the clock of it.")
        )
    secret = factor.secret_of(mine)
    address = codes.address_of(secret, account=user.get_username(), issuer=_ISSUER)
    picture = segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=3, light="#fff")
    context = {
        "form": form,
        "must": must,
        "next": next_page(request),
        "picture": picture,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    }
    return render(request, "access/second_factor_set_up.html", context)


def _in_use(request: HttpRequest, user: User, *, must: bool) -> HttpResponse:
    form = CodeForm(request.POST or None)
    done = {"_renew": _renewed, "_remove": _removed}
    wanted: Callable[[HttpRequest, User], HttpResponse] | None = next(
        (done[name] for name in done if name in request.POST), None
    )
    if wanted and form.is_valid() and _checked(user, form):
        return wanted(request, user)
    context: dict[str, Any] = {
        "form": form,
        "factor": user.second_factor,
        "left": user.second_factor.recovery_codes.count(),
        "may_remove": not gate.is_required(user),
    }
    return render(request, "access/second_factor.html", context)


def _renewed(request: HttpRequest, user: User) -> HttpResponse:
    return _shown_once(request, factor.renew_codes(user))


def _removed(request: HttpRequest, user: User) -> HttpResponse:
    if gate.is_required(user):
        messages.error(request, _("Your group needs a second factor."))
    else:
        factor.remove(user)
        messages.success(request, _("No more codes are asked for."))
    return redirect("second-factor")


def _shown_once(request: HttpRequest, made: list[str]) -> HttpResponse:
    context = {"codes": made, "next": next_page(request)}
    return render(request, "access/recovery_codes.html", context)


def _checked(user: User, form: CodeForm) -> bool:
    """Whether it is a right one; else the form says what is wrong."""
    try:
        if factor.check(user, form.cleaned_data["code"], timezone.now()):
            return True
        form.add_error("code", _("This code is wrong, or was used already. Wait for the next one."))
    except factor.Locked:
        form.add_error("code", _("Too many wrong codes. Wait some minutes, or ask an administrator."))
    except SecretUnusable:
        form.add_error(
            "code", _("The second factor cannot be checked any more. Ask an administrator to reset it.")
        )
    return False
