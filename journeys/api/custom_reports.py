"""Reports that people have put together, over the API: kept, shared, and shown as tables."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.urls import reverse
from pydantic import ConfigDict, Field
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.api.bodies import Body, read
from journeyorch.api.describing import Answer, operation
from journeyorch.api.views import ApiView
from journeys.models import Report
from journeys.reports.custom.definition import Definition, Panel, read_definition
from journeys.reports.custom.shown import ShownPanel, show
from journeys.views.custom_reports import may_change, report_of, user_of
from journeys.views.shell import CHANGE_REPORT, REPORTS

_TAG = "Reports"


class ReportBody(Definition, Body):
    """``panels`` are those of ``/reports/table``; ``shared``: everybody who may read reports sees it."""

    model_config = ConfigDict(extra="forbid", strict=False)

    name: str = Field(min_length=1, max_length=120)
    shared: bool = False


class ReportAnswer(Answer):
    """``mayChange``: whether it is yours."""

    id: UUID
    name: str
    shared: bool
    owner: str
    mayChange: bool  # noqa: N815 - the name in the answer
    panels: list[Panel]


class ReportsAnswer(Answer):
    items: list[ReportAnswer]


class PanelTable(Answer):
    """As that of ``/reports/table``; ``problem`` says why there is none."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    problem: str


class ReportTablesAnswer(Answer):
    panels: list[PanelTable]


class SavedReports(ApiView):
    permissions = (REPORTS,)

    @operation("list_reports", tag=_TAG, answer=ReportsAnswer)
    def get(self, request: Request) -> Response:
        """Your own reports, and those that others share, by name."""
        found = Report.objects.shown_to(user_of(request), sandbox_of(request)).select_related("owner")
        return Response({"items": [_shown(request, one) for one in found.order_by("name", "pk")]})

    @operation("create_report", tag=_TAG, body=ReportBody, answer=ReportAnswer, status=HTTPStatus.CREATED)
    def post(self, request: Request) -> Response:
        """A report of your own."""
        _require_author(request)
        report = _saved(
            Report(sandbox=sandbox_of(request), owner=user_of(request)), read(ReportBody, request)
        )
        answer = Response(_shown(request, report), status=HTTPStatus.CREATED)
        answer["Location"] = reverse("api-saved-report", args=[report.uid])
        return answer


class OneReport(ApiView):
    permissions = (REPORTS,)

    @operation("read_report", tag=_TAG, answer=ReportAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """Its definition."""
        return Response(_shown(request, report_of(request, uid)))

    @operation("put_report", tag=_TAG, body=ReportBody, answer=ReportAnswer)
    def put(self, request: Request, uid: UUID) -> Response:
        """Make it as the body says, whole; only its owner may."""
        report = _changeable(request, uid)
        return Response(_shown(request, _saved(report, read(ReportBody, request))))

    @operation("delete_report", tag=_TAG, answer=None, status=HTTPStatus.NO_CONTENT)
    def delete(self, request: Request, uid: UUID) -> Response:
        """Delete it; only its owner may."""
        _changeable(request, uid).delete()
        return Response(status=HTTPStatus.NO_CONTENT)


class ReportTables(ApiView):
    permissions = (REPORTS,)

    @operation("read_report_tables", tag=_TAG, answer=ReportTablesAnswer)
    def get(self, request: Request, uid: UUID) -> Response:
        """What it shows now: the table of each panel, all rows of them."""
        definition, now = read_definition(report_of(request, uid).definition), bulk.database_now()
        tables = [show(panel, sandbox_of(request), now=now) for panel in definition.panels]
        return Response({"panels": [_table(table) for table in tables]})


def _table(table: ShownPanel) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": [name for name, _is_number in table.columns],
        "rows": [[*names, *numbers] for names, numbers in table.plain],
        "problem": str(table.problem or ""),
    }


def _require_author(request: Request) -> None:
    if not request.user.has_perm(CHANGE_REPORT):
        raise PermissionDenied


def _changeable(request: Request, uid: UUID) -> Report:
    """404 for a report that is not shown to them, 403 for somebody else's."""
    report = report_of(request, uid)
    if not may_change(request, report):
        raise PermissionDenied("This report is somebody else's. Make one of your own.")
    return report


def _saved(report: Report, body: ReportBody) -> Report:
    report.name, report.shared = body.name, body.shared
    report.definition = body.model_dump(mode="json", include={"panels"})
    report.save()
    return report


def _shown(request: Request, report: Report) -> dict[str, Any]:
    return {
        "id": str(report.uid),
        "name": report.name,
        "shared": report.shared,
        "owner": str(report.owner or ""),
        "mayChange": may_change(request, report),
        "panels": read_definition(report.definition).model_dump(mode="json")["panels"],
    }
