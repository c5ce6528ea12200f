"""The suppression list over the API: looked at, added to, taken off."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from actions.contact.models import Suppression
from actions.kinds import ADDRESS_LENGTH
from actions.messages.recipients import usable_address
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.problems import Conflict, Flaw, Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView

_TAG = "Suppression list"
VIEW, ADD, DELETE = "actions.view_suppression", "actions.add_suppression", "actions.delete_suppression"


class SuppressionsQuery(PageQuery):
    """``address``: the whole one; it finds those of erased people, too."""

    kind: Literal["", "email", "sms", "push"] = ""
    reason: Literal["", "unsubscribed", "complained", "bounced", "manual"] = ""
    address: str = Field(default="", max_length=ADDRESS_LENGTH)


class SuppressionBody(Body):
    """``detail``: why, in words."""

    kind: Literal["email", "sms", "push"]
    address: str = Field(min_length=1, max_length=ADDRESS_LENGTH)
    detail: str = Field(default="", max_length=1000)


class SuppressionAnswer(Answer):
    """``address``: empty for somebody who was erased."""

    id: int
    kind: str
    address: str
    reason: str
    detail: str
    since: datetime


class SuppressionsAnswer(Answer):
    items: list[SuppressionAnswer]
    next: int | None


class Suppressions(ApiView):
    permissions = (VIEW, ADD)
    needed = {"GET": VIEW, "POST": ADD}
    about_people = True

    @operation("list_suppressions", tag=_TAG, query=SuppressionsQuery, answer=SuppressionsAnswer)
    def get(self, request: Request) -> Response:
        """Addresses that get no messages, the newest first."""
        asked = read_query(SuppressionsQuery, request)
        rows = Suppression.objects.filter(sandbox=sandbox_of(request))
        given = asked.model_dump(include={"kind", "reason"}, exclude_defaults=True)
        rows = rows.filter(**given)
        if asked.address:
            rows = rows.of_address(asked.address)
        page = newest_first(rows, asked)
        return Response({"items": [_shown(one) for one in page.rows], "next": page.next})

    @operation(
        "add_suppression", tag=_TAG, body=SuppressionBody, answer=SuppressionAnswer,
        status=HTTPStatus.CREATED, also=(409,),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Put an address on the list, by hand."""
        asked = read(SuppressionBody, request)
        address = usable_address(asked.kind, asked.address)
        if address is None:
            raise Unacceptable([Flaw("/address", "This is no address for messages of that kind.")])
        entry = Suppression(
            sandbox=sandbox_of(request), kind=asked.kind, address=address, detail=asked.detail
        )
        try:
            with transaction.atomic():
                entry.save()
        except IntegrityError:
            raise Conflict("The address is on the list already.") from None
        return Response(_shown(entry), status=HTTPStatus.CREATED)


class OneSuppression(ApiView):
    permissions = (VIEW, DELETE)
    needed = {"GET": VIEW, "DELETE": DELETE}
    about_people = True

    @operation("read_suppression", tag=_TAG, answer=SuppressionAnswer)
    def get(self, request: Request, id: int) -> Response:
        """One entry."""
        return Response(_shown(_entry(request, id)))

    @operation("delete_suppression", tag=_TAG, answer=None, status=HTTPStatus.NO_CONTENT)
    def delete(self, request: Request, id: int) -> Response:
        """Take it off the list: messages go to the address again, unless it is there for another reason."""
        _entry(request, id).delete()
        return Response(status=HTTPStatus.NO_CONTENT)


def _entry(request: Request, id: int) -> Suppression:
    return get_object_or_404(Suppression, pk=id, sandbox=sandbox_of(request))


def _shown(entry: Suppression) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "kind": entry.kind,
        "address": entry.address,
        "reason": entry.reason,
        "detail": entry.detail,
        "since": entry.created_at,
    }
