"""Tables of chosen figures over the API: what a panel of a report shows."""

from __future__ import annotations

from pydantic import ConfigDict
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import operation
from journeyorch.api.views import ApiView
from journeys.api.answers import TableAnswer
from journeys.reports.custom.definition import Panel
from journeys.reports.custom.shown import show
from journeys.views.shell import REPORTS


class PanelBody(Panel, Body):
    """Metrics, by dimensions, of a period: the definition of a panel."""

    # Dates and ids are texts in JSON.
    model_config = ConfigDict(extra="forbid", strict=False)


class ReportTable(ApiView):
    """Figures by dimensions, all rows of them; rates are 0–1, or null where there is nothing to share."""

    permissions = (REPORTS,)

    @operation("report_table", tag="Reports", body=PanelBody, answer=TableAnswer)
    def post(self, request: Request) -> Response:
        found = show(read(PanelBody, request), sandbox_of(request), now=bulk.database_now())
        if found.problem:
            raise ParseError(found.problem)
        rows = [[*names, *numbers] for names, numbers in found.plain]
        return Response({"columns": [name for name, _is_number in found.columns], "rows": rows})
