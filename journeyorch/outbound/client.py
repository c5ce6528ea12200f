"""The one client for outgoing HTTP: guarded, bounded in time and size, never following a redirect.

`exchange` gives what happened as a value. It does not go through a `requests.Session`: measured, that costs
about three times the CPU of a small call, for proxies, cookies, redirects and stored credentials, none of
which may be used here (docs/decisions/outgoing-http.md). Libraries that insist on a session get one with the
same guard from `journeyorch.outbound.session`.
"""

from __future__ import annotations

import socket
import ssl
import time
from codecs import BOM_UTF8
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import orjson

from journeyorch.observing.tracing import carried
from journeyorch.outbound import connections, http2
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.connections import Connection, Deadline, Network
from journeyorch.outbound.guard import Origin, Policy, Refused, check_url, configured_policy
from journeyorch.outbound.headers import header_problem
from journeyorch.outbound.protection import sending
from journeyorch.outbound.protection.sending import Capped
from journeyorch.outbound.wire import (
    Answer,
    BadAnswer,
    Conversation,
    CutShort,
    TooLarge,
    begin,
    read_answer,
)
from journeyorch.phrases import phrase, sentence

USER_AGENT = "Journeyorch"
# Statuses after which the same call may succeed later (architecture.md, Calls).
_RETRYABLE_STATUSES = frozenset({408, 429, *range(500, 600)})
_RETRYABLE_REASONS = frozenset({"resolve", "connect", "timeout", "cutShort", "tokenLater"})
_STATUS_OF_REASON = {"timeout": "timedOut", sending.OVER_THE_CAP: "capped", sending.NO_CONNECTION: "capped"}

DEFAULT_NETWORK = Network()


class Request(NamedTuple):
    """What to send. ``body`` None sends none at all, as a GET does."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    context: ssl.SSLContext | None = None  # a client certificate, or ``connections.http2_context()``

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def with_header(self, name: str, value: str) -> Request:
        """The same request with this header instead of any of that name."""
        others = tuple(header for header in self.headers if header[0].lower() != name.lower())
        return self._replace(headers=(*others, (name, value)))

    def with_query(self, encoded: str) -> Request:
        """The same request with percent-encoded text added to its query."""
        if not encoded:
            return self
        url = self.url.partition("#")[0]
        return self._replace(url=f"{url}{'&' if '?' in url else '?'}{encoded}")


class Response(NamedTuple):
    """A complete answer, whatever its status."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    elapsed_ms: int


class Failure(NamedTuple):
    """No usable answer."""

    # refused, capped, noConnection, resolve, connect, tls, timeout, cutShort, badAnswer, tooLarge, notJson,
    # and where a token was needed first: token, tokenLater
    reason: str
    message: str  # one sentence for people, without any secret
    elapsed_ms: int = 0

    @property
    def retryable(self) -> bool:
        return self.reason in _RETRYABLE_REASONS


def exchange(
    request: Request, *, timeout: float, policy: Policy | None = None, network: Network | None = None
) -> Response | Failure:
    """Send one request and read its answer within ``timeout`` seconds. Never raises for what others do."""
    started = time.monotonic()
    policy = configured_policy() if policy is None else policy
    try:
        target = check_url(request.url, policy)
        conversation = _begun(request, target.origin, target.path)
        with sending.passage(request.method, request.url, seconds=timeout) as may_keep:
            answer = _talk(
                request,
                target.origin,
                conversation,
                deadline=Deadline(timeout),
                policy=policy,
                network=network or DEFAULT_NETWORK,
                may_keep=may_keep,
            )
    except Capped as refusal:
        return Failure(refusal.code, str(refusal), _since(started))
    except Exception as error:
        failure = _failure(error)
        if failure is None:
            raise
        return failure._replace(elapsed_ms=_since(started))
    # What some systems begin their texts with is no part of them (RFC 8259, section 8.1).
    return Response(answer.status, answer.headers, answer.body.removeprefix(BOM_UTF8), _since(started))


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _begun(request: Request, origin: Origin, path: str) -> Conversation:
    headers = (*carried().items(), *request.headers)
    if request.header("User-Agent") is None:
        headers = (("User-Agent", USER_AGENT), *headers)
    try:
        return begin(request.method, path, authority=origin.authority, headers=headers, body=request.body)
    except ValueError as error:
        raise Refused(str(error)) from error


class _NotConnected(Exception):
    """Wraps an ``OSError`` from before the first byte was sent."""


def _talk(
    request: Request,
    origin: Origin,
    conversation: Conversation,
    *,
    deadline: Deadline,
    policy: Policy,
    network: Network,
    may_keep: bool,
) -> Answer:
    connection = connections.take_kept(origin, request.context) or _connected(
        request, origin, deadline=deadline, policy=policy, network=network
    )
    try:
        answer = _spoken(connection, conversation, origin, deadline)
    except BaseException:
        connection.close()
        raise
    if answer.reusable and may_keep:
        connections.keep(connection, origin, request.context)
    else:
        connection.close()
    return answer


def _spoken(connection: Connection, conversation: Conversation, origin: Origin, deadline: Deadline) -> Answer:
    """In the protocol that was agreed on with the connection's TLS; HTTP/1.1 without."""
    if connection.agreed_protocol() != connections.HTTP2:
        connection.send(conversation.request, deadline)
        return read_answer(lambda: connection.receive(deadline), method=conversation.method)
    connection.session = connection.session or http2.Session()
    session: http2.Session = connection.session
    return session.exchange(
        http2.head_of(conversation, scheme=origin.scheme, authority=origin.authority),
        conversation.body,
        send=lambda data: connection.send(data, deadline),
        receive=lambda: connection.receive(deadline),
    )


def _connected(
    request: Request, origin: Origin, *, deadline: Deadline, policy: Policy, network: Network
) -> Connection:
    try:
        return connections.open_connection(
            origin, policy=policy, network=network, context=request.context, deadline=deadline
        )
    except (TimeoutError, ssl.SSLError):
        raise
    except OSError as error:
        raise _NotConnected from error


def _failure(error: Exception) -> Failure | None:
    """What an exception of an exchange means; None for one that nobody expected."""
    match error:
        case Refused():
            return Failure("refused", str(error))
        case TimeoutError():
            return Failure("timeout", phrase("The system did not answer completely in time."))
        case TooLarge():
            return Failure(
                "tooLarge", phrase("The answer is larger than 1 MiB, or its headers are larger than 64 KiB.")
            )
        case BadAnswer():
            return Failure("badAnswer", _NO_HTTP(problem=error))
        case ssl.SSLCertVerificationError():
            return Failure("tls", _CERTIFICATE(problem=error.verify_message))
        case ssl.SSLError():
            return Failure("tls", phrase("No secure connection could be made."))
        case _NotConnected() if isinstance(error.__cause__, socket.gaierror):
            return Failure("resolve", phrase("The host name could not be resolved. Check its spelling."))
        case _NotConnected():
            return Failure(
                "connect", phrase("No connection could be made. Check the host name and whether it is up.")
            )
        case CutShort() | OSError():
            return Failure("cutShort", phrase("The connection ended before the answer was complete."))
    return None


# Of an answer that is an error, so many bytes are kept.
_SHOWN = 2000
_NO_HTTP = sentence("The answer is no proper HTTP. {problem}")
_CERTIFICATE = sentence("The certificate of the system was not accepted: {problem}.")
_REDIRECT = sentence("The system answered {code}, a redirect; redirects are not followed. Use the final URL.")
_ANSWERED = sentence("The system answered {code}.")


def outcome_of(answer: Response | Failure, data: Any = None) -> Outcome:
    """How an attempt ended, for the engine (architecture.md, Calls); ``data`` goes with a good answer only.

    With a bad one goes the beginning of its text, for who looks for the reason.
    """
    if isinstance(answer, Failure):
        status = _STATUS_OF_REASON.get(answer.reason, "error")
        return Outcome(
            status,
            answer.reason,
            message=answer.message,
            retryable=answer.retryable,
            elapsed_ms=answer.elapsed_ms,
        )
    code = str(answer.status)
    if 200 <= answer.status < 300:
        return Outcome("ok", code, data, elapsed_ms=answer.elapsed_ms)
    if 300 <= answer.status < 400:
        message = _REDIRECT(code=code)
    else:
        message = _ANSWERED(code=code)
    return Outcome(
        "http",
        code,
        answer.body[:_SHOWN].decode(errors="replace"),
        message=message,
        retryable=answer.status in _RETRYABLE_STATUSES,
        elapsed_ms=answer.elapsed_ms,
        retry_after=seconds_asked(answer.headers),
    )


def seconds_asked(headers: Mapping[str, str]) -> float:
    """What ``Retry-After`` asks for (RFC 9110, section 10.2.3); 0 for none and for one that makes no sense.

    A date is compared with the answer's own ``Date``: their clock may differ from ours.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        asked = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return 0.0
    return max(0.0, asked.total_seconds())


def read_json(response: Response) -> Any | Failure:
    """The value in a JSON answer, or a ``Failure``: also for NaN, lone surrogates, more than one value."""
    if not response.body.strip():
        return Failure("notJson", phrase("The answer is empty; it should be JSON."), response.elapsed_ms)
    try:
        return orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return Failure("notJson", phrase("The answer is not JSON."), response.elapsed_ms)


__all__ = ["Failure", "Request", "Response", "exchange", "header_problem", "outcome_of", "read_json"]
