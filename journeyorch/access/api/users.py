"""Users over the API: who may log in, in which groups they are, which sandboxes they enter."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from pydantic import Field
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.api.changing import changed, created, deleted
from journeyorch.access.api.naming import may_hand_on, named
from journeyorch.access.models import Credential, User
from journeyorch.access.sandboxes import sandboxes_of
from journeyorch.access.second_factor.factor import remove
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.problems import Conflict, Flaw, Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView

_TAG = "Users and groups"
VIEW, ADD, CHANGE = "access.view_user", "access.add_user", "access.change_user"
DELETE = "access.delete_user"
_TEXT = r"^[^\x00]*$"


class UserBody(Body):
    """``password``: without one a new user logs in by single sign-on, and that of an old one stays;
    ``staff``: may open the administration; ``groups`` and ``sandboxes`` by name.
    """

    name: str = Field(max_length=150, pattern=r"^[\w.@+-]+$")
    email: str = Field(default="", max_length=254, pattern=r"^([^@\s\x00]+@[^@\s\x00]+)?$")
    firstName: str = Field(default="", max_length=150, pattern=_TEXT)  # noqa: N815 - the name in the body
    lastName: str = Field(default="", max_length=150, pattern=_TEXT)  # noqa: N815
    password: str = Field(default="", max_length=128, pattern=_TEXT)
    active: bool = True
    staff: bool = False
    groups: list[str] = Field(default=[], max_length=100)
    sandboxes: list[str] = Field(default=[], max_length=100)


class UserAnswer(Answer):
    id: int
    name: str
    email: str
    firstName: str  # noqa: N815 - the name in the answer
    lastName: str  # noqa: N815
    active: bool
    staff: bool
    superuser: bool
    groups: list[str]
    sandboxes: list[str]
    secondFactor: bool  # noqa: N815
    lastLoginAt: datetime | None  # noqa: N815


class UsersAnswer(Answer):
    items: list[UserAnswer]
    next: int | None


class Users(ApiView):
    permissions = (VIEW, ADD)
    needed = {"GET": VIEW, "POST": ADD}

    @operation("list_users", tag=_TAG, query=PageQuery, answer=UsersAnswer)
    def get(self, request: Request) -> Response:
        """Everybody who may log in, or could, the newest first."""
        rows = User.objects.select_related("second_factor").prefetch_related("groups", "sandboxes")
        page = newest_first(rows, read_query(PageQuery, request))
        return Response({"items": [_shown(one) for one in page.rows], "next": page.next})

    @operation(
        "create_user", tag=_TAG, body=UserBody, answer=UserAnswer, status=HTTPStatus.CREATED, also=(409,)
    )
    def post(self, request: Request) -> Response:
        """Somebody new."""
        asked, made = read(UserBody, request), User()
        created(made, lambda: _fill(made, asked, request))
        return Response(_shown(made), status=HTTPStatus.CREATED)


class OneUser(ApiView):
    permissions = (VIEW, CHANGE, DELETE)
    needed = {"GET": VIEW, "PUT": CHANGE, "DELETE": DELETE}

    @operation("read_user", tag=_TAG, answer=UserAnswer)
    def get(self, request: Request, id: int) -> Response:
        """One of them."""
        return Response(_shown(get_object_or_404(User, pk=id)))

    @operation("change_user", tag=_TAG, body=UserBody, answer=UserAnswer, also=(409,))
    def put(self, request: Request, id: int) -> Response:
        """Makes somebody as the body says, whole; superusers and permissions of one's own stay."""
        found, asked = _theirs_to_change(request, id), read(UserBody, request)
        return Response(changed(found, lambda: _fill(found, asked, request), shown=_shown))

    @operation("delete_user", tag=_TAG, answer=None, status=HTTPStatus.NO_CONTENT, also=(409,))
    def delete(self, request: Request, id: int) -> Response:
        """Takes their API credentials along; what they have made stays. Nobody deletes themselves."""
        found = _theirs_to_change(request, id)
        if found == request.user:
            raise Conflict("This is you. Ask somebody else to delete you.")
        deleted(found, with_it=Credential.objects.filter(user=found))
        return Response(status=HTTPStatus.NO_CONTENT)


class ResetSecondFactor(ApiView):
    permissions = (CHANGE,)

    @operation("reset_second_factor", tag=_TAG, answer=UserAnswer)
    def post(self, request: Request, id: int) -> Response:
        """For whoever has lost app and recovery codes: next time the password alone lets them in."""
        found = _theirs_to_change(request, id)
        remove(found)
        return Response(_shown(User.objects.get(pk=found.pk)))


def _theirs_to_change(request: Request, id: int) -> User:
    found = get_object_or_404(User, pk=id)
    if not _is_theirs_to_change(request, found):
        raise PermissionDenied("They may more than you may. Ask somebody who may all of it.")
    return found


def _is_theirs_to_change(request: Request, found: User) -> bool:
    """Whoever gives somebody a password could log in as them: nobody does so with who may more."""
    if found.is_superuser:
        return bool(request.user.is_superuser and request.user.limits is None)
    theirs = Permission.objects.filter(group__user=found) | Permission.objects.filter(user=found)
    elsewhere = found.open_sandboxes().exclude(pk__in=sandboxes_of(request).values("pk"))
    return not elsewhere.exists() and may_hand_on(request.user, theirs.select_related("content_type"))


def _fill(user: User, asked: UserBody, request: Request) -> None:
    """Stores them as it is asked for; in the caller's transaction."""
    known = Group.objects.prefetch_related("permissions__content_type")
    mine = [one for one in known if may_hand_on(request.user, one.permissions.all())]
    groups = named(mine, asked.groups, by=lambda group: group.name, place="groups")
    sandboxes = named(sandboxes_of(request), asked.sandboxes, by=lambda one: one.name, place="sandboxes")
    user.username, user.email = asked.name, asked.email
    user.first_name, user.last_name = asked.firstName, asked.lastName
    user.is_active, user.is_staff = asked.active, asked.staff
    _set_password(user, asked.password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Conflict("Somebody else has this name.") from None
    user.groups.set(groups)
    user.sandboxes.set(sandboxes)


def _set_password(user: User, password: str) -> None:
    if not password:
        if not user.password:
            user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        raise Unacceptable([Flaw("/password", " ".join(refusal.messages))]) from None
    user.set_password(password)


def _shown(one: User) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.get_username(),
        "email": one.email,
        "firstName": one.first_name,
        "lastName": one.last_name,
        "active": one.is_active,
        "staff": one.is_staff,
        "superuser": one.is_superuser,
        "groups": sorted(group.name for group in one.groups.all()),
        "sandboxes": sorted(sandbox.name for sandbox in one.sandboxes.all()),
        "secondFactor": one.has_second_factor,
        "lastLoginAt": one.last_login,
    }
