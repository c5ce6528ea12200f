"""Form fields that several pages share: strict JSON, and authentication with write-only secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Literal, cast, get_args, get_origin

import orjson
from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from journeyorch.outbound import auth
from journeyorch.outbound.guard import Refused, check_url, configured_policy
from journeyorch.outbound.placing import placed
from journeyorch.outbound.secrets import is_sealed
from journeyorch.telling import told

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


#: What orjson says of a text that is no JSON; any other words of its stay as they are.
_NO_JSON = (
    gettext_noop("input data is empty"),
    gettext_noop("invalid escaped sequence in string"),
    gettext_noop("invalid escape in string"),
    gettext_noop("invalid literal, expected 'false'"),
    gettext_noop("invalid literal, expected 'null'"),
    gettext_noop("invalid literal, expected 'true'"),
    gettext_noop("no digit after decimal point"),
    gettext_noop("no digit after exponent sign"),
    gettext_noop("no digit after sign"),
    gettext_noop("trailing comma is not allowed"),
    gettext_noop("unexpected character, expected ',' or ']'"),
    gettext_noop("unexpected character, expected ',' or '}'"),
    gettext_noop("unexpected character, expected ':' after key"),
    gettext_noop("unexpected character, expected a JSON value"),
    gettext_noop("unexpected character, expected a string key"),
    gettext_noop("unexpected content after document"),
    gettext_noop("unexpected control character in string"),
    gettext_noop("unexpected end of data"),
)


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = _("This is not JSON. Line %(line)s, column %(column)s: %(what)s.")
        params = {"line": error.lineno, "column": error.colno, "what": gettext(error.msg)}
        raise ValidationError(message, code="invalid", params=params) from error


def _too_deep(value: Any, depth: int = 0) -> bool:
    if depth > _MAX_DEPTH:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_too_deep(item, depth + 1) for item in inner)


def as_they_are(field: forms.Field | None) -> None:
    """Show choices by their values: Django makes "Get" of GET."""
    if isinstance(field, forms.ChoiceField):
        values = [value for value, _label in field.widget.choices]
        field.choices = [(value, value) for value in values]


def check_outbound_url(url: str) -> None:
    """Refuse what the guard would refuse by its text; raises ``ValidationError``."""
    try:
        check_url(url, configured_policy())
    except Refused as error:
        raise ValidationError(told(error), code="refused") from error


def auth_field_name(method: str, field: str) -> str:
    """Of a method's field on the page, where those of all methods stand."""
    return f"auth_{method}_{field}"


class WriteOnlyTextarea(forms.Textarea):
    """For secrets of several lines, which a password's field would join: shows nothing, as that does."""

    def format_value(self, value: Any) -> str:
        return ""


class DocumentArea(forms.Textarea):
    """For a JSON document that never comes back as it was typed: what is no JSON is not even sent."""

    class Media:
        js = (forms.Script("js/json-text.js", type="module"),)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        told = {"data-json": str(_("This is not JSON.")), **(attrs or {})}
        return super().get_context(name, value, told)


class DocumentField(forms.CharField):
    """A text with secrets in it. What was typed never comes back as it was, when the form cannot be saved."""

    def __init__(self, *, shown_again: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._shown_again = shown_again

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What may be shown of it; what is stored, if nothing may."""
        return (self._shown_again(data) if data else "") or initial


def model_form_field(
    info: FieldInfo, name: str, *, shown_when: str, shown_again: Callable[[str], str] = lambda typed: ""
) -> forms.Field:
    """The form field of a pydantic model's field; ``shown_when``, such as "provider=smtp", is for choices.js.

    Never required: the model itself says what is missing, for those that were chosen. ``shown_again`` says
    what may be shown of a document that was typed.
    """
    given: dict[str, Any] = {
        "label": _(info.title or name),
        "help_text": _(info.description) if info.description else "",
        "required": False,
    }
    attrs = {"data-shown-when": shown_when}
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    if extra.get("lines") == "document":
        area = DocumentArea(attrs={"rows": 8, "spellcheck": "false", **attrs})
        return DocumentField(widget=area, shown_again=shown_again, **given)
    if extra.get("lines") == "secret" or extra.get("multiline"):
        # A key file; the browser would take its line breaks out of a field of one line.
        unseen = {"rows": 4, "autocomplete": "off", "spellcheck": "false"}
        return forms.CharField(strip=False, widget=WriteOnlyTextarea({**unseen, **attrs}), **given)
    if info.annotation is SecretStr:
        secret = forms.PasswordInput(attrs={"autocomplete": "new-password", **attrs}, render_value=False)
        return forms.CharField(strip=False, widget=secret, **given)
    if info.default is not PydanticUndefined:
        given["initial"] = info.default
    if get_origin(info.annotation) is Literal:
        titles = cast(dict[str, str], extra.get("titles", {}))
        choices = [(choice, _(titles.get(choice, choice))) for choice in get_args(info.annotation)]
        return forms.ChoiceField(choices=choices, widget=forms.Select(attrs=attrs), **given)
    return forms.CharField(widget=AdminTextInputWidget(attrs=attrs), **given)


def _fields() -> Iterator[tuple[str, forms.Field]]:
    choices = [(name, cls.title) for name, cls in auth.methods().items()]
    yield (
        "auth_type",
        forms.ChoiceField(
            label=_("Authentication"),
            choices=choices,
            help_text=_(
                "How the other system recognizes us. Secrets are stored encrypted and never shown again."
            ),
        ),
    )
    for method, cls in auth.methods().items():
        for field, info in cls.model_fields.items():
            shown_when, shown_again = f"auth_type={method}", partial(cls.shown_again, field)
            made = model_form_field(info, field, shown_when=shown_when, shown_again=shown_again)
            yield auth_field_name(method, field), made


class SecretsForm(forms.BaseForm):
    """Base of forms with secrets: what was typed does not come back when the form cannot be saved."""

    def full_clean(self) -> None:
        super().full_clean()
        for name, field in self.fields.items() if self.errors else ():
            is_unseen = isinstance(field.widget, forms.PasswordInput | WriteOnlyTextarea)
            if is_unseen and self.data.get(self.add_prefix(name)):
                # Of the bound one: checking has made them.
                self[name].help_text = _("Enter it again: a secret does not come back to the page.")


class AuthModelForm(SecretsForm, forms.ModelForm):
    """A form of something with ``url`` and ``auth``; secrets are only ever written, never shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._show_stored(self.instance.auth or {})

    def _show_stored(self, stored: dict[str, Any]) -> None:
        name = str(stored.get("type", "none"))
        self.fields["auth_type"].initial = name
        shown, method = auth.shown(stored, origin=auth.origin_of(self.instance.url))
        for field, value in stored.items():
            if field in shown:
                self.fields[auth_field_name(name, field)].initial = shown[field]
            if is_sealed(value):
                self._say_it_is_set(self.fields[auth_field_name(name, field)], is_shown=field in shown)
        if method and (remark := method.remark(timezone.now())):
            self.fields["auth_type"].help_text = remark

    def _say_it_is_set(self, field: forms.Field, *, is_shown: bool) -> None:
        if is_shown:
            kept = _('What says {"secret": "set"} is stored: leave it to keep it, or write a new value.')
        else:
            kept = _("Set. Leave empty to keep it.")
        field.help_text = format_lazy("{} {}", kept, field.help_text) if is_shown else kept

    def clean(self) -> dict[str, Any]:
        super().clean()
        url = self.cleaned_data.get("url")
        if url and "auth_type" in self.cleaned_data:
            try:
                self.instance.auth = self._sealed(url)
            except auth.AuthProblem as problem:
                self._say(self.cleaned_data["auth_type"], problem.messages)
        return self.cleaned_data

    def _say(self, method: str, messages: Iterable[str]) -> None:
        for field, text in placed(messages, auth.methods()[method].model_fields):
            self.add_error(auth_field_name(method, field) if field else "auth_type", text)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        check_outbound_url(url)
        return url

    def _sealed(self, url: str) -> dict[str, Any]:
        method = self.cleaned_data["auth_type"]
        cls = auth.methods()[method]
        values = {field: self.cleaned_data.get(auth_field_name(method, field)) for field in cls.model_fields}
        origin = str(check_url(url, configured_policy()).origin)
        submitted = {"type": method, **{name: value for name, value in values.items() if value}}
        return auth.seal_config(submitted, stored=self.instance.auth or {}, origin=origin)


# One set of fields for each method, so that the page works without scripts.
AuthModelForm.declared_fields.update(_fields())


def auth_fieldsets() -> list[tuple[Any, Any]]:
    """For a page of ``AuthModelForm`` and ``AuthTestMixin``: the choice, then each method's own fields."""
    methods = [
        (
            cls.title,
            {"fields": [auth_field_name(name, field) for field in cls.model_fields]},
        )
        for name, cls in auth.methods().items()
        if cls.model_fields
    ]
    return [(_("Authentication"), {"fields": ["auth_type", "auth_test"]}), *methods]


def filled_again(form_class: Any, row: Any, changes: Mapping[str, Any]) -> Any:
    """The form of a row as somebody sends it who changes nothing but these fields."""
    shown = form_class(instance=row)
    given = {name: shown[name].value() for name in shown.fields}
    return form_class({**given, **changes}, instance=row)


class ValuesForm(forms.Form):
    """One text field for each value that a test needs."""

    def __init__(self, values: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Numbered, because names of values may hold anything.
        self._names = [name for name, _ in values]
        for number, (_name, label) in enumerate(values):
            self.fields[f"value{number}"] = forms.CharField(
                label=label, required=False, max_length=10_000, widget=AdminTextInputWidget
            )

    def values(self) -> dict[str, str]:
        """What was filled in, by name; empty fields are left out."""
        given = {name: self.cleaned_data[f"value{number}"] for number, name in enumerate(self._names)}
        return {name: value for name, value in given.items() if value}
