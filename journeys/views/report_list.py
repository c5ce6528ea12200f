"""The list of the reports that people have put together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from journeyorch.lists.filters import Dates, Filter, Switch
from journeyorch.lists.listing import AGO, Column, Empty, List, RowAction
from journeys.models import Report
from journeys.views.shell import CHANGE_REPORT


class ReportList(List):
    """The user's own reports, and those that others share."""

    name = help_topic = "reports"
    title = _("My reports")
    search_label = _("Search by name")
    template = "reports/custom.html"
    default_sort = "name"
    nothing = Empty(
        "chart",
        _("No report has been put together yet"),
        _(
            "Choose figures, by what, and for which time; draw them as lines, bars or areas; keep them, and "
            "share them with the others of this sandbox. Whoever may manage reports makes them."
        ),
    )
    columns = (
        Column("name", _("Name"), cell="reports/cells/name.html", order=("name",)),
        Column("owner", _("Of"), "row.owner.get_username", order=("owner__username", "name")),
        Column("updated", _("Changed"), "row.updated_at", AGO, ("updated_at",)),
        Column("created", _("Created"), "row.created_at", AGO, ("created_at",), shown=False),
    )

    @cached_property
    def filters(self) -> Sequence[Filter]:
        return (
            Switch("mine", _("Only my own"), lambda reports: reports.filter(owner=self.user)),
            Switch("shared", _("Only shared ones"), lambda reports: reports.filter(shared=True)),
            Dates("updated", _("Changed"), field="updated_at"),
        )

    def everything(self) -> QuerySet[Any]:
        return Report.objects.shown_to(self.user, self.sandbox).select_related("owner")  # type: ignore[arg-type]

    def matching(self, rows: QuerySet[Any], search: str) -> QuerySet[Any]:
        return rows.filter(name__icontains=search)

    def url_of(self, thing: Report) -> str:
        return reverse("report", args=[thing.uid])

    def actions_of(self, thing: Report) -> list[RowAction]:
        if not self.user.has_perm(CHANGE_REPORT):
            return []
        edit = RowAction(_("Edit"), "edit", reverse("report-edit", args=[thing.uid]), "e")
        delete = RowAction(
            _("Delete"), "trash", reverse("report-delete", args=[thing.uid]), "Delete", is_dangerous=True
        )
        return [edit, delete] if thing.may_be_changed_by(self.user) else [edit]  # type: ignore[arg-type]
