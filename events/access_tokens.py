"""The token endpoint: a client of an inlet gets an access token for its id and secret (RFC 6749, 4.4)."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qs, unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse

from events.ingest import tokens
from events.ingest.bodies import read_form
from events.ingest.credentials import digest
from events.ingest.refusals import Refused
from events.models import InletToken
from journeyorch.direct import direct

_GRANT = "client_credentials"


class _Problem(Exception):
    """An error by RFC 6749, section 5.2."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code, self.description, self.status = code, description, status


class _Client(NamedTuple):
    id: str
    secret: str


@direct
def token(request: HttpRequest) -> HttpResponse:
    """``POST`` a form with ``grant_type=client_credentials``; the client in it or by Basic authentication."""
    try:
        return _answer(_issue(request, datetime.now(UTC)))
    except Refused as refusal:
        return _refuse(_Problem("invalid_request", refusal.detail, refusal.status))
    except _Problem as problem:
        return _refuse(problem)


def _issue(request: HttpRequest, now: datetime) -> dict[str, object]:
    if request.method != "POST":
        raise _Problem("invalid_request", "Ask for a token with POST.", 405)
    form = {name: values[-1] for name, values in parse_qs(read_form(request)).items()}
    if form.get("grant_type") != _GRANT:
        raise _Problem("unsupported_grant_type", f"The grant type must be {_GRANT}.")
    client = _by_basic(request) or _Client(form.get("client_id", ""), form.get("client_secret", ""))
    inlet = _inlet_of(client, now)
    seconds = int(tokens.LIFETIME.total_seconds())
    access_token = tokens.issue(client.id, inlet=inlet, now=now)
    return {"access_token": access_token, "token_type": "Bearer", "expires_in": seconds}


def _by_basic(request: HttpRequest) -> _Client | None:
    scheme, _, encoded = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return _Client("", "")
    return _Client(unquote_plus(name), unquote_plus(secret))


def _inlet_of(client: _Client, now: datetime) -> str:
    """The key of the inlet whose client it is."""
    known = InletToken.objects.filter(kind=InletToken.Kind.CLIENT, inlet__enabled=True)
    row = None
    if client.id.isalnum() and client.id.isascii():
        row = known.filter(client_id=client.id).select_related("inlet").first()
    if row is None or not hmac.compare_digest(row.digest, digest(client.secret)):
        raise _Problem("invalid_client", "The client id or its secret is not known.", 401)
    if row.expires_at is not None and row.expires_at <= now:
        raise _Problem("invalid_client", "The client's secret has expired.", 401)
    return row.inlet.key


def _answer(body: dict[str, object], status: int = 200) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})


def _refuse(problem: _Problem) -> HttpResponse:
    response = _answer({"error": problem.code, "error_description": problem.description}, problem.status)
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Basic"
    return response
