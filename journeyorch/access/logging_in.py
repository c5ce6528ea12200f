"""The page on which people log in, with all its ways."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache

from journeyorch.access.second_factor import gate
from journeyorch.outbound.addresses import parse_address

_NEXT = "next"


class Login(LoginView):
    """With the password; whoever has shown it already goes on to what is still due."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return what_is_due(request, next_page(request)) or super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
        return super().get_context_data(**kwargs, provider=provider, with_password=settings.PASSWORD_LOGIN)

    def post(self, request: HttpRequest, *args: str, **kwargs: Any) -> HttpResponse:
        if not settings.PASSWORD_LOGIN:
            return self.http_method_not_allowed(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        return what_is_due(self.request, next_page(self.request)) or answer


def what_is_due(request: HttpRequest, following: str) -> HttpResponse | None:
    """To the page on which a half session goes on, and then to ``following``; None for every other one."""
    pages = {gate.CODE: "second-factor-code", gate.SET_UP: "second-factor"}
    name = pages.get(request.session.get(gate.SESSION_KEY, ""))
    return None if name is None else redirect(f"{reverse(name)}?{urlencode({_NEXT: following})}")


def next_page(request: HttpRequest) -> str:
    """Where somebody wants to go after logging in; the home page for an address that is not ours."""
    wanted = request.POST.get(_NEXT, request.GET.get(_NEXT, ""))
    hosts, secure = {request.get_host()}, request.is_secure()
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=secure):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def client_address(request: HttpRequest) -> str | None:
    """From where somebody logs in.

    Of a list the last: the proxy in front has added that one itself, the others may be made up.
    """
    name = settings.CLIENT_ADDRESS_HEADER
    told = request.headers.get(name, "").rpartition(",")[2].strip() if name else ""
    address = parse_address(told)
    return str(address) if address else request.META.get("REMOTE_ADDR")


@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """The administration has no login of its own."""
    return HttpResponseRedirect(f"{reverse('login')}?{urlencode({_NEXT: request.GET.get(_NEXT, '/admin/')})}")
