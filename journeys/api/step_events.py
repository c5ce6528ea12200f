"""Step events over the API: queried by journey, version, instance, time, activity and status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body
from journeyorch.api.describing import operation
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeys.api.answers import StepEventsAnswer
from journeys.reports.steps.exported import record_export
from journeys.reports.steps.fields import STATUS_NAMES
from journeys.reports.steps.reading import PAGE, Question, Reader, versions_of
from journeys.reports.steps.shapes import as_xdm
from journeys.views.shell import VIEW


class StepEventsQuery(Body):
    """The address's parameters."""

    # Parameters are texts; what they mean is read from them.
    model_config = ConfigDict(extra="forbid", strict=False)

    journey: UUID | None = None
    version: UUID | None = None
    instance: UUID | None = None
    activity: str = Field(default="", max_length=64)
    status: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    in_test: bool | None = Field(default=None, alias="inTest")
    discards: bool = False
    shape: str = Field(default="plain", pattern="^(plain|xdm)$")
    limit: int = Field(default=100, ge=1, le=PAGE)
    after: int = Field(default=0, ge=0, lt=2**63)


class StepEvents(ApiView):
    """A page of step events, oldest first; ``next`` is the next page's ``after``, null: there is none."""

    permissions = (VIEW,)
    about_people = True

    @operation("step_events", tag="Step events", query=StepEventsQuery, answer=StepEventsAnswer)
    def get(self, request: Request) -> Response:
        asked = _read(request)
        sandbox = sandbox_of(request)
        if not asked.after:
            record_export(sandbox)
        page = Reader(sandbox).page(_question(sandbox, asked), size=asked.limit)
        events: list[Mapping[str, Any]] = [*page.events]
        if asked.shape == "xdm":
            events = [as_xdm(event) for event in page.events]
        return Response({"stepEvents": events, "next": page.last or None})


def _read(request: Request) -> StepEventsQuery:
    asked = read_query(StepEventsQuery, request)
    if asked.status is not None and asked.status not in STATUS_NAMES:
        raise ParseError(f"There is no such status. Use one of: {', '.join(STATUS_NAMES)}.")
    return asked


def _question(sandbox: Sandbox, asked: StepEventsQuery) -> Question:
    return Question(
        versions=versions_of(sandbox, journey=asked.journey, version=asked.version),
        instance_id=asked.instance,
        since=asked.since,
        until=asked.until,
        activity=asked.activity,
        status=None if asked.status is None else int(STATUS_NAMES[asked.status]),
        in_test=asked.in_test,
        discards=asked.discards,
        after=asked.after,
    )
