"""The form of whatever has contact rules."""

from __future__ import annotations

from typing import Any

from django import forms

from actions.contact.models import ContactRules


class RulesForm(forms.ModelForm):
    """Rules whose defaults need not be submitted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("in_quiet", "in_hours"):
            self.fields[name].required = False

    def clean_in_quiet(self) -> str:
        return self.cleaned_data["in_quiet"] or ContactRules.Quiet.WAIT

    def clean_in_hours(self) -> int:
        given: int | None = self.cleaned_data["in_hours"]
        return 24 if given is None else given
