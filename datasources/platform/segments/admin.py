"""The admin's page of segments: how their evaluation goes, beside what business users see of them."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from datasources.platform.segments.estimating import estimate_of
from datasources.platform.segments.evaluating import begin_evaluation
from datasources.platform.segments.forms import SegmentForm
from datasources.platform.segments.memberships import INSIDE
from datasources.platform.segments.models import Segment
from journeyorch import bulk
from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.access.used_admin import UsedAdmin
from journeyorch.background.admin import task_url


@admin.register(Segment)
class SegmentAdmin(UsedAdmin):
    help_topic = "segments"
    introduction = _(
        "A segment is all people for whom an expression is true. Journeys can begin when somebody comes in "
        "or leaves, and ask who is in it."
    )
    used_as = "segment"
    form = SegmentForm
    list_display = ("name", "evaluation", "people", "evaluated_at", "duration", "progress", "sandbox")
    list_filter = ("evaluation",)
    list_select_related = ("task", "sandbox")
    search_fields = ("name", "description", "expression")
    readonly_fields = ("used", "people", "evaluated_at", "duration", "next_at", "progress")
    actions = ("evaluate",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        described = ("sandbox", "name", "description", "expression", "evaluation", "every", "at", "weekday")
        known = ("people", "evaluated_at", "duration", "progress", "next_at", "used")
        return (
            (None, {"fields": described}),
            *([(_("Evaluation"), {"fields": known})] if obj else []),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        inside = Count("segmentmembership", filter=Q(segmentmembership__status__in=INSIDE))
        return super().get_queryset(request).annotate(inside=inside)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # What it says about people holds in its sandbox.
        return ("sandbox", *self.readonly_fields) if obj else self.readonly_fields

    @admin.display(description=_("people"), ordering="inside")
    def people(self, segment: Any) -> int:
        count: int = segment.inside
        return count

    @admin.display(description=_("took"), ordering="took")
    def duration(self, segment: Segment) -> str:
        return segment.took_in_words

    @admin.display(description=_("state"))
    def progress(self, segment: Segment) -> SafeString | str:
        """How the latest evaluation goes, with the way to its page, where it can be cancelled."""
        words = segment.progress_in_words
        if segment.task is None or segment.is_due:
            return words
        return format_html('<a href="{}">{}</a>', task_url(segment.task), words)

    @admin.action(description=_("Evaluate everybody now"), permissions=["change"])
    def evaluate(self, request: HttpRequest, chosen: QuerySet[Segment]) -> None:
        now, by = bulk.database_now(), cast(User, request.user)
        segments = list(Segment.objects.filter(pk__in=chosen.values("pk")).select_related("sandbox", "task"))
        for segment in segments:
            begin_evaluation(segment, by=by, now=now)
        n = len(segments)
        text = ngettext("%d segment is being evaluated.", "%d segments are being evaluated.", n)
        self.message_user(request, text % n)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.estimate)
        return [path("estimate/", view, name="datasources_segment_estimate"), *super().get_urls()]

    def estimate(self, request: HttpRequest) -> HttpResponse:
        """How many people an expression would be true for, before anything is saved."""
        return require_POST(self._estimate)(request)

    def _estimate(self, request: HttpRequest) -> HttpResponse:
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Estimated size"),
            **estimate_of(request.POST.get("expression", ""), sandbox_of(request).pk),
        }
        return TemplateResponse(request, "datasources/estimate.html", context)
