"""The form of a segment."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasources.platform.segments.compiling import problems_of, zone_of_sandbox
from datasources.platform.segments.models import Segment
from journeyorch import bulk
from journeyorch.expression_area import ExpressionArea
from journeyorch.phrases import said
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
            "expression": ExpressionArea(
                title=_("Expression"), expected="boolean", scope={"profile": True}, attrs={"rows": 4}
            ),
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
                self.add_error("expression", f"{where}: {said(problem.message, gettext)}")
        if self.instance.pk and "name" in self.changed_data and (uses := used_in("segment", self.instance)):
            message = _("The name cannot be changed while the segment is used in: %(journeys)s.")
            names = ", ".join(use.label for use in uses)
            self.add_error("name", forms.ValidationError(message, params={"journeys": names}))
        return data

    def save(self, commit: bool = True) -> Segment:
        segment: Segment = self.instance
        if "expression" in self.changed_data:
            segment.is_due = True  # everybody may be in or out by now
        zone = zone_of_sandbox(segment.sandbox_id)
        segment.next_at = segment.schedule.next_after(bulk.database_now(), zone)
        saved: Segment = super().save(commit)
        return saved
