"""The base of the API's views, and what answers where there is none."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class ApiView(APIView):
    """Needs somebody who is logged in and has one of ``permissions``, if there are any; reads strict JSON."""

    permissions: tuple[str, ...] = ()
    max_body = 1024 * 1024

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.permissions and not any(map(request.user.has_perm, self.permissions)):
            raise PermissionDenied


class Nothing(ApiView):
    """Every address that the API does not have."""

    schema = None  # no operation to describe

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. Look at the documentation of the API.")

    def get(self, request: Request) -> Response:
        raise NotImplementedError  # ``initial`` has answered
