"""The quarantine over the API: looked at, put right, tried again."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson
from django.shortcuts import get_object_or_404
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from events.models import Quarantined, ReceivedEvent
from events.quarantine import correct, replay
from events.replaying import begin_replay
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.problems import Conflict, Flaw, Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.background.api import TaskAnswer, task_shown
from journeyorch.strict_json import NotStrictJson

_TAG = "Quarantine"
VIEW, CHANGE = "events.view_quarantined", "events.change_quarantined"


class QuarantineQuery(PageQuery):
    """``code``: the reason."""

    code: str = Field(default="", max_length=40)


class QuarantinedAnswer(Answer):
    """``id``: the number of the received event; ``code`` and ``message``: why it could not be handled."""

    id: int
    at: datetime
    code: str
    message: str


class QuarantineAnswer(Answer):
    items: list[QuarantinedAnswer]
    next: int | None


class OneQuarantinedAnswer(QuarantinedAnswer):
    """``body``: the message as it came, or as it was corrected."""

    body: Any


class CorrectionBody(Body):
    """``body``: the whole message, as it should have come."""

    body: Any


class TryManyBody(Body):
    """``codes``: only those that are there for one of these reasons; without it all."""

    codes: list[str] = Field(default=[], max_length=100)


class TriedAnswer(Answer):
    """``events``: how many are tried again; 0 if somebody else was quicker."""

    events: int


class Quarantine(ApiView):
    permissions = (VIEW, CHANGE)
    about_people = True

    @operation("list_quarantine", tag=_TAG, query=QuarantineQuery, answer=QuarantineAnswer)
    def get(self, request: Request) -> Response:
        """Received events that could not be handled, newest first."""
        asked = read_query(QuarantineQuery, request)
        rows = Quarantined.objects.filter(sandbox=sandbox_of(request))
        rows = rows.filter(code=asked.code) if asked.code else rows
        page = newest_first(rows, asked, number="received_event_id")
        return Response({"items": [_shown(one) for one in page.rows], "next": page.next})


class OneQuarantined(ApiView):
    permissions = (VIEW, CHANGE)
    needed = {"PUT": CHANGE}
    about_people = True

    @operation("read_quarantined", tag=_TAG, answer=OneQuarantinedAnswer)
    def get(self, request: Request, id: int) -> Response:
        """One of them, with its message."""
        return Response(_with_body(_quarantined(request, id)))

    @operation("correct_quarantined", tag=_TAG, body=CorrectionBody, answer=OneQuarantinedAnswer)
    def put(self, request: Request, id: int) -> Response:
        """Put its message right. It stays in quarantine until it is tried again."""
        found, asked = _quarantined(request, id), read(CorrectionBody, request)
        try:
            correct(found, orjson.dumps(asked.body).decode())
        except NotStrictJson as refusal:
            raise Unacceptable([Flaw("/body", str(refusal))]) from None
        return Response(_with_body(_quarantined(request, id)))


class TryAgain(ApiView):
    permissions = (CHANGE,)
    about_people = True

    @operation("try_quarantined_again", tag=_TAG, answer=TriedAnswer, status=HTTPStatus.ACCEPTED)
    def post(self, request: Request, id: int) -> Response:
        """Route it anew. What comes of it is told at its address below ``received-events``."""
        return Response({"events": replay([_quarantined(request, id)])}, status=HTTPStatus.ACCEPTED)


class TryManyAgain(ApiView):
    permissions = (CHANGE,)
    about_people = True

    @operation(
        "try_quarantine_again", tag=_TAG, body=TryManyBody, answer=TaskAnswer,
        status=HTTPStatus.ACCEPTED, also=(409,),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Route those anew, in the background, that are in quarantine now."""
        asked, sandbox = read(TryManyBody, request), sandbox_of(request)
        rows = Quarantined.objects.filter(sandbox=sandbox)
        found = set(rows.order_by().values_list("code", flat=True).distinct())
        codes = found & set(asked.codes) if asked.codes else found
        if not codes:
            raise Conflict("There are none of these in quarantine.")
        task = begin_replay(sandbox, codes, by=request.user)
        return Response(task_shown(task), status=HTTPStatus.ACCEPTED)


def _quarantined(request: Request, id: int) -> Quarantined:
    # By the event's own number: compared with a key to it, one that no database can hold would be an error.
    itself = ReceivedEvent.objects.filter(pk=id)
    rows = Quarantined.objects.select_related("received_event")
    return get_object_or_404(rows, received_event__in=itself, sandbox=sandbox_of(request))


def _shown(one: Quarantined) -> dict[str, Any]:
    return {"id": one.received_event_id, "at": one.at, "code": one.code, "message": one.message}


def _with_body(one: Quarantined) -> dict[str, Any]:
    return {**_shown(one), "body": orjson.loads(one.received_event.body)}
