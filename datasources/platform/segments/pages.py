"""Business users' pages of segments: list, description with its estimated size, evaluation, members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from datasources.platform.segments.estimating import estimate_of
from datasources.platform.segments.evaluating import begin_evaluation
from datasources.platform.segments.forms import SegmentForm
from datasources.platform.segments.memberships import INSIDE
from datasources.platform.segments.models import Segment, SegmentMembership
from datasources.platform.segments.showing import MOST_SHOWN, members_of
from journeyorch import bulk
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.lists.configured import ConfiguredList, ConfiguredPages
from journeyorch.lists.counting import CountOf
from journeyorch.lists.filters import Choices, Dates, Filter
from journeyorch.lists.listing import AGO, Column, Empty, RowAction

#: Of larger ones the list says "100,000+".
MOST_COUNTED = 100_000
_READ_PEOPLE = "datasources.view_profile"


class SegmentList(ConfiguredList):
    name = help_topic = "segments"
    kind, model = "segment", Segment
    title = _("Segments")
    search_label = _("Search by name or description")
    nothing = Empty(
        "users",
        _("There is no segment yet"),
        _(
            "A segment is all people for whom a condition on their profile and history is true, such as gold "
            "members. Business users describe it; journeys begin with it or ask who is in it."
        ),
    )
    columns = (
        Column("name", _("Name"), "row.name", "lists/cells/name.html", ("name",)),
        Column("evaluation", _("Evaluation"), "row.get_evaluation_display", order=("evaluation", "name")),
        Column("people", _("People"), "known", "segments/people.html", is_number=True),
        Column("evaluated", _("Last evaluation"), "row.evaluated_at", AGO, ("evaluated_at",)),
        Column("state", _("State"), "row.progress_in_words"),
        Column("description", _("Description"), "row.description", shown=False),
        Column("updated", _("Changed"), "row.updated_at", AGO, ("updated_at",), shown=False),
    )

    @cached_property
    def filters(self) -> Sequence[Filter]:
        return (
            Choices("evaluation", _("Evaluation"), Segment.Evaluation.choices),
            Dates("evaluated", _("Last evaluation"), field="evaluated_at"),
            Dates("updated", _("Changed"), field="updated_at"),
        )

    def everything(self) -> Any:
        return super().everything().select_related("task")

    def matching(self, rows: Any, search: str) -> Any:
        return rows.filter(name__icontains=search) | rows.filter(description__icontains=search)

    def details(self, things: Sequence[Any]) -> Mapping[Any, Any]:
        """How many people are inside, each counted up to ``MOST_COUNTED``."""
        inside = SegmentMembership.objects.filter(segment=OuterRef("pk"), status__in=INSIDE)
        counted = CountOf(inside.order_by().values("pk")[:MOST_COUNTED])
        segments = Segment.objects.filter(pk__in=[each.pk for each in things])
        return dict(segments.annotate(inside=counted).values_list("pk", "inside"))

    def own_actions(self, thing: Any) -> list[tuple[str, RowAction]]:
        return [(_READ_PEOPLE, self.action(thing, "-members", _("Members"), "users", "m"))]


class SegmentPages(ConfiguredPages):
    name, help_topic = "segment", "segments"
    model, form, listing = Segment, SegmentForm, SegmentList
    form_template = "segments/segment.html"
    copied = ("description", "expression", "evaluation", "every", "at", "weekday")

    @property
    def urls(self) -> list[URLPattern]:
        return [
            *super().urls,
            self.address("estimate/", self.estimate, "add", "change"),
            self.address("<int:pk>/evaluate/", self.evaluate, "change"),
            self.address("<int:pk>/members/", self.members, _READ_PEOPLE),
        ]

    def around(self, request: HttpRequest, thing: Segment) -> dict[str, Any]:
        if not thing.pk:
            return {}
        inside = SegmentMembership.objects.filter(segment=thing, status__in=INSIDE)
        return {"people": inside.count(), "may_read_people": request.user.has_perm(_READ_PEOPLE)}

    def estimate(self, request: HttpRequest) -> HttpResponse:
        """How many people an expression would be true for, before anything is saved."""
        return require_POST(_estimate)(request)

    def evaluate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have everybody looked at now."""
        return require_POST(self._evaluate)(request, pk)

    def _evaluate(self, request: HttpRequest, pk: int) -> HttpResponse:
        begin_evaluation(self.found(request, pk), by=request.user, now=bulk.database_now())  # type: ignore[arg-type]
        messages.success(request, _("Everybody is being looked at; this page shows how far it is."))
        return redirect("segment", pk=pk)

    def members(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Some of the people inside, or one of them by an exact identity."""
        segment = self.found(request, pk)
        asked = request.GET.get("q", "").replace("\x00", "").strip()[:512]
        found = members_of(segment, asked)
        context = {"thing": segment, "asked": asked, "members": found, "most": MOST_SHOWN, **self.words}
        return render(request, "segments/members.html", context)


def _estimate(request: HttpRequest) -> HttpResponse:
    context = estimate_of(request.POST.get("expression", ""), sandbox_of(request).pk)
    return render(request, "segments/estimate.html", context)
