"""Form fields that several pages share: strict JSON, and authentication with write-only secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import orjson
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from journeyorch.outbound import auth
from journeyorch.outbound.guard import Refused, check_url, configured_policy
from journeyorch.outbound.secrets import is_sealed

_MAX_DEPTH = 64


class StrictJSONField(forms.JSONField):
    """JSON as the standard says: no NaN, no NUL character, no deep nesting; databases take none of them.

    Nothing of it goes through ``json.loads``, which ends in an error of the server with very long numbers.
    """

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        parsed = _parsed(value) if isinstance(value, str) else value
        if _too_deep(parsed) or "\\u0000" in orjson.dumps(parsed).decode():
            raise ValidationError(_("This JSON is nested too deep or holds a NUL character."), code="invalid")
        return parsed

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial if self.disabled else data

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or None) != (self.to_python(data) or None))
        except ValidationError:
            return True


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = _("This is not JSON. Line %(line)s, column %(column)s: %(what)s.")
        params = {"line": error.lineno, "column": error.colno, "what": error.msg}
        raise ValidationError(message, code="invalid", params=params) from error


def _too_deep(value: Any, depth: int = 0) -> bool:
    if depth > _MAX_DEPTH:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_too_deep(item, depth + 1) for item in inner)


def check_outbound_url(url: str) -> None:
    """Refuse what the guard would refuse by its text; raises ``ValidationError``."""
    try:
        check_url(url, configured_policy())
    except Refused as error:
        raise ValidationError(str(error), code="refused") from error


def _name(method: str, field: str) -> str:
    return f"auth_{method}_{field}"


def _form_field(info: FieldInfo, name: str) -> forms.Field:
    label = info.title or name
    if info.annotation is SecretStr:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False)
        return forms.CharField(label=label, required=False, strip=False, widget=widget)
    if get_origin(info.annotation) is Literal:
        return forms.ChoiceField(
            label=label, required=False, choices=[(choice, choice) for choice in get_args(info.annotation)]
        )
    return forms.CharField(label=label, required=False)


def _fields() -> Iterator[tuple[str, forms.Field]]:
    choices = [
        (name, name.replace("_", " ").capitalize()) for name in sorted(auth.methods(), key=_none_first)
    ]
    yield "auth_type", forms.ChoiceField(label=_("Authentication"), choices=choices)
    for method, cls in auth.methods().items():
        for field, info in cls.model_fields.items():
            yield _name(method, field), _form_field(info, field)


def _none_first(name: str) -> tuple[bool, str]:
    return name != "none", name


class AuthModelForm(forms.ModelForm):
    """A form of something with ``url`` and ``auth``; secrets are only ever written, never shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.auth or {}
        method = stored.get("type", "none")
        self.fields["auth_type"].initial = method
        for field, value in stored.items():
            if is_sealed(value):
                self.fields[_name(method, field)].help_text = _("Set. Leave empty to keep it.")
            elif field != "type":
                self.fields[_name(method, field)].initial = value

    def clean(self) -> dict[str, Any]:
        super().clean()
        url = self.cleaned_data.get("url")
        if url and "auth_type" in self.cleaned_data:
            try:
                self.instance.auth = self._sealed(url)
            except auth.AuthProblem as problem:
                self.add_error("auth_type", list(problem.messages))
        return self.cleaned_data

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        check_outbound_url(url)
        return url

    def _sealed(self, url: str) -> dict[str, Any]:
        method = self.cleaned_data["auth_type"]
        cls = auth.methods()[method]
        values = {field: self.cleaned_data.get(_name(method, field)) for field in cls.model_fields}
        origin = str(check_url(url, configured_policy()).origin)
        submitted = {"type": method, **{name: value for name, value in values.items() if value}}
        return auth.seal_config(submitted, stored=self.instance.auth or {}, origin=origin)


# One set of fields for each method, so that the page works without scripts.
AuthModelForm.declared_fields.update(_fields())


def auth_fieldsets() -> list[tuple[str, Any]]:
    """The fields of ``AuthModelForm`` for an admin page: the choice, then each method's own."""
    methods = [
        (
            str(name.replace("_", " ").capitalize()),
            {"fields": [_name(name, field) for field in cls.model_fields]},
        )
        for name, cls in auth.methods().items()
        if cls.model_fields
    ]
    return [(str(_("Authentication")), {"fields": ["auth_type"]}), *methods]
