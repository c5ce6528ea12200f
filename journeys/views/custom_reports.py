"""Pages of reports that people put together: list, panels, form, CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from journeyorch import bulk
from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.spreadsheets import csv_line
from journeys.models import Report
from journeys.reports.custom.definition import Definition, read_definition
from journeys.reports.custom.shown import ShownPanel, show
from journeys.views.report_forms import PanelForms, ReportForm, definition_of, initial_of
from journeys.views.report_list import ReportList
from journeys.views.shell import CHANGE_REPORT, REPORTS, page


@page(REPORTS)
def listed(request: HttpRequest) -> HttpResponse:
    """The user's own reports and those that others share."""
    return ReportList(request).answer()


@page(REPORTS)
def shown(request: HttpRequest, uid: UUID) -> HttpResponse:
    report = report_of(request, uid)
    context = {
        "report": report,
        "panels": _panels(request, read_definition(report.definition)),
        "may_change": may_change(request, report),
    }
    return render(request, "reports/shown.html", context)


@page(REPORTS)
def download(request: HttpRequest, uid: UUID, number: int) -> StreamingHttpResponse:
    """One panel as CSV; ``number`` from 1."""
    report = report_of(request, uid)
    panels = read_definition(report.definition).panels
    if not 1 <= number <= len(panels):
        raise Http404
    panel = show(panels[number - 1], sandbox_of(request), now=bulk.database_now())
    answer = StreamingHttpResponse(_lines(panel), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="report-{number}.csv"'
    return answer


def _lines(panel: ShownPanel) -> Iterator[bytes]:
    yield csv_line(name for name, _is_number in panel.columns)
    for names, numbers in panel.plain:
        yield csv_line((*names, *numbers))


@page(CHANGE_REPORT)
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    return _edited(request, Report(sandbox=sandbox_of(request), owner=user_of(request)))


@page(CHANGE_REPORT)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Somebody else's shared report can be saved under another name, as a report of one's own."""
    return _edited(request, report_of(request, uid))


def _edited(request: HttpRequest, report: Report) -> HttpResponse:
    """GET: the form. POST: ``preview`` shows what it would be; ``save`` and ``save-as`` keep it."""
    sandbox = sandbox_of(request)
    if request.method == "GET":
        panels = initial_of(read_definition(report.definition)) if report.pk else []
        forms = PanelForms(initial=panels, prefix="panel", form_kwargs={"sandbox": sandbox})
        return _form(request, report, ReportForm(instance=report), forms)
    form = ReportForm(request.POST, instance=report)
    forms = PanelForms(request.POST, prefix="panel", form_kwargs={"sandbox": sandbox})
    definition = definition_of(forms) if forms.is_valid() else None
    if definition is None or not form.is_valid():
        return _form(request, report, form, forms, status=422)
    if "preview" in request.POST:
        return _form(request, report, form, forms, panels=_panels(request, definition))
    return _saved(request, report, form, definition)


def _saved(request: HttpRequest, report: Report, form: ReportForm, definition: Definition) -> HttpResponse:
    kept = form.save(commit=False)
    if "save-as" in request.POST and report.pk:
        kept = Report(sandbox=report.sandbox, name=kept.name, shared=kept.shared, owner=user_of(request))
    elif report.pk and not may_change(request, report):
        raise PermissionDenied(_("This report is somebody else's. Save it as one of your own."))
    kept.definition = definition.model_dump(mode="json")
    kept.save()
    messages.success(request, _("The report “%(name)s” is saved.") % {"name": kept.name})
    return redirect("report", uid=kept.uid)


@page(CHANGE_REPORT)
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, uid: UUID) -> HttpResponse:
    """GET: asks. POST: deletes."""
    report = report_of(request, uid)
    if not may_change(request, report):
        raise PermissionDenied
    if request.method == "GET":
        return render(request, "reports/delete.html", {"report": report})
    report.delete()
    messages.success(request, _("The report “%(name)s” is deleted.") % {"name": report.name})
    return redirect("custom-reports")


def may_change(request: Any, report: Report) -> bool:
    user = user_of(request)
    return user.has_perm(CHANGE_REPORT) and report.may_be_changed_by(user)


def report_of(request: Any, uid: UUID) -> Report:
    """Raises ``Http404`` for one that is not shown to the user."""
    return get_object_or_404(Report.objects.shown_to(user_of(request), sandbox_of(request)), uid=uid)


def _panels(request: HttpRequest, definition: Definition) -> list[ShownPanel]:
    now = bulk.database_now()
    return [show(panel, sandbox_of(request), now=now) for panel in definition.panels]


def _form(
    request: HttpRequest, report: Report, form: ReportForm, forms: Any, *, panels: Any = (), status: int = 200
) -> HttpResponse:
    context = {
        "report": report,
        "form": form,
        "forms": forms,
        "panels": panels,
        "may_change": not report.pk or may_change(request, report),
    }
    return render(request, "reports/edit.html", context, status=status)


def user_of(request: Any) -> User:
    assert isinstance(request.user, User)  # nobody else has a permission
    return request.user
