"""The way to the provider and back."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from journeyorch.access.acting import Actor, acting
from journeyorch.access.logging_in import next_page, what_is_due
from journeyorch.access.second_factor.gate import SIGN_ON
from journeyorch.access.signon.people import user_of
from journeyorch.access.signon.provider import Provider, SignOnFailed, configured_provider
from journeyorch.access.signon.tokens import UnknownKey, claims_of

log = logging.getLogger(__name__)

#: In the session while somebody is at the provider: state, nonce, verifier, next, at.
SESSION_KEY = "signing_on"
_WITHIN = timedelta(minutes=10)


@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    provider = _provider()
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    try:
        address = provider.login_url(**kept, back=_back(request))
    except SignOnFailed as failure:
        return _refused(request, failure)
    request.session[SESSION_KEY] = {
        **kept, "next": next_page(request), "at": timezone.now().timestamp(),
    }  # fmt: skip
    return HttpResponseRedirect(address)


@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Here the provider sends the browser back: whoever it vouches for is logged in."""
    provider = _provider()
    kept = request.session.pop(SESSION_KEY, None)
    try:
        claims = _claims(provider, request, kept)
        with acting(Actor("single sign-on")):
            user = user_of(claims)
    except SignOnFailed as failure:
        return _refused(request, failure)
    login(request, user, backend=SIGN_ON)
    return what_is_due(request, kept["next"]) or HttpResponseRedirect(kept["next"])


def _provider() -> Provider:
    provider = configured_provider()
    if provider is None:
        raise Http404
    return provider


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("sign-on-back"))


def _claims(provider: Provider, request: HttpRequest, kept: Any) -> Mapping[str, Any]:
    """What the provider says of who comes back with this request. Raises ``SignOnFailed``."""
    if not isinstance(kept, dict) or timezone.now().timestamp() - kept["at"] > _WITHIN.total_seconds():
        raise SignOnFailed("nobody has begun to sign on here, or too long ago")
    if not secrets.compare_digest(request.GET.get("state", "").encode(), kept["state"].encode()):
        raise SignOnFailed("the state is not the one that was sent")
    code = request.GET.get("code", "")
    if not code:
        raise SignOnFailed("the provider sent an error instead of a code")
    given = provider.redeem(code, verifier=kept["verifier"], back=_back(request))
    token = given.get("id_token")
    if not isinstance(token, str):
        raise SignOnFailed("the provider gave no ID token")
    claims = _verified(provider, token, kept["nonce"])
    return claims if "email" in claims else {**_more(provider, given, claims["sub"]), **claims}


def _verified(provider: Provider, token: str, nonce: str) -> Mapping[str, Any]:
    asked = {"issuer": provider.issuer, "client_id": provider.client_id, "nonce": nonce}
    try:
        return claims_of(token, keys=provider.keys(), **asked)
    except UnknownKey:  # providers change their keys
        return claims_of(token, keys=provider.keys(anew=True), **asked)


def _more(provider: Provider, given: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
    """What only the userinfo endpoint tells, of the same subject (OpenID Connect Core 1.0, 5.3.2)."""
    token = given.get("access_token")
    if not isinstance(token, str) or "userinfo_endpoint" not in provider.metadata():
        return {}
    told = provider.person(token)
    if told.get("sub") != subject:
        raise SignOnFailed("the userinfo endpoint tells of somebody else")
    return told


def _refused(request: HttpRequest, failure: SignOnFailed) -> HttpResponse:
    """The reason goes to the log alone: a stranger learns nothing of who has an account."""
    log.warning("Single sign-on was refused: %s.", failure.reason)
    return render(request, "registration/sign_on_refused.html", status=403)
