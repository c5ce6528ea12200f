"""Keys of inlets over the API: made, listed, revoked."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal

from django.utils import timezone
from pydantic import AwareDatetime, ConfigDict
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from events.inlets import create_key, rotate_key
from events.models import Inlet, InletToken
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.api.views import ApiView

_TAG = "Keys of inlets"
VIEW_INLET, CHANGE_INLET = "events.view_inlet", "events.change_inlet"


class KeyBody(Body):
    """``rotate``: older keys expire in 24 hours, which gives the sender a day to change over."""

    # Times are texts in JSON.
    model_config = ConfigDict(extra="forbid", strict=False)

    kind: Literal["bearer", "signing", "client"] = "bearer"
    expiresAt: AwareDatetime | None = None  # noqa: N815 - the name in the body
    rotate: bool = False


class KeyAnswer(Answer):
    """``hint``: how the key begins."""

    id: int
    kind: str
    hint: str
    createdAt: datetime  # noqa: N815 - the name in the answer
    expiresAt: datetime | None  # noqa: N815


class KeysAnswer(Answer):
    items: list[KeyAnswer]


class NewKeyAnswer(KeyAnswer):
    """``key``: the key itself, which nobody can read again; ``clientId`` goes with the secret of a client."""

    key: str
    clientId: str  # noqa: N815


class InletKeys(ApiView):
    permissions = (VIEW_INLET,)

    @operation("list_inlet_keys", tag=_TAG, answer=KeysAnswer)
    def get(self, request: Request, name: str) -> Response:
        """Oldest first; without the keys themselves."""
        return Response({"items": [_shown(one) for one in _inlet(request, name).tokens.order_by("pk")]})

    @operation("create_inlet_key", tag=_TAG, body=KeyBody, answer=NewKeyAnswer, status=HTTPStatus.CREATED)
    def post(self, request: Request, name: str) -> Response:
        """One more key, told in this one answer."""
        inlet, asked, now = _changed(request, name), read(KeyBody, request), timezone.now()
        if asked.expiresAt and asked.expiresAt <= now:
            raise Unacceptable([Flaw("/expiresAt", "This is over already.")])
        if asked.rotate:
            made = rotate_key(inlet, now=now, kind=asked.kind, expires_at=asked.expiresAt)
        else:
            made = create_key(inlet, kind=asked.kind, expires_at=asked.expiresAt)
        newest = inlet.tokens.latest("pk")
        shown = {**_shown(newest), "key": made.plain, "clientId": made.client_id}
        return Response(shown, status=HTTPStatus.CREATED)


class OneInletKey(ApiView):
    permissions = (CHANGE_INLET,)

    @operation("delete_inlet_key", tag=_TAG, answer=None, status=HTTPStatus.NO_CONTENT)
    def delete(self, request: Request, name: str, id: int) -> Response:
        """Revoke it: from now on the sender is refused."""
        token = _inlet(request, name).tokens.filter(pk=id).first()
        if token is None:
            raise NotFound("The inlet has no such key.")
        token.delete()
        return Response(status=HTTPStatus.NO_CONTENT)


def _inlet(request: Request, name: str) -> Inlet:
    found = Inlet.objects.filter(sandbox=sandbox_of(request), name=name.replace("\x00", "")).first()
    if found is None:
        raise NotFound("There is no such inlet here.")
    return found


def _changed(request: Request, name: str) -> Inlet:
    if not request.user.has_perm(CHANGE_INLET):
        raise PermissionDenied
    return _inlet(request, name)


def _shown(token: InletToken) -> dict[str, Any]:
    return {
        "id": token.pk,
        "kind": token.kind,
        "hint": token.hint,
        "createdAt": token.created_at,
        "expiresAt": token.expires_at,
    }
