"""Beginning over the API: ready-made journeys, the sample data, and events fired by hand."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from pydantic import Field
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from events.ingest.refusals import Refused
from events.models import Event
from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Conflict, Flaw, Unacceptable
from journeyorch.api.views import ApiView
from journeyorch.phrases import said
from journeyorch.portable.kind import kinds
from journeys import firing
from journeys.api.journeys import JourneyAnswer, JourneysView, described
from journeys.demo.hotel import load_sample
from journeys.gallery import gallery
from journeys.gallery.beginning import begin, parts_of
from journeys.views.first_steps import SAMPLE, can_load_sample
from journeys.views.shell import CHANGE

_TAG = "Journeys"


class ReadyMadeAnswer(Answer):
    """``brings``: names of what it sets up, by kind."""

    name: str
    title: str
    summary: str
    brings: dict[str, list[str]]


class ReadyMadeListAnswer(Answer):
    items: list[ReadyMadeAnswer]


class ReadyMadeList(JourneysView):
    @operation("list_ready_made", tag=_TAG, answer=ReadyMadeListAnswer)
    def get(self, request: Request) -> Response:
        """Journeys to begin with."""
        items = [
            {
                "name": name,
                "title": str(one.title),
                "summary": str(one.summary),
                "brings": {kind.name: names for kind, names in parts_of(one)},
            }
            for name, one in gallery().items()
        ]
        return Response({"items": items})


class ReadyMade(JourneysView):
    @operation(
        "begin_with_ready_made", tag=_TAG, answer=JourneyAnswer, status=HTTPStatus.CREATED, also=(200, 422)
    )
    def post(self, request: Request, name: str) -> Response:
        """Have it as a draft with all that it needs: 200 if it is here already."""
        if name not in gallery():
            raise NotFound("There is no ready-made journey of this name.")
        begun = begin(sandbox_of(request), name, by=self.user)
        if begun.journey is None:
            raise Unacceptable(begun.plan.flaws)
        status = HTTPStatus.CREATED if begun.is_new else HTTPStatus.OK
        return Response(described(self.journey(begun.journey.uid)), status=status)


class SampleAnswer(Answer):
    loaded: bool


class SampleData(ApiView):
    @operation("load_sample_data", tag=_TAG, answer=SampleAnswer, status=HTTPStatus.CREATED, also=(409,))
    def post(self, request: Request) -> Response:
        """A small hotel to try, in a sandbox without events and journeys."""
        if not isinstance(request.user, User) or not request.user.has_perms(SAMPLE):
            raise PermissionDenied
        sandbox = sandbox_of(request)
        if not can_load_sample(sandbox, request.user):
            raise Conflict("The sandbox has events or journeys already, with which it would mix.")
        load_sample(sandbox, author=request.user)
        return Response({"loaded": True}, status=HTTPStatus.CREATED)


class FireBody(Body):
    """``person``: whom it is about; ``payload``: in the place of a sample of the event's schema."""

    person: str = Field(min_length=1, max_length=512)
    payload: dict[str, Any] | None = None


class FiredAnswer(Answer):
    """``receivedEvent``: the number by which it is asked what became of it."""

    receivedEvent: int  # noqa: N815 - the name in the answer


class Fire(ApiView):
    """As a system of one's own would send it: live journeys act on it."""

    permissions = (CHANGE, "events.change_event")

    @operation(
        "fire_event", tag=str(kinds()["events"].title), body=FireBody, answer=FiredAnswer,
        status=HTTPStatus.CREATED,
    )  # fmt: skip
    def post(self, request: Request, name: str) -> Response:
        event: Event | None = kinds()["events"].find(sandbox_of(request), name)
        if event is None:
            raise NotFound("There is nothing of this name in your sandbox.")
        asked = read(FireBody, request)
        payload = firing.sample(event) if asked.payload is None else asked.payload
        try:
            entity = firing.for_person(event, payload, asked.person)
            received = firing.fire(event, entity=entity, now=timezone.now())
        except firing.NotFired as refusal:
            flaws = (Flaw("/payload", said(message, gettext)) for message in refusal.messages)
            raise Unacceptable(flaws) from None
        except Refused as refusal:
            raise Unacceptable([Flaw("/payload", refusal.detail)]) from None
        return Response({"receivedEvent": received.pk}, status=HTTPStatus.CREATED)


urlpatterns = [
    path("ready-made", ReadyMadeList.as_view(), name="api-ready-made-list"),
    path("ready-made/<str:name>", ReadyMade.as_view(), name="api-ready-made"),
    path("sample-data", SampleData.as_view(), name="api-sample-data"),
    path("events/<path:name>/fire", Fire.as_view(), name="api-event-fire"),
]
