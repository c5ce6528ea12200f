"""Sandboxes over the API: those that one may enter, made and changed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Literal
from zoneinfo import available_timezones

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.api.changing import created
from journeyorch.access.api.naming import differences, named
from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandboxes_of, store_changes
from journeyorch.api.bodies import WITHOUT_NUL, Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Conflict, Flaw, Unacceptable
from journeyorch.api.views import ApiView

_TAG = "Sandboxes"
VIEW, ADD, CHANGE = "access.view_sandbox", "access.add_sandbox", "access.change_sandbox"
_Kind = Literal["production", "development"]


class SandboxChangeBody(Body):
    """``groups``: everybody in them may enter; ``testAddresses``: where messages of tests may go to."""

    title: str = Field(max_length=120, pattern=r"^[^\x00]*\S[^\x00]*$")
    kind: _Kind = "development"
    timeZone: str = Field(default="UTC", max_length=60)  # noqa: N815 - the name in the body
    testAddresses: str = Field(default="", max_length=10_000, pattern=WITHOUT_NUL)  # noqa: N815
    groups: list[str] = Field(default=[], max_length=100)


class SandboxBody(SandboxChangeBody):
    """``name``: in addresses and headers; it stays as it is."""

    name: str = Field(max_length=60, pattern=r"^[-a-zA-Z0-9_]+$")


class SandboxAnswer(Answer):
    """``beingReset``: it is being emptied, and nothing can be changed in it."""

    name: str
    title: str
    kind: _Kind
    timeZone: str  # noqa: N815 - the name in the answer
    testAddresses: str  # noqa: N815
    groups: list[str]
    beingReset: bool  # noqa: N815


class SandboxesAnswer(Answer):
    items: list[SandboxAnswer]


class Sandboxes(ApiView):
    permissions = (VIEW, ADD)
    needed = {"GET": VIEW, "POST": ADD}

    @operation("list_sandboxes", tag=_TAG, answer=SandboxesAnswer)
    def get(self, request: Request) -> Response:
        """Those that you may enter."""
        return Response({"items": [_shown(one) for one in sandboxes_of(request).order_by("name")]})

    @operation(
        "create_sandbox", tag=_TAG, body=SandboxBody, answer=SandboxAnswer,
        status=HTTPStatus.CREATED, also=(409,),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """A new one, which nobody but its groups and superusers may enter."""
        asked = read(SandboxBody, request)
        groups, made = _checked(asked), Sandbox(name=asked.name, **_values(asked))
        created(made, lambda: _store_new(made, groups))
        return Response(_shown(made), status=HTTPStatus.CREATED)


class OneSandbox(ApiView):
    permissions = (VIEW, CHANGE)
    needed = {"GET": VIEW, "PUT": CHANGE}

    @operation("read_sandbox", tag=_TAG, answer=SandboxAnswer)
    def get(self, request: Request, name: str) -> Response:
        """One that you may enter."""
        return Response(_shown(_sandbox(request, name)))

    @operation("change_sandbox", tag=_TAG, body=SandboxChangeBody, answer=SandboxAnswer)
    def put(self, request: Request, name: str) -> Response:
        """Makes it as the body says, whole."""
        found, asked = _sandbox(request, name), read(SandboxChangeBody, request)
        groups, before = _checked(asked), _shown(found)
        values = _values(asked)
        with transaction.atomic():
            for field, value in values.items():
                setattr(found, field, value)
            found.groups.set(groups)
            after = _shown(found)
            store_changes(found, values, changes=differences(before, after))
        return Response(after)


def _store_new(made: Sandbox, groups: list[Group]) -> None:
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Conflict("Another sandbox has this name.") from None
    made.groups.set(groups)


def _checked(asked: SandboxChangeBody) -> list[Group]:
    if asked.timeZone not in available_timezones():
        raise Unacceptable([Flaw("/timeZone", "There is no such time zone. Write it as in Europe/Berlin.")])
    return named(Group.objects.all(), asked.groups, by=lambda group: group.name, place="groups")


def _values(asked: SandboxChangeBody) -> dict[str, Any]:
    return {
        "title": asked.title,
        "kind": asked.kind,
        "time_zone": asked.timeZone,
        "test_addresses": asked.testAddresses,
    }


def _sandbox(request: Request, name: str) -> Sandbox:
    return get_object_or_404(sandboxes_of(request), name=name.replace("\x00", ""))


def _shown(one: Sandbox) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "kind": one.kind,
        "timeZone": one.time_zone,
        "testAddresses": one.test_addresses,
        "groups": sorted(one.groups.values_list("name", flat=True)),
        "beingReset": one.reset_since is not None,
    }
