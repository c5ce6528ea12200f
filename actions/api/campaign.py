"""Messages that Adobe Campaign took, over the API: what it said of them, and asking it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from actions.campaign.statuses import ask_at_once
from actions.models import CampaignMessage
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView

_TAG = "Campaign messages"
VIEW = "actions.view_campaignmessage"


class CampaignMessagesQuery(PageQuery):
    status: str = Field(default="", max_length=40)


class CampaignMessageAnswer(Answer):
    """``askAt``: when Campaign is asked next; null if it has said its last word."""

    message: UUID
    action: str | None
    status: str
    createdAt: datetime  # noqa: N815 - the name in the answer
    askedAt: datetime | None  # noqa: N815
    askAt: datetime | None  # noqa: N815


class CampaignMessagesAnswer(Answer):
    items: list[CampaignMessageAnswer]
    next: int | None


class CampaignMessages(ApiView):
    permissions = (VIEW,)

    @operation("list_campaign_messages", tag=_TAG, query=CampaignMessagesQuery, answer=CampaignMessagesAnswer)
    def get(self, request: Request) -> Response:
        """What Campaign Standard took, newest first."""
        asked = read_query(CampaignMessagesQuery, request)
        rows = CampaignMessage.objects.filter(sandbox=sandbox_of(request)).select_related("action")
        page = newest_first(rows.filter(status=asked.status) if asked.status else rows, asked)
        return Response({"items": [_shown(one) for one in page.rows], "next": page.next})


class AskCampaign(ApiView):
    permissions = (VIEW,)

    @operation("ask_campaign", tag=_TAG, answer=CampaignMessageAnswer)
    def post(self, request: Request, uid: UUID) -> Response:
        """Ask Campaign at once what became of a message, unless it has said its last word."""
        row = get_object_or_404(CampaignMessage, message_id=uid, sandbox=sandbox_of(request))
        ask_at_once(row, now=timezone.now())
        row.refresh_from_db()
        return Response(_shown(row))


def _shown(row: CampaignMessage) -> dict[str, Any]:
    return {
        "message": row.message_id,
        "action": row.action.name if row.action else None,
        "status": row.status,
        "createdAt": row.created_at,
        "askedAt": row.asked_at,
        "askAt": row.ask_at,
    }


urlpatterns = [
    path("campaign-messages", CampaignMessages.as_view(), name="api-campaign-messages"),
    path("campaign-messages/<uuid:uid>/ask", AskCampaign.as_view(), name="api-campaign-message-ask"),
]
