"""Circuit breakers over the API: which systems fail, and their being called again at once."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.describing import Answer, operation
from journeyorch.api.views import ApiView
from journeyorch.outbound.endpoints import endpoints_of
from journeyorch.outbound.models import Breaker
from journeyorch.outbound.protection.breaker import close

_TAG = "Operations"
VIEW, CHANGE = "outbound.view_breaker", "outbound.change_breaker"


class BreakerAnswer(Answer):
    """``openedAt``: since when calls end as errors at once; null while they are made."""

    endpoint: str
    label: str
    failures: int
    failingSince: datetime | None  # noqa: N815 - the name in the answer
    openedAt: datetime | None  # noqa: N815
    lastError: str  # noqa: N815
    lastFailedAt: datetime | None  # noqa: N815


class BreakersAnswer(Answer):
    items: list[BreakerAnswer]


class Breakers(ApiView):
    permissions = (VIEW, CHANGE)

    @operation("list_breakers", tag=_TAG, answer=BreakersAnswer)
    def get(self, request: Request) -> Response:
        """Data sources, actions and channels that have failed, the most failures first."""
        sandbox = sandbox_of(request)
        labels = {one.key: one.label for one in endpoints_of(sandbox.pk)}
        rows = Breaker.objects.filter(sandbox=sandbox).order_by("-failures", "endpoint")
        return Response({"items": [_shown(row, labels) for row in rows]})


class CloseBreaker(ApiView):
    permissions = (CHANGE,)

    @operation("close_breaker", tag=_TAG, answer=None, status=HTTPStatus.NO_CONTENT)
    def post(self, request: Request, endpoint: str) -> Response:
        """Forget its failures: calls are made again at once."""
        name = endpoint.replace("\x00", "")
        close(get_object_or_404(Breaker, endpoint=name, sandbox=sandbox_of(request)))
        return Response(status=HTTPStatus.NO_CONTENT)


def _shown(row: Breaker, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "endpoint": row.endpoint,
        "label": labels.get(row.endpoint, row.endpoint),
        "failures": row.failures,
        "failingSince": row.failing_since,
        "openedAt": row.opened_at,
        "lastError": row.last_error,
        "lastFailedAt": row.last_failed_at,
    }
