"""How things are called that expressions name (technical.md)."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from journeyorch.usage import Use

NAME_VALIDATOR = RegexValidator(r"^[A-Za-z0-9_]{1,30}$", _("Use at most 30 letters, digits and underscores."))


def kept_while_used(form: forms.BaseForm, uses: Iterable[Use]) -> str:
    """The name that a form was given, which may be another one only while nobody uses it."""
    name = str(form.cleaned_data["name"])
    if "name" in form.changed_data and (labels := sorted(use.label for use in uses)):
        message = _("The name cannot change while it is used in %(uses)s.")
        raise ValidationError(message, params={"uses": ", ".join(labels)})
    return name
