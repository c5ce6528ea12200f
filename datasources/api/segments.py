"""Segments over the API, beside their documents: how large one would be, its evaluation, who is in it."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.urls import path
from pydantic import ConfigDict, Field
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from datasources.platform.segments.estimating import estimate_of
from datasources.platform.segments.evaluating import begin_evaluation
from datasources.platform.segments.models import Segment
from datasources.platform.segments.showing import members_of
from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import WITHOUT_NUL, Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.problems import Flaw, Unacceptable
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.background.api import TaskAnswer, task_shown
from journeyorch.portable.acting import Act, acting
from journeyorch.portable.kind import kinds

_KIND = kinds()["segments"]
_TAG = str(_KIND.title)


class EstimateBody(Body):
    expression: str = Field(max_length=20_000, pattern=WITHOUT_NUL)


class EstimateAnswer(Answer):
    """``size`` of ``people``, told from ``sample`` of them; with 95 % confidence from ``low`` to ``high``."""

    people: int
    sample: int
    size: int
    low: int
    high: int


class MembersQuery(Body):
    """``identity``: only whoever has exactly this one, of any namespace."""

    model_config = ConfigDict(extra="forbid", strict=False)

    identity: str = Field(default="", max_length=512)


class IdentityAnswer(Answer):
    namespace: str
    id: str


class MemberAnswer(Answer):
    """``since``: when the person came in."""

    identities: list[IdentityAnswer]
    since: datetime


class MembersAnswer(Answer):
    items: list[MemberAnswer]


class Estimating(ApiView):
    permissions = (_KIND.permission("add"), _KIND.permission("change"))

    @operation("estimate_segment", tag=_TAG, body=EstimateBody, answer=EstimateAnswer)
    def post(self, request: Request) -> Response:
        """How many people an expression would be true for; nothing is stored."""
        found = estimate_of(read(EstimateBody, request).expression, sandbox_of(request).pk)
        if "refused" in found:
            raise Unacceptable(Flaw("/expression", str(message)) for message in found["refused"])
        return Response(found["found"]._asdict())


class Members(ApiView):
    permissions = (_KIND.permission("view"),)
    about_people = True

    @operation("list_segment_members", tag=_TAG, query=MembersQuery, answer=MembersAnswer)
    def get(self, request: Request, name: str) -> Response:
        """At most 100 of the people inside, in no order."""
        segment = _KIND.find(sandbox_of(request), name)
        if segment is None:
            raise NotFound("There is nothing of this name in your sandbox.")
        found = members_of(segment, read_query(MembersQuery, request).identity.strip())
        return Response({"items": [_shown(one.identities, one.since) for one in found]})


def _shown(identities: list[tuple[str, str]], since: datetime) -> dict[str, Any]:
    return {
        "identities": [{"namespace": namespace, "id": value} for namespace, value in identities],
        "since": since,
    }


def _evaluate(act: Act) -> dict[str, Any]:
    segment: Segment = act.row
    return task_shown(begin_evaluation(segment, by=act.request.user, now=bulk.database_now()))


urlpatterns = [
    path("segment-estimate", Estimating.as_view(), name="api-segment-estimate"),
    path("segments/<path:name>/members", Members.as_view(), name="api-segments-members"),
    acting(
        "segments", "evaluate", _evaluate, answer=TaskAnswer, status=HTTPStatus.ACCEPTED,
        says="Have everybody looked at now; what is under way for the segment ends.",
    ),
]  # fmt: skip
