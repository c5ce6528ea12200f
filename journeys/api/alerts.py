"""Alerts over the API, beside their documents: tried, signed anew, and what they have told."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import path
from pydantic import AwareDatetime, ConfigDict, Field
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body
from journeyorch.api.describing import Answer, operation
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.outbound.trials_api import making_secrets
from journeyorch.portable.acting import Act, acting
from journeyorch.portable.kind import kinds
from journeys.alerts.checking import begin_trial
from journeys.models import AlertNotice

_TAG = str(kinds()["alerts"].title)


class NoticesQuery(Body):
    """``alert``: its name; ``before``: the ``next`` of the page before."""

    model_config = ConfigDict(extra="forbid", strict=False)

    alert: str = Field(default="", max_length=200)
    limit: int = Field(default=100, ge=1, le=1000)
    before: AwareDatetime | None = None


class NoticeAnswer(Answer):
    """``state``: ``firing`` or ``over``; ``sentAt``: null if it has not arrived; ``problem``: why not."""

    id: UUID
    alert: str
    at: datetime
    state: str
    text: str
    channel: str
    address: str
    attempts: int
    sentAt: datetime | None  # noqa: N815 - the name in the answer
    problem: str


class NoticesAnswer(Answer):
    items: list[NoticeAnswer]
    next: datetime | None


class SentAlerts(ApiView):
    permissions = ("journeys.view_alertnotice",)

    @operation("list_sent_alerts", tag=_TAG, query=NoticesQuery, answer=NoticesAnswer)
    def get(self, request: Request) -> Response:
        """What alerts have told, newest first."""
        asked = read_query(NoticesQuery, request)
        rows = AlertNotice.objects.filter(alert__sandbox=sandbox_of(request)).select_related("alert")
        wanted = Q(alert__name=asked.alert) if asked.alert else Q()
        wanted &= Q(at__lt=asked.before) if asked.before else Q()
        found = list(rows.filter(wanted).order_by("-at", "pk")[: asked.limit + 1])
        page = found[: asked.limit]
        more = page[-1].at if len(found) > asked.limit else None
        return Response({"items": [_shown(one) for one in page], "next": more})


class TrialBegunAnswer(Answer):
    """``notices``: so many are on their way; the list of sent alerts says what becomes of them."""

    notices: int


def _try(act: Act) -> dict[str, Any]:
    return {"notices": begin_trial([act.row], now=bulk.database_now())}


def _shown(one: AlertNotice) -> dict[str, Any]:
    return {
        "id": one.pk,
        "alert": one.alert.name,
        "at": one.at,
        "state": "firing" if one.fires else "over",
        "text": one.text,
        "channel": one.channel,
        "address": one.address,
        "attempts": one.attempts,
        "sentAt": one.sent_at,
        "problem": one.problem,
    }


urlpatterns = [
    path("sent-alerts", SentAlerts.as_view(), name="api-sent-alerts"),
    acting(
        "alerts", "test", _try, answer=TrialBegunAnswer, status=HTTPStatus.ACCEPTED,
        says="Send a trial to everybody who would be told.",
    ),
    making_secrets("alerts"),
]  # fmt: skip
