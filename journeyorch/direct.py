"""Endpoints for machines, which skip what is there for people in browsers.

Sessions, languages, messages, cookies and content policies cost more than taking in an event. They mean
nothing to a client that authenticates each request with a key, so its views are called without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar, cast

from django.core.handlers.wsgi import WSGIHandler, get_path_info
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, get_urlconf, resolve

View = Callable[..., HttpResponse]
_View = TypeVar("_View", bound=View)


def direct(view: _View) -> _View:
    """Mark a view that authenticates by itself and neither reads nor sets cookies."""
    view.direct = True  # type: ignore[attr-defined]
    return view


def direct_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> View:
    """Call marked views at once; everything else goes on through the middleware below this one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        match = _direct_match(request.path_info, get_urlconf())
        if match is None:
            return get_response(request)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        # Otherwise set by the middleware that is left out; without it servers answer in chunks.
        response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware


def with_direct_views(handler: WSGIHandler) -> Callable[..., Iterable[bytes]]:
    """Django's WSGI application, which calls marked views without the signals around a request.

    Those have connections of all databases and caches looked after, the address of the URLs forgotten, and
    uploads closed, which costs as much as reading an event. A marked view uses one database and no uploads.
    """

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _direct_match(get_path_info(environ), None) is None:
            return cast(Iterable[bytes], handler(environ, start_response))
        # Before rather than after: what broke or grew too old while nobody came is not used.
        connections[DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()
        response = cast(HttpResponse, handler.get_response(handler.request_class(environ)))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    return application


# Senders send to a handful of addresses, and finding the view for one takes a tenth of a request.
@lru_cache(maxsize=1000)
def _direct_match(path: str, urlconf: str | None) -> ResolverMatch | None:
    """The marked view of an address; None if there is none."""
    try:
        match = resolve(path, urlconf)
    except Resolver404:
        return None
    return match if getattr(match.func, "direct", False) else None
