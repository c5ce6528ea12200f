"""The page on which technical users describe segments, and see how their evaluation goes."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from datasources.platform.segments.compiling import compiled_alone, problems_of, zone_of
from datasources.platform.segments.estimating import estimate
from datasources.platform.segments.evaluating import begin_evaluation
from datasources.platform.segments.memberships import INSIDE
from datasources.platform.segments.models import Segment
from journeyorch import bulk
from journeyorch.access.models import User
from journeyorch.access.sandboxes import sandbox_of
from journeyorch.access.used_admin import UsedAdmin
from journeyorch.background.admin import task_url
from journeyorch.expressions import ExpressionError
from journeyorch.usage import used_in

_BATCH = {"data-shown-when": "evaluation=batch"}
_WEEKLY = {"data-shown-when": "every=week"}


class SegmentForm(forms.ModelForm):
    """A segment; what is wrong with its expression is said before it is saved."""

    class Meta:
        model = Segment
        fields = ("sandbox", "name", "description", "expression", "evaluation", "every", "at", "weekday")
        widgets = {
            "description": forms.Textarea({"rows": 2}),
            "expression": forms.Textarea({"rows": 4, "spellcheck": "false"}),
            "every": forms.Select(_BATCH),
            "at": forms.TimeInput({"type": "time", **_BATCH}, format="%H:%M"),
            "weekday": forms.Select(_WEEKLY),
        }
        help_texts = {
            "name": _('Expressions ask for it by this name: inSegment("Gold members").'),
            "expression": _(
                "True for the people in it, over their profile and experience events. Example: "
                '#{ExperiencePlatform.ProfileFieldGroup.loyalty.tier} == "gold"'
            ),
            "evaluation": _(
                "Streaming: people come in and leave at once when something of them changes. "
                "Batch: only when everybody is evaluated, on a schedule or on demand."
            ),
            "at": _("In the time zone of the sandbox. Every hour: only the minute counts."),
        }

    def clean_at(self) -> time:
        return self.cleaned_data["at"] or Segment.AT

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        sandbox = data.get("sandbox") or (self.instance.sandbox if self.instance.pk else None)
        if sandbox is not None and "expression" in data:
            for problem in problems_of(data["expression"], sandbox.pk):
                where = _("Line %(line)d, column %(column)d") % {
                    "line": problem.line,
                    "column": problem.column,
                }
                self.add_error("expression", f"{where}: {problem.message}")
        if self.instance.pk and "name" in self.changed_data and (uses := used_in("segment", self.instance)):
            message = _("The name cannot be changed while the segment is used in: %(journeys)s.")
            names = ", ".join(use.label for use in uses)
            self.add_error("name", forms.ValidationError(message, params={"journeys": names}))
        return data

    def save(self, commit: bool = True) -> Segment:
        segment: Segment = self.instance
        if "expression" in self.changed_data:
            segment.is_due = True  # everybody may be in or out by now
        zone = zone_of(segment.sandbox_id)
        segment.next_at = segment.schedule.next_after(bulk.database_now(), zone)
        saved: Segment = super().save(commit)
        return saved


@admin.register(Segment)
class SegmentAdmin(UsedAdmin):
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
        if segment.took is None:
            return "—"
        if segment.took < timedelta(seconds=1):
            return str(_("less than a second"))
        return _in_words(segment.took)

    @admin.display(description=_("state"))
    def progress(self, segment: Segment) -> SafeString | str:
        """How the latest evaluation goes, with the way to its page, where it can be cancelled."""
        task = segment.task
        if segment.is_due:
            return str(_("begins in a moment"))
        if task is None:
            return "—"
        under_way = task.state == task.State.OPEN and task.percent is not None
        shown = f"{task.percent} %" if under_way else task.get_state_display()
        return format_html('<a href="{}">{}</a>', task_url(task), shown)

    @admin.action(description=_("Evaluate everybody now"), permissions=["change"])
    def evaluate(self, request: HttpRequest, chosen: QuerySet[Segment]) -> None:
        now, by = bulk.database_now(), cast(User, request.user)
        segments = list(Segment.objects.filter(pk__in=chosen.values("pk")).select_related("sandbox", "task"))
        for segment in segments:
            begin_evaluation(segment, by=by, now=now)
        self.message_user(request, _("%d segments are being evaluated.") % len(segments))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.estimate)
        return [path("estimate/", view, name="datasources_segment_estimate"), *super().get_urls()]

    def estimate(self, request: HttpRequest) -> HttpResponse:
        """How many people an expression would be true for, before anything is saved."""
        return require_POST(self._estimate)(request)

    def _estimate(self, request: HttpRequest) -> HttpResponse:
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        sandbox = sandbox_of(request)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Estimated size"),
        }
        try:
            segment, zone = compiled_alone(request.POST.get("expression", ""), sandbox.pk)
        except ExpressionError as error:
            context["refused"] = [problem.message for problem in error.problems]
        else:
            context["found"] = estimate(segment, sandbox.pk, zone=zone, now=bulk.database_now())
        return TemplateResponse(request, "datasources/estimate.html", context)


def _in_words(length: timedelta) -> str:
    """To the second, without the fraction."""
    return str(timedelta(seconds=round(length.total_seconds())))
