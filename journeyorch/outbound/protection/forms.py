"""The forms in which technical users write caps and throttles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from journeyorch.outbound.protection import lifecycle
from journeyorch.outbound.protection.checking import (
    LONGEST_PERIOD_MS,
    METHODS,
    MOST_CALLS,
    MOST_CONNECTIONS,
    Problem,
)
from journeyorch.outbound.protection.models import CappingConfig, ThrottlingConfig
from journeyorch.outbound.protection.rules import ACTION, DATA_SOURCE, SERVICES

_TITLES = {ACTION: _("Actions and messages"), DATA_SOURCE: _("Data sources")}
_PATTERN_HELP = _(
    "* stands for any text in the path; not in the host. Example: https://api.example.org/data/*"
)


class ProtectionForm(forms.ModelForm):
    """What both have: methods as boxes to tick, and everything that would keep it from being deployed."""

    methods = forms.MultipleChoiceField(
        label=_("Methods"),
        choices=[(method, method) for method in METHODS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    # Which field a code is shown at, by its end.
    places: dict[str, str] = {}

    def say(self, problems: Iterable[Problem]) -> None:
        """Show errors at their fields."""
        for problem in problems:
            if problem.severity == "error":
                field = self.places.get(problem.code.rpartition("_")[2])
                self.add_error(field if field in self.fields else None, problem.message)

    def _post_clean(self) -> None:
        """After the instance has its values: it is asked what is wrong with them."""
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            self.say(lifecycle.problems_of(self.instance))


class CappingForm(ProtectionForm):
    """A cap: for each service how many calls in how many milliseconds, and how many connections."""

    places = {"100": "url", "101": "url", "102": "url", "103": "methods"}

    class Meta:
        model = CappingConfig
        fields = ("sandbox", "url")
        help_texts = {"url": _PATTERN_HELP}
        labels = {"url": _("URL pattern")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["methods"].initial = self.instance.methods
        for service, limits in (self.instance.services or {}).items():
            rating = limits.get("rating") or {}
            values = (rating.get("maxCallsCount"), rating.get("periodInMs"), limits.get("maxHttpConnections"))
            for name, value in zip(field_names(service), values, strict=True):
                if name in self.fields:
                    self.fields[name].initial = value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        services: dict[str, Any] = {}
        for service in SERVICES:
            calls, period, connections = (data.get(name) for name in field_names(service))
            if calls is None and period is None and connections is None:
                continue
            if calls is None or period is None:
                self.add_error(field_names(service)[0], _("Say how many calls, in how much time."))
                continue
            services[service] = {"rating": {"maxCallsCount": calls, "periodInMs": period}}
            if connections is not None:
                services[service]["maxHttpConnections"] = connections
        self.instance.services, self.instance.methods = services, data.get("methods", [])
        return data


def field_names(service: str) -> tuple[str, str, str]:
    """The form's fields of a service: calls, period, connections."""
    return f"{service}_calls", f"{service}_period", f"{service}_connections"


def _number(label: Any, most: int, help_text: Any = "") -> forms.IntegerField:
    limits = [MinValueValidator(1), MaxValueValidator(most)]
    return forms.IntegerField(label=label, required=False, validators=limits, help_text=help_text)


def _limits(service: str) -> dict[str, forms.Field]:
    calls, period, connections = field_names(service)
    return {
        calls: _number(_("Calls"), MOST_CALLS, _("Empty: these calls are not limited.")),
        period: _number(_("In milliseconds"), LONGEST_PERIOD_MS, _("1000 is a second, 60000 a minute.")),
        connections: _number(_("Connections at once"), MOST_CONNECTIONS, _("Empty: any number.")),
    }


for _service in SERVICES:
    CappingForm.declared_fields.update(_limits(_service))


def service_fieldsets() -> list[tuple[Any, Any]]:
    """The fields of a cap's services, for its admin page."""
    return [(_TITLES[service], {"fields": [field_names(service)]}) for service in SERVICES]


class ThrottlingForm(ProtectionForm):
    """A throttle."""

    places = {"101": "max_throughput", "104": "url_pattern", "105": "url_pattern"}

    class Meta:
        model = ThrottlingConfig
        fields = ("sandbox", "name", "description", "url_pattern", "max_throughput")
        widgets = {"description": forms.Textarea({"rows": 2})}
        help_texts = {
            "url_pattern": _PATTERN_HELP,
            "max_throughput": _("From 200 to 5,000; further calls wait in line, for up to six hours."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["methods"].initial = self.instance.methods

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.instance.methods = data.get("methods", [])
        return data
