"""The identity provider: what its settings say, what it says of itself, and what it is asked.

Every request to it leaves by the guarded client, as all others do (docs/decisions/signon.md).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode

from django.conf import settings
from django.core.cache import cache

from journeyorch.outbound.client import Failure, Request, exchange, read_json

_TIMEOUT = 5.0
# What a provider says of itself, and its keys, are asked for so seldom; an unknown key asks anew.
_KEPT_SECONDS = 600
_FORM = ("Content-Type", "application/x-www-form-urlencoded")
_JSON = ("Accept", "application/json")


class SignOnFailed(Exception):
    """Nobody is logged in. ``reason`` is for the log, without anything of a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Provider(NamedTuple):
    """An identity provider as the settings have it."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    scopes: str

    def metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0). Raises ``SignOnFailed``."""
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._kept("metadata", Request("GET", address, (_JSON,)))
        if found.get("issuer") != self.issuer:
            raise SignOnFailed("the provider names another issuer than OIDC_ISSUER")
        return found

    def keys(self, *, anew: bool = False) -> Mapping[str, Any]:
        """The keys that it signs with, as a JSON Web Key Set (RFC 7517). Raises ``SignOnFailed``."""
        request = Request("GET", _text(self.metadata(), "jwks_uri"), (_JSON,))
        return self._kept("keys", request, anew=anew)

    def login_url(self, *, state: str, nonce: str, verifier: str, back: str) -> str:
        """Where the browser is sent to log in. Raises ``SignOnFailed``."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": back,
            "scope": self.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        address = _text(self.metadata(), "authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def redeem(self, code: str, *, verifier: str, back: str) -> Mapping[str, Any]:
        """What the provider gives for the code that the browser brought. Raises ``SignOnFailed``."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        headers: tuple[tuple[str, str], ...] = (_FORM, _JSON)
        methods = self.metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in methods:
            # Both are form-encoded before they are joined (RFC 6749, section 2.3.1).
            pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
            headers += (("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"),)
        else:
            fields |= {"client_id": self.client_id, "client_secret": self.client_secret}
        address = _text(self.metadata(), "token_endpoint")
        return _asked(Request("POST", address, headers, urlencode(fields).encode()))

    def person(self, access_token: str) -> Mapping[str, Any]:
        """What the provider tells of who has logged in, beside the ID token. Raises ``SignOnFailed``."""
        address = _text(self.metadata(), "userinfo_endpoint")
        return _asked(Request("GET", address, (_JSON, ("Authorization", f"Bearer {access_token}"))))

    def _kept(self, what: str, request: Request, *, anew: bool = False) -> Mapping[str, Any]:
        key = "oidc." + hashlib.sha256(f"{what} {request.url}".encode()).hexdigest()
        found: Mapping[str, Any] | None = None if anew else cache.get(key)
        if found is None:
            found = _asked(request)
            cache.set(key, found, _KEPT_SECONDS)
        return found


def configured_provider() -> Provider | None:
    """The one of the settings; None if there is no single sign-on."""
    if not settings.OIDC_ISSUER:
        return None
    return Provider(
        settings.OIDC_ISSUER,
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET,
        settings.OIDC_NAME,
        settings.OIDC_SCOPES,
    )


def challenge_of(verifier: str) -> str:
    """The S256 code challenge (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _asked(request: Request) -> Mapping[str, Any]:
    answer = exchange(request, timeout=_TIMEOUT)
    if isinstance(answer, Failure):
        raise SignOnFailed(f"the provider could not be asked: {answer.message}")
    if answer.status != 200:
        raise SignOnFailed(f"the provider answered {answer.status}")
    data = read_json(answer)
    if not isinstance(data, dict):
        raise SignOnFailed("the provider's answer is no JSON object")
    return data


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise SignOnFailed(f"the provider does not say its {name}")
    return value
