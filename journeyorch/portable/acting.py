"""What can be done with one thing of a kind besides reading and writing it, such as trying it out."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from django.urls import URLPattern, path
from pydantic import BaseModel
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import operation
from journeyorch.api.views import ApiView
from journeyorch.portable.kind import kinds


class Act(NamedTuple):
    """A request to do something with ``row``; ``body`` is what came with it, if anything is awaited."""

    request: Request
    row: Any
    body: Any


def acting(
    kind: str,
    verb: str,
    do: Callable[[Act], Any],
    *,
    answer: type[BaseModel],
    says: str,
    body: type[Body] | None = None,
    status: int = HTTPStatus.OK,
    also: tuple[int, ...] = (),
) -> URLPattern:
    """``POST /api/v1/<kind>/<name>/<verb>``, for whoever may change things of the kind.

    ``do`` gives what is answered. Such addresses stand before those of the kinds, whose names hold anything.
    """
    own, segment = kinds()[kind], verb.replace("_", "-")

    class Acting(ApiView):
        permissions = (own.permission("change"),)

        @operation(
            f"{verb}_{kind}",
            tag=str(own.title),
            body=body,
            answer=answer,
            status=status,
            also=also,
            says=says,
        )
        def post(self, request: Request, name: str) -> Response:
            row = own.find(sandbox_of(request), name)
            if row is None:
                raise NotFound("There is nothing of this name in your sandbox.")
            asked = read(body, request) if body else None
            return Response(do(Act(request, row, asked)), status=status)

    address = f"{kind.replace('_', '-')}/<path:name>/{segment}"
    return path(address, Acting.as_view(), name=f"api-{kind}-{segment}")


def require(request: Request, permission: str) -> None:
    """Raises ``PermissionDenied`` for whoever lacks it."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
