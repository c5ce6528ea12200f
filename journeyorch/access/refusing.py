"""The page that says that a sandbox is being reset, for whoever wants to change something in it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from journeyorch.access.sandboxes import BeingReset


class BeingResetMiddleware:
    """Answers 503 for ``BeingReset``; the API has problem details of its own for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, BeingReset):
            return None
        answer = render(
            request, "access/being_reset.html", {"advice": str(error)}, status=HTTPStatus.SERVICE_UNAVAILABLE
        )
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
