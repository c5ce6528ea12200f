"""The figures of reports over the API."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import ConfigDict, Field
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch import bulk
from journeyorch.access.models import Sandbox
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body
from journeyorch.api.describing import operation
from journeyorch.api.queries import read_query
from journeyorch.api.views import ApiView
from journeyorch.time_zones import zone_of
from journeys.api.answers import FiguresAnswer
from journeys.models import JourneyVersion
from journeys.reports.figures import periods
from journeys.reports.figures.periods import DEFAULT, Period
from journeys.reports.figures.plain import plain_summary
from journeys.reports.figures.summary import summarize
from journeys.reports.figures.sums import TooMuch
from journeys.views.shell import REPORTS


class FiguresQuery(Body):
    """The address's parameters: one version, all of a journey, or all journeys; and a period."""

    # Parameters are texts; what they mean is read from them.
    model_config = ConfigDict(extra="forbid", strict=False)

    journey: UUID | None = None
    version: UUID | None = None
    period: str = Field(default=DEFAULT, pattern="^(1|7|30|90|365)$")
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")


class ReportFigures(ApiView):
    """The summary of a period, beside the period of as many days before it.

    ``period`` is so many days up to today; ``from`` and ``to`` are days in the sandbox's time zone, both
    included. Times are within an eighth of the true ones.
    """

    permissions = (REPORTS,)

    @operation("report_figures", tag="Reports", query=FiguresQuery, answer=FiguresAnswer)
    def get(self, request: Request) -> Response:
        asked = _read(request)
        sandbox = sandbox_of(request)
        versions = _versions(sandbox, asked)
        try:
            found = summarize(versions, _period(sandbox, asked))
        except TooMuch:
            raise ParseError("That is too much at once. Ask for a shorter period, or one journey.") from None
        return Response(plain_summary(found, {version.pk: str(version.uid) for version in versions}))


def _read(request: Request) -> FiguresQuery:
    asked = read_query(FiguresQuery, request)
    if (asked.first is None) != (asked.last is None):
        raise ParseError("Give both “from” and “to”, or neither.")
    if asked.first and asked.last and not periods.is_usable(asked.first, asked.last):
        raise ParseError("“from” must not be after “to”, and both must be between the years 2000 and 2200.")
    return asked


def _period(sandbox: Sandbox, asked: FiguresQuery) -> Period:
    zone = zone_of(sandbox.time_zone)
    if asked.first and asked.last:
        return periods.between(asked.first, asked.last, zone)
    return periods.of_days(asked.period, now=bulk.database_now(), zone=zone)


def _versions(sandbox: Sandbox, asked: FiguresQuery) -> list[JourneyVersion]:
    versions = JourneyVersion.objects.filter(sandbox=sandbox)
    if asked.journey:
        versions = versions.filter(journey__uid=asked.journey)
    if asked.version:
        found = list(versions.select_related("journey").filter(uid=asked.version))
    else:
        found = list(versions.reported())
    if not found and (asked.journey or asked.version):
        raise NotFound("There is no such journey or version here, or nobody has been in it.")
    return found
