"""A form field for one JSON object, as people's attributes and records are."""

from __future__ import annotations

import json
from typing import Any

import orjson
from django import forms
from django.utils.translation import gettext_lazy as _

from datasources.platform.profiles.changes import json_text


class ObjectField(forms.Field):
    """A JSON object, read strictly: what is saved here is what expressions see.

    Not Django's JSON field: it takes NaN, and very long numbers or deep lists end in an error of the server.
    """

    widget = forms.Textarea

    def to_python(self, value: Any) -> dict[str, Any]:
        try:
            found = orjson.loads(value or "{}")
            json_text(found)
        except ValueError as error:
            message = _("This is no JSON that can be stored: %(reason)s")
            raise forms.ValidationError(message, code="json", params={"reason": error}) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(_("This has to be one JSON object, in braces."), code="object")
        return found

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else pretty(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return pretty(initial) != pretty(self.to_python(data))
        except forms.ValidationError:
            return True


def pretty(value: Any) -> str:
    """JSON for people; never escaped, never cut."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
