"""What recipients of messages see: people from outside, for whom there is nothing here but their link."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

View = Callable[..., HttpResponseBase]


def private(response: HttpResponse) -> HttpResponse:
    """The address of the page is the credential: it goes to nobody else."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def for_recipients(view: View) -> View:
    """Mark a view that links in messages lead to: one that leads nowhere says so in the recipient's words."""

    @wraps(view)
    def answered(request: HttpRequest, signed: str) -> HttpResponseBase:
        try:
            return view(request, signed)
        except Http404:
            answer = render(request, "messages/broken_link.html", status=HTTPStatus.NOT_FOUND)
            add_never_cache_headers(answer)
            return private(answer)

    return answered
