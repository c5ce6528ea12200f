"""Received events over the API: as they came, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from django.shortcuts import get_object_or_404
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from events.models import ReceivedEvent, ReceivedEventQuerySet
from events.recent import Arrival, arrival_of, with_effects
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView

_TAG = "Received events"
VIEW = "events.view_receivedevent"


class ReceivedQuery(PageQuery):
    """``inlet``: its name; ``waiting``: only those that wait to be routed, or only the others."""

    inlet: str = Field(default="", max_length=60)
    waiting: bool | None = None


class ReceivedAnswer(Answer):
    """``inlet``: null if it was deleted; ``waiting``: it is still to be routed."""

    id: int
    receivedAt: datetime  # noqa: N815 - the name in the answer
    inlet: str | None
    protocol: str
    waiting: bool


class ReceivedListAnswer(Answer):
    items: list[ReceivedAnswer]
    next: int | None


class EffectAnswer(Answer):
    """``url``: a page that tells more, or empty."""

    text: str
    url: str


class OneReceivedAnswer(ReceivedAnswer):
    """``events``: the configured events that it is; ``people``: the ids of whom it concerns; ``code`` and
    ``problem``: why it is in quarantine, or will be; ``effects``: what it did, as far as you may see it.
    """

    events: list[str]
    people: str
    code: str
    problem: str
    quarantined: bool
    effects: list[EffectAnswer]
    body: Any


class ReceivedEvents(ApiView):
    permissions = (VIEW,)
    about_people = True

    @operation("list_received_events", tag=_TAG, query=ReceivedQuery, answer=ReceivedListAnswer)
    def get(self, request: Request) -> Response:
        """Everything that came in, newest first."""
        asked, rows = read_query(ReceivedQuery, request), _received(request)
        if asked.inlet:
            rows = rows.filter(inlet__name=asked.inlet)
        if asked.waiting is not None:
            rows = rows.filter(routed=not asked.waiting)
        page = newest_first(rows, asked)
        return Response({"items": [_shown(one) for one in page.rows], "next": page.next})


class OneReceivedEvent(ApiView):
    permissions = (VIEW,)
    about_people = True

    @operation("read_received_event", tag=_TAG, answer=OneReceivedAnswer)
    def get(self, request: Request, id: int) -> Response:
        """One of them, its message as it came, and what became of it."""
        found = get_object_or_404(_received(request), pk=id)
        (arrival,) = with_effects([arrival_of(found)], request.user.has_perm)
        return Response({**_shown(found), **_became(arrival), "body": orjson.loads(found.body)})


def _received(request: Request) -> ReceivedEventQuerySet:
    return ReceivedEvent.objects.filter(sandbox=sandbox_of(request)).with_inlet_names()


def _shown(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "receivedAt": one.received_at,
        "inlet": one.inlet_name,
        "protocol": one.protocol,
        "waiting": not one.routed,
    }


def _became(arrival: Arrival) -> dict[str, Any]:
    return {
        "events": list(arrival.events),
        "people": arrival.people,
        "code": arrival.code,
        "problem": arrival.problem,
        "quarantined": arrival.quarantined is not None,
        "effects": [effect._asdict() for effect in arrival.effects or ()],
    }
