"""Groups over the API: what many may do."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from pydantic import Field
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.api.changing import changed, created, deleted
from journeyorch.access.api.naming import may_hand_on, named, scope_name
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Conflict
from journeyorch.api.views import ApiView

_TAG = "Users and groups"
VIEW, ADD = "auth.view_group", "auth.add_group"
CHANGE, DELETE = "auth.change_group", "auth.delete_group"


class GroupBody(Body):
    """``permissions``: such as ``journeys.view_journey``."""

    name: str = Field(max_length=150, pattern=r"^[^\x00]*\S[^\x00]*$")
    permissions: list[str] = Field(default=[], max_length=500)


class GroupAnswer(Answer):
    """``sandboxes``: those that everybody in it may enter; it is said at the sandbox."""

    id: int
    name: str
    permissions: list[str]
    sandboxes: list[str]


class GroupsAnswer(Answer):
    items: list[GroupAnswer]


class Groups(ApiView):
    permissions = (VIEW, ADD)
    needed = {"GET": VIEW, "POST": ADD}

    @operation("list_groups", tag=_TAG, answer=GroupsAnswer)
    def get(self, request: Request) -> Response:
        """All of them, by name."""
        rows = Group.objects.prefetch_related("permissions__content_type", "sandboxes").order_by("name")
        return Response({"items": [_shown(one) for one in rows]})

    @operation(
        "create_group", tag=_TAG, body=GroupBody, answer=GroupAnswer, status=HTTPStatus.CREATED, also=(409,)
    )
    def post(self, request: Request) -> Response:
        """A new one."""
        asked, made = read(GroupBody, request), Group()
        created(made, lambda: _fill(made, asked, request))
        return Response(_shown(made), status=HTTPStatus.CREATED)


class OneGroup(ApiView):
    permissions = (VIEW, CHANGE, DELETE)
    needed = {"GET": VIEW, "PUT": CHANGE, "DELETE": DELETE}

    @operation("read_group", tag=_TAG, answer=GroupAnswer)
    def get(self, request: Request, id: int) -> Response:
        """One of them."""
        return Response(_shown(get_object_or_404(Group, pk=id)))

    @operation("change_group", tag=_TAG, body=GroupBody, answer=GroupAnswer, also=(409,))
    def put(self, request: Request, id: int) -> Response:
        """Makes it as the body says, whole."""
        found, asked = get_object_or_404(Group, pk=id), read(GroupBody, request)
        if not may_hand_on(request.user, found.permissions.select_related("content_type")):
            raise PermissionDenied("It may more than you may. Ask somebody who may all of it.")
        return Response(changed(found, lambda: _fill(found, asked, request), shown=_shown))

    @operation("delete_group", tag=_TAG, answer=None, status=HTTPStatus.NO_CONTENT)
    def delete(self, request: Request, id: int) -> Response:
        """Who is in it loses what it gave."""
        deleted(get_object_or_404(Group, pk=id))
        return Response(status=HTTPStatus.NO_CONTENT)


def _fill(group: Group, asked: GroupBody, request: Request) -> None:
    """Stores it as it is asked for; in the caller's transaction."""
    mine = [
        one
        for one in Permission.objects.select_related("content_type")
        if request.user.has_perm(scope_name(one))
    ]
    permissions = named(mine, asked.permissions, by=scope_name, place="permissions")
    group.name = asked.name
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        raise Conflict("Another group has this name.") from None
    group.permissions.set(permissions)


def _shown(one: Group) -> dict[str, Any]:
    prefetch_related_objects([one], "permissions__content_type")  # of a list this is done already
    return {
        "id": one.pk,
        "name": one.name,
        "permissions": sorted(map(scope_name, one.permissions.all())),
        "sandboxes": sorted(sandbox.name for sandbox in one.sandboxes.all()),
    }
