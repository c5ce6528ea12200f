"""Endpoints for machines, which skip what is there for people in browsers.

Sessions, languages, messages, cookies and content policies cost more than taking in an event. They mean
nothing to a client that authenticates each request with a key, so its views are called without them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

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


# Senders send to a handful of addresses, and finding the view for one takes a tenth of a request.
@lru_cache(maxsize=1000)
def _direct_match(path: str, urlconf: str | None) -> ResolverMatch | None:
    """The marked view of an address; None if there is none."""
    try:
        match = resolve(path, urlconf)
    except Resolver404:
        return None
    return match if getattr(match.func, "direct", False) else None
