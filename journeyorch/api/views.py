"""The base of the API's views, and what answers where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from journeyorch.access.people import READ_PEOPLE
from journeyorch.api.idempotency import HEADER, Handler, answered_once


class ApiView(APIView):
    """Needs somebody who is logged in and has one of ``permissions``, if there are any; reads strict JSON.

    ``needed``: what a method needs besides, such as ``{"DELETE": "actions.delete_suppression"}``.
    ``about_people``: answers tell people apart, so that whoever may not read people is refused.
    """

    permissions: tuple[str, ...] = ()
    needed: Mapping[str, str] = MappingProxyType({})
    about_people = False
    max_body = 1024 * 1024

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.permissions and not any(map(request.user.has_perm, self.permissions)):
            raise PermissionDenied
        needed = self.needed.get(request.method or "")
        if needed and not request.user.has_perm(needed):
            raise PermissionDenied
        if self.about_people and not request.user.has_perm(READ_PEOPLE):
            raise PermissionDenied

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        handler = getattr(self, "post", None)
        if handler and request.method == "POST" and HEADER in request.headers:
            self.__dict__["post"] = partial(self._post_once, handler)  # the framework looks it up next

    def _post_once(self, handler: Handler, request: Request, **parts: Any) -> Response:
        return answered_once(handler, request, most=self.max_body, parts=parts)


class Nothing(ApiView):
    """Every address that the API does not have."""

    schema = None  # no operation to describe

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. Look at the documentation of the API.")

    def get(self, request: Request) -> Response:
        raise NotImplementedError  # ``initial`` has answered
