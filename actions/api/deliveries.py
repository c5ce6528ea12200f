"""Messages over the API: what was to be sent, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from pydantic import AwareDatetime, Field
from rest_framework.request import Request
from rest_framework.response import Response

from actions.kinds import ADDRESS_LENGTH
from actions.models import Delivery, Feedback
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.pages import PageQuery, newest_first
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView

_TAG = "Deliveries"
VIEW = "actions.view_delivery"


class DeliveriesQuery(PageQuery):
    """``status``: the present one; ``address``: the whole one; ``until`` is not included."""

    kind: Literal["", "email", "sms", "push"] = ""
    status: str = Field(default="", max_length=12)
    address: str = Field(default="", max_length=ADDRESS_LENGTH)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class DeliveryAnswer(Answer):
    """``code``, ``detail``: why it was held back, or did not arrive; ``variant``: whose words were sent."""

    message: UUID
    kind: str
    address: str
    status: str
    code: str
    detail: str
    template: str | None
    channel: str | None
    variant: str
    createdAt: datetime  # noqa: N815 - the name in the answer
    changedAt: datetime  # noqa: N815


class DeliveriesAnswer(Answer):
    items: list[DeliveryAnswer]
    next: int | None


class NewsAnswer(Answer):
    """``detail``: the link that was clicked, the reason of a bounce."""

    status: str
    at: datetime
    detail: str


class OneDeliveryAnswer(DeliveryAnswer):
    """``history``: what was recorded of it, the oldest first."""

    history: list[NewsAnswer]


class Deliveries(ApiView):
    permissions = (VIEW,)
    about_people = True

    @operation("list_deliveries", tag=_TAG, query=DeliveriesQuery, answer=DeliveriesAnswer)
    def get(self, request: Request) -> Response:
        """Every message that journeys were to send, newest first."""
        asked = read_query(DeliveriesQuery, request)
        rows = Delivery.objects.filter(sandbox=sandbox_of(request)).select_related("template", "channel")
        given = asked.model_dump(include={"kind", "status", "address"}, exclude_defaults=True)
        bounds = {"created_at__gte": asked.since, "created_at__lt": asked.until}
        rows = rows.filter(**given, **{name: value for name, value in bounds.items() if value is not None})
        page = newest_first(rows, asked)
        return Response({"items": [_shown(one) for one in page.rows], "next": page.next})


class OneDelivery(ApiView):
    permissions = (VIEW,)
    about_people = True

    @operation("read_delivery", tag=_TAG, answer=OneDeliveryAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """One message by its id, with its history."""
        rows = Delivery.objects.select_related("template", "channel")
        found = get_object_or_404(rows, message_id=uid, sandbox=sandbox_of(request))
        told = Feedback.objects.history_of(found.message_id)
        history = [{"status": one.kind, "at": one.at, "detail": one.detail} for one in told]
        return Response({**_shown(found), "history": history})


def _shown(one: Delivery) -> dict[str, Any]:
    return {
        "message": one.message_id,
        "kind": one.kind,
        "address": one.address,
        "status": one.status,
        "code": one.code,
        "detail": one.detail,
        "template": one.template.name if one.template else None,
        "channel": one.channel.name if one.channel else None,
        "variant": one.variant,
        "createdAt": one.created_at,
        "changedAt": one.updated_at,
    }
