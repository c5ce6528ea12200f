"""Endpoints for machines, which skip what is there for people in browsers.

Sessions, languages, messages, cookies and content policies cost more than taking in an event. They mean
nothing to a client that authenticates each request with a key, so its views are called without them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

View = Callable[..., HttpResponse]
_View = TypeVar("_View", bound=View)


def direct(view: _View) -> _View:
    """Mark a view that authenticates by itself and neither reads nor sets cookies."""
    view.direct = True  # type: ignore[attr-defined]
    return view


def direct_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> View:
    """Call marked views at once; everything else goes on through the middleware below this one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return get_response(request)
        if not getattr(match.func, "direct", False):
            return get_response(request)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        # Otherwise set by the middleware that is left out; without it servers answer in chunks.
        response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware
