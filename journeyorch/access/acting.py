"""Who acts: known to everything that a request or a command calls, without being handed through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from django.http import HttpRequest, HttpResponseBase


class Actor(NamedTuple):
    """Names for the audit log. ``credential`` is the API credential that acted for the user."""

    name: str
    credential: str = ""


#: Workers, and commands that do not say who runs them.
SYSTEM = Actor("system")
_acting: ContextVar[Callable[[], Actor]] = ContextVar("acting")


def actor() -> Actor:
    """Whoever acts at the moment."""
    return _acting.get(lambda: SYSTEM)()


@contextmanager
def acting(who: Actor) -> Iterator[None]:
    """Inside the block it is ``who`` that acts."""
    token = _acting.set(lambda: who)
    try:
        yield
    finally:
        _acting.reset(token)


def acting_from_now(who: Actor) -> None:
    """For the rest of the request it is ``who`` that acts: an API credential says so after the middleware."""
    _acting.set(lambda: who)


def acting_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Inside a request it is its user that acts. Looked up when asked for: most requests change nothing."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        def of_request() -> Actor:
            return Actor(request.user.get_username() or "nobody")

        token = _acting.set(of_request)
        try:
            return get_response(request)
        finally:
            _acting.reset(token)

    return middleware
