"""Errors of the API as problem details (RFC 9457); they name places, and never repeat values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from journeyorch.access.sandboxes import BeingReset
from journeyorch.api.flaws import Flaw as Flaw

MEDIA_TYPE = "application/problem+json"


class Unacceptable(exceptions.APIException):
    """422: the body is JSON, but not of the form that is needed here."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = list(flaws)
        super().__init__("The body is not of the form that is needed here; see errors.")


class Conflict(exceptions.APIException):
    """409: things are not in the state that this needs."""

    status_code = HTTPStatus.CONFLICT


class TooLarge(exceptions.APIException):
    """413: more than the view reads."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit // 1024} KiB. Leave out what is not needed.")


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None, which ends in a 500, for what is a fault of ours."""
    if isinstance(error, BeingReset):
        headers = {"Retry-After": str(error.retry_after)}
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), headers=headers)
    response = exception_handler(error, context)
    if response is None:
        return None
    flaws = error.flaws if isinstance(error, Unacceptable) else []
    return problem(response.status_code, _detail(response.data), flaws=flaws, headers=response.headers)


def problem(
    status: int, detail: str, *, flaws: Iterable[Flaw] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that tells of an error: what happened and what to do, in one sentence."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors := [flaw._asdict() for flaw in flaws]:
        body["errors"] = errors
    return Response(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def _detail(data: Any) -> str:
    return str(data.get("detail", "")) if isinstance(data, dict) else ""
