"""API credentials over the API: made, changed, given another key, deleted. A key is shown once."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from pydantic import AwareDatetime, ConfigDict, Field
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.api.changing import changed, created, deleted
from journeyorch.access.api.naming import may_hand_on, named, scope_name
from journeyorch.access.credentials import new_key, offered_scopes, replace_key
from journeyorch.access.models import Credential, User
from journeyorch.access.sandboxes import sandboxes_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.problems import Conflict, Flaw, Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView

_TAG = "API credentials"
VIEW, ADD = "access.view_credential", "access.add_credential"
CHANGE, DELETE = "access.change_credential", "access.delete_credential"


class CredentialBody(Body):
    """``user``: for whom it acts; ``scopes``: permissions, such as ``journeys.view_journey``."""

    # Times are texts in JSON.
    model_config = ConfigDict(extra="forbid", strict=False)

    name: str = Field(min_length=1, max_length=60, pattern=r"^[^\x00]*\S[^\x00]*$")
    user: str = Field(min_length=1, max_length=150)
    sandboxes: list[str] = Field(min_length=1, max_length=100)
    scopes: list[str] = Field(min_length=1, max_length=500)
    expiresAt: AwareDatetime | None = None  # noqa: N815 - the name in the body
    enabled: bool = True


class CredentialAnswer(Answer):
    """``hint``: how the key begins."""

    id: int
    name: str
    user: str
    sandboxes: list[str]
    scopes: list[str]
    hint: str
    enabled: bool
    expiresAt: datetime | None  # noqa: N815 - the name in the answer
    lastUsedAt: datetime | None  # noqa: N815


class CredentialsAnswer(Answer):
    items: list[CredentialAnswer]
    next: int | None


class NewKeyAnswer(CredentialAnswer):
    """``key``: the key itself, which nobody can read again."""

    key: str


class Credentials(ApiView):
    permissions = (VIEW, ADD)
    needed = {"GET": VIEW, "POST": ADD}

    @operation("list_credentials", tag=_TAG, query=PageQuery, answer=CredentialsAnswer)
    def get(self, request: Request) -> Response:
        """All of them, newest first; without the keys themselves."""
        page = newest_first(Credential.objects.select_related("user"), read_query(PageQuery, request))
        return Response({"items": [_shown(one) for one in page.rows], "next": page.next})

    @operation(
        "create_credential", tag=_TAG, body=CredentialBody, answer=NewKeyAnswer,
        status=HTTPStatus.CREATED, also=(409,),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A new one, with its key, told in this one answer."""
        asked, made = read(CredentialBody, request), Credential()
        key = created(made, lambda: _filled(made, asked, request))
        return Response({**_shown(made), "key": key}, status=HTTPStatus.CREATED)


class OneCredential(ApiView):
    permissions = (VIEW, CHANGE, DELETE)
    needed = {"GET": VIEW, "PUT": CHANGE, "DELETE": DELETE}

    @operation("read_credential", tag=_TAG, answer=CredentialAnswer)
    def get(self, request: Request, id: int) -> Response:
        """One of them."""
        return Response(_shown(_credential(id)))

    @operation("change_credential", tag=_TAG, body=CredentialBody, answer=CredentialAnswer, also=(409,))
    def put(self, request: Request, id: int) -> Response:
        """Makes it as the body says, whole. Its key stays."""
        asked, found = read(CredentialBody, request), _handed_on(request, id)
        return Response(changed(found, lambda: _filled(found, asked, request), shown=_shown))

    @operation("delete_credential", tag=_TAG, answer=None, status=HTTPStatus.NO_CONTENT)
    def delete(self, request: Request, id: int) -> Response:
        """From now on its key is refused."""
        deleted(_credential(id))
        return Response(status=HTTPStatus.NO_CONTENT)


class NewKey(ApiView):
    permissions = (CHANGE,)

    @operation("replace_credential_key", tag=_TAG, answer=NewKeyAnswer, status=HTTPStatus.CREATED)
    def post(self, request: Request, id: int) -> Response:
        """Another key, told in this one answer; the one before works on for 24 hours."""
        found = _handed_on(request, id)
        key = replace_key(found, now=timezone.now())
        return Response({**_shown(found), "key": key}, status=HTTPStatus.CREATED)


def _filled(credential: Credential, asked: CredentialBody, request: Request) -> str:
    """Stores it as it is asked for; the key of a new one, else "". In the caller's transaction."""
    user = User.objects.filter(username=asked.user.replace("\x00", "")).first()
    if user is None:
        raise Unacceptable([Flaw("/user", "There is nobody of this name.")])
    sandboxes = named(sandboxes_of(request), asked.sandboxes, by=lambda one: one.name, place="sandboxes")
    mine = [one for one in offered_scopes() if request.user.has_perm(scope_name(one))]
    scopes = named(mine, asked.scopes, by=scope_name, place="scopes")
    credential.name, credential.user = asked.name, user
    credential.expires_at, credential.enabled = asked.expiresAt, asked.enabled
    key = ""
    try:
        with transaction.atomic():
            if not credential.digest:
                key = new_key(credential, now=timezone.now())
            else:
                credential.save()
    except IntegrityError:
        raise Conflict("Another credential has this name.") from None
    credential.sandboxes.set(sandboxes)
    credential.scopes.set(scopes)
    return key


def _credential(id: int) -> Credential:
    return get_object_or_404(Credential.objects.select_related("user"), pk=id)


def _handed_on(request: Request, id: int) -> Credential:
    """One whose rights the asker has, too: a key that is told is as good as those rights."""
    found = _credential(id)
    elsewhere = found.sandboxes.exclude(pk__in=sandboxes_of(request).values("pk"))
    if elsewhere.exists() or not may_hand_on(request.user, found.scopes.select_related("content_type")):
        raise PermissionDenied("It may more than you may. Ask somebody who may all of it.")
    return found


def _shown(one: Credential) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "user": one.user.get_username(),
        "sandboxes": sorted(one.sandboxes.values_list("name", flat=True)),
        "scopes": sorted(map(scope_name, one.scopes.select_related("content_type"))),
        "hint": one.hint,
        "enabled": one.enabled,
        "expiresAt": one.expires_at,
        "lastUsedAt": one.last_used_at,
    }
