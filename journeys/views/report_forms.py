"""The form of a report: its name, and a form for each panel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from journeyorch.access.models import Sandbox
from journeyorch.telling import all_told
from journeys.models import Journey, Report
from journeys.reports.custom.definition import MOST_PANELS, Definition, Panel
from journeys.reports.custom.metrics import DIMENSIONS, METRICS
from journeys.reports.figures.periods import DAYS, DEFAULT

_translated = lazy(gettext, str)
_PERIODS = [
    (name, _("Today") if days == 1 else lazy(lambda days=days: gettext("%(n)s days") % {"n": days}, str)())
    for name, days in DAYS.items()
]
_CHARTS = [
    ("none", _("Table only")),
    ("line", pgettext_lazy("of a chart", "Lines")),
    ("bar", _("Bars")),
    ("area", _("Areas")),
]
_DATE = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class ReportForm(forms.ModelForm):
    class Meta:
        model = Report
        fields = ("name", "shared")


class PanelForm(forms.Form):
    """One panel; what fits together is said by ``Panel``."""

    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    dimensions = forms.MultipleChoiceField(
        label=_("By"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(name, _translated(label)) for name, label in DIMENSIONS.items()],
    )  # fmt: skip
    metrics = forms.MultipleChoiceField(
        label=_("Columns"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("There is no column yet; choose at least one.")},
        choices=[(name, _translated(metric.label)) for name, metric in METRICS.items()],
    )  # fmt: skip
    hidden = forms.MultipleChoiceField(
        label=_("Not in the table"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(name, _translated(metric.label)) for name, metric in METRICS.items()],
    )  # fmt: skip
    journeys = forms.ModelMultipleChoiceField(
        Journey.objects.none(), label=_("Only journeys"), required=False, to_field_name="uid",
        widget=forms.SelectMultiple({"size": 4}),
    )  # fmt: skip
    period = forms.ChoiceField(label=_("Period"), choices=_PERIODS, initial=DEFAULT)
    first = forms.DateField(label=_("or from"), required=False, widget=_DATE)
    last = forms.DateField(label=_("to"), required=False, widget=_DATE)
    chart = forms.ChoiceField(label=_("Chart"), choices=_CHARTS, initial="none")
    sort = forms.ChoiceField(
        label=_("Sort by"), required=False,
        choices=[("", _("the first column")), *((n, _translated(m.label)) for n, m in METRICS.items())],
    )  # fmt: skip
    descending = forms.BooleanField(label=_("Largest first"), required=False, initial=True)
    totals = forms.BooleanField(label=_("With a line of totals"), required=False, initial=True)

    def __init__(self, *args: Any, sandbox: Sandbox, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Journey.objects.filter(sandbox=sandbox).order_by("name")
        self.fields["journeys"].queryset = offered  # type: ignore[attr-defined]
        self.panel: Panel | None = None
        for name in ("dimensions", "metrics"):
            self._chosen_first(name)

    def _chosen_first(self, name: str) -> None:
        """What is chosen comes first, in its order: so it is sent again, and a script moves it."""
        field: Any = self.fields[name]
        data: Any = self.data
        given = data.getlist(self.add_prefix(name)) if self.is_bound else self.initial.get(name) or []
        place = {value: number for number, value in enumerate(given)}
        field.choices = sorted(field.choices, key=lambda choice: place.get(choice[0], len(place)))

    @property
    def columns(self) -> list[tuple[Any, Any]]:
        """The boxes of each metric: whether it is a column, and whether it is hidden."""
        hidden = {box.data["value"]: box for box in self["hidden"]}
        return [(box, hidden[box.data["value"]]) for box in self["metrics"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors or cleaned.get("DELETE"):
            return cleaned
        given = {name: cleaned.get(name) for name in Panel.model_fields}
        # Of what is no column nothing can be hidden.
        given["hidden"] = [name for name in cleaned["hidden"] if name in cleaned["metrics"]]
        try:
            self.panel = Panel.model_validate({**given, "journeys": [one.uid for one in cleaned["journeys"]]})
        except ValidationError as error:
            for found in error.errors(include_url=False, include_input=False):
                problem = found.get("ctx", {}).get("error")
                self.add_error(None, all_told(problem.args if problem else [found["msg"]]))
        return cleaned


class _PanelForms(forms.BaseFormSet):
    def clean(self) -> None:
        if not any(self.errors) and definition_of(self) is None:
            raise forms.ValidationError(
                _("There is nothing to show yet; choose at least one column of a panel.")
            )


PanelForms = forms.formset_factory(
    PanelForm, formset=_PanelForms, extra=1, max_num=MOST_PANELS, validate_max=True, can_delete=True
)


def definition_of(forms: Any) -> Definition | None:
    """What the forms say; None if no panel is left."""
    panels = [form.panel for form in forms.forms if form.panel and form.has_changed()]
    return Definition(panels=panels) if panels else None


def initial_of(definition: Definition) -> list[dict[str, Any]]:
    """What the forms begin with."""
    return [panel.model_dump() for panel in definition.panels]
