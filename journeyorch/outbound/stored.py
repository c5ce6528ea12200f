"""Requests between rendering and sending: as plain JSON, without credentials (engine.md, Calls)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from journeyorch.outbound import auth
from journeyorch.outbound.calls import CallSpec, Outcome, Prepared
from journeyorch.outbound.client import Failure, Request, Response, exchange
from journeyorch.outbound.guard import Refused, check_url, configured_policy
from journeyorch.outbound.secrets import redacted
from journeyorch.outbound.tokens import key_of, send_with_token
from journeyorch.phrases import phrase, sentence

_NO_AUTH = sentence("The authentication cannot be used. {problem}")
#: For a value that cannot be written into a request.
BAD_VALUE = Outcome(
    "error",
    "badValue",
    message=phrase(
        "One of the values cannot be sent: it is no proper text or number. Check the expressions."
    ),
)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class CannotBeSent(ValueError):
    """A value of which no request can be made; the text is one sentence for people."""


def render(call: CallSpec, build: Callable[[], Request], **extra: Any) -> Prepared | Outcome:
    """The request of a call as it is stored; an error for a value that cannot be written into one.

    ``extra`` is what the handler wants to find again beside it.
    """
    try:
        return _freeze(build(), call, extra)
    except CannotBeSent as problem:
        return Outcome("error", "badValue", message=problem.args[0])
    except (TypeError, ValueError):  # lone surrogates, integers beyond 64 bits
        return BAD_VALUE


def _freeze(request: Request, call: CallSpec, extra: Mapping[str, Any]) -> Prepared:
    # The key lets the receiver recognise a repetition.
    request = request.with_header("Idempotency-Key", str(call.key))
    body = None if request.body is None else request.body.decode()
    stored = {
        "method": request.method,
        "url": request.url,
        "headers": [list(pair) for pair in request.headers],
    }
    return Prepared({**stored, "body": body, **extra})


def thaw(stored: Mapping[str, Any]) -> Request:
    """The same request again, byte for byte."""
    body = stored["body"]
    headers = tuple((name, value) for name, value in stored["headers"])
    return Request(stored["method"], stored["url"], headers, None if body is None else body.encode())


def send_stored(
    stored: Mapping[str, Any], auth_config: Mapping[str, Any], timeout: float
) -> Response | Failure:
    """Add the credentials to a stored request and send it; they are cut out of what comes back."""
    return send_authenticated(thaw(stored), auth_config, timeout)


def send_authenticated(
    request: Request, auth_config: Mapping[str, Any], timeout: float, *, beside: Mapping[str, Any] = _NOTHING
) -> Response | Failure:
    """Send a request with the credentials of a configuration, bound to the request's origin.

    ``beside``: a second configuration, of a method that asks nobody for a token.
    """
    hidden: list[str] = []
    try:
        origin = check_url(request.url, configured_policy()).origin
        method = auth.load(auth_config, origin=str(origin))
        if beside:
            request, hidden = _with(auth.load(beside, origin=str(origin)), request)
    except Refused as error:
        return Failure("refused", str(error))
    except auth.AuthProblem as error:
        return Failure("refused", _NO_AUTH(problem=error))
    hidden += method.secrets()
    if isinstance(method, auth.TokenAuth):
        key = key_of(auth_config, str(origin))
        answer, tokens = send_with_token(method, request, key=key, timeout=timeout)
        hidden += tokens
    else:
        assert isinstance(method, auth.Credentials)
        answer = exchange(method.apply(request), timeout=timeout)
    return _without(answer, hidden) if isinstance(answer, Response) else answer


def _with(method: auth.Auth, request: Request) -> tuple[Request, list[str]]:
    assert isinstance(method, auth.Credentials)
    return method.apply(request), method.secrets()


def _without(response: Response, secrets: list[str]) -> Response:
    """An answer that echoes what it was sent would carry the secret into logs and journeys."""
    if not any(secrets):
        return response
    text = response.body.decode("utf-8", "surrogateescape")
    without = redacted(text, secrets)
    if without == text:
        return response
    return response._replace(body=without.encode("utf-8", "surrogateescape"))
