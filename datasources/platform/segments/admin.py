"""The page on which technical users describe segments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from datasources.platform.segments.compiling import problems_of
from datasources.platform.segments.memberships import INSIDE
from datasources.platform.segments.models import Segment
from journeyorch.access.used_admin import UsedAdmin
from journeyorch.usage import used_in


class SegmentForm(forms.ModelForm):
    """A segment; what is wrong with its expression is said before it is saved."""

    class Meta:
        model = Segment
        fields = ("sandbox", "name", "description", "expression", "evaluation")
        widgets = {
            "description": forms.Textarea({"rows": 2}),
            "expression": forms.Textarea({"rows": 4, "spellcheck": "false"}),
        }
        help_texts = {
            "name": _('Expressions ask for it by this name: inSegment("Gold members").'),
            "expression": _(
                "True for the people in it, over their profile and experience events. Example: "
                '#{ExperiencePlatform.ProfileFieldGroup.loyalty.tier} == "gold"'
            ),
            "evaluation": _(
                "Streaming: people come in and leave at once when something of them changes. "
                "Batch: only when everybody is evaluated."
            ),
        }

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
        if "expression" in self.changed_data:
            self.instance.evaluated_to = 0  # everybody may be in or out by now
        segment: Segment = super().save(commit)
        return segment


@admin.register(Segment)
class SegmentAdmin(UsedAdmin):
    introduction = _(
        "A segment is all people for whom an expression is true. Journeys can begin when somebody comes in "
        "or leaves, and ask who is in it."
    )
    used_as = "segment"
    form = SegmentForm
    list_display = ("name", "evaluation", "people", "evaluated_at", "sandbox")
    list_filter = ("evaluation",)
    search_fields = ("name", "description", "expression")
    readonly_fields = ("used", "evaluated_at")
    fields = ("sandbox", "name", "description", "expression", "evaluation", "evaluated_at", "used")
    actions = ("evaluate",)

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

    @admin.action(description=_("Evaluate everybody now"), permissions=["change"])
    def evaluate(self, request: HttpRequest, chosen: QuerySet[Segment]) -> None:
        count = Segment.objects.filter(pk__in=chosen.values("pk")).update(evaluated_to=0)
        self.message_user(request, _("%d segments are being evaluated.") % count)
