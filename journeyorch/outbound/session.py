"""A `requests` session for libraries that want one, such as those of providers: same guard, same limits.

Whatever such a library does, every request of the session goes through ``exchange``: it follows no redirect,
uses no proxy, and reads no credentials from the environment.
"""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.client import Failure, Request, Response, exchange, outcome_of
from journeyorch.outbound.headers import OWN_HEADERS

_ERRORS: dict[str, type[requests.RequestException]] = {
    "timeout": requests.Timeout,
    "tls": requests.exceptions.SSLError,
    "refused": requests.exceptions.InvalidURL,
    "badAnswer": requests.exceptions.InvalidHeader,
}
_MAX_SECONDS = 30.0


class GuardedAdapter(BaseAdapter):
    """Hands the requests of a session to our client."""

    def send(  # type: ignore[override]  # verify, cert and proxies are not the session's to choose
        self, request: requests.PreparedRequest, stream: bool = False, timeout: Any = None, **_: Any
    ) -> requests.Response:
        """One exchange; ``timeout`` is for the whole of it. Raises what `requests` raises."""
        # requests knows a pair, for connecting and reading; we mean both together.
        seconds = min(_MAX_SECONDS, sum(timeout) if isinstance(timeout, tuple) else timeout or _MAX_SECONDS)
        answer = exchange(_ours(request), timeout=seconds)
        if isinstance(answer, Failure):
            error = _ERRORS.get(answer.reason, requests.ConnectionError)(answer.message, request=request)
            error.failure = answer  # type: ignore[attr-defined]  # for ``outcome_behind``
            raise error
        return _theirs(answer, request)

    def close(self) -> None:
        """Connections belong to their threads, not to a session."""


def guarded_session() -> requests.Session:
    """A session all of whose requests are guarded."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    for prefix in ("http://", "https://"):
        session.mount(prefix, GuardedAdapter())
    return session


def outcome_behind(error: BaseException | None) -> Outcome | None:
    """How the exchange ended that a library complains of; None if no exchange is to blame.

    Without anything of the answer: the library's complaint, and the answer, may quote what was sent.
    """
    while error is not None:
        failure, response = getattr(error, "failure", None), getattr(error, "response", None)
        if isinstance(failure, Failure):
            return outcome_of(failure)
        if isinstance(response, requests.Response):
            headers = {name.lower(): value for name, value in response.headers.items()}
            return outcome_of(Response(response.status_code, headers, b"", 0))._replace(data=None)
        error = error.__cause__
    return None


def _ours(request: requests.PreparedRequest) -> Request:
    headers = ((_text(name), _text(value)) for name, value in request.headers.items())
    sent = tuple((name, value) for name, value in headers if name.lower() not in OWN_HEADERS)
    body = request.body
    return Request(
        str(request.method), str(request.url), sent, body.encode() if isinstance(body, str) else body
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _theirs(answer: Response, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    # The body is already unpacked, and there is no redirect that anybody could follow.
    dropped = ("content-encoding", "transfer-encoding", "location")
    response.headers = CaseInsensitiveDict({k: v for k, v in answer.headers.items() if k not in dropped})
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response.url = str(request.url)
    response.request = request
    response._content = answer.body
    return response
