"""The form in which technical users describe a custom action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from actions.models import ON_UNKNOWN_HELP, Action
from actions.pairs import PairsField
from actions.payload import SCALARS, problems, tree_of
from actions.payload_tree import PayloadTree
from datasources.external.infer import SampleProblem, infer
from journeyorch.outbound import auth
from journeyorch.outbound.client import header_problem
from journeyorch.outbound.forms import AuthModelForm, StrictJSONField, as_they_are
from journeyorch.outbound.secrets import SecretUnusable, reveal, seal
from journeyorch.outbound.signing import secret_problem
from journeyorch.phrases import phrase
from journeyorch.telling import all_told, told
from journeyorch.usage import Use, used_in

# What may change while a journey uses the action (technical.md, Custom actions). Not the name,
# although that page allows it: journeys and their expressions refer to an action by its name.
_ALWAYS_CHANGEABLE = ("name", "description", "url", "auth_", "signing_secret", "unsigned", "on_unknown")
_ROWS_HELP = _(
    "A constant is sent as it is; a variable is filled by the journey, whose author reads its label. "
    "A row that is emptied goes."
)
_CONTENT_TYPE_HELP = _("Content-Type is application/json in UTF-8, unless a row names another JSON type.")


def _json(label: Any, *, lines: int, help_text: Any) -> StrictJSONField:
    widget = forms.Textarea({"rows": lines, "spellcheck": "false"})
    return StrictJSONField(label=label, required=False, widget=widget, help_text=help_text)


class ActionForm(AuthModelForm):
    """A custom action; a pasted payload becomes a tree of constants, to be edited afterwards."""

    headers = PairsField(
        label=_("Headers"), required=False, help_text=format_lazy("{} {}", _ROWS_HELP, _CONTENT_TYPE_HELP)
    )
    query = PairsField(label=_("Query parameters"), required=False, help_text=_ROWS_HELP)
    payload_sample = _json(
        _("Paste a payload"),
        lines=6,
        help_text=_(
            "Begin here: a sample of what the other system expects. On saving it becomes the action "
            "parameters, "
            'all constant. Example: {"guest": "guest-001", "rooms": 1}'
        ),
    )
    payload = StrictJSONField(
        label=_("Action parameters"),
        required=False,
        widget=PayloadTree(sample="payload_sample", attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_(
            'What is constant is sent as it is; a variable is given by the journey. In JSON, {"type": '
            '"string", "constant": "guest-001"} is a constant, and {"type": "string", "variable": true, '
            '"label": "Guest"} a variable, which "optional": true lets the journey leave out.'
        ),
    )
    response_sample = _json(
        _("Response payload"),
        lines=6,
        help_text=_(
            "A sample of the response, if journeys shall use its fields; leave it empty otherwise. "
            'Example: {"ticket": "T-1"}'
        ),
    )

    signing_secret = forms.CharField(
        label=_("Signing secret"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=_(
            "Only if the other system checks signatures (Standard Webhooks). A secret that both sides know: "
            "whsec_ and 24 to 64 random bytes in base64. Below, a saved action can have one made."
        ),
    )
    unsigned = forms.BooleanField(label=_("Do not sign any more"), required=False)

    class Meta:
        model = Action
        fields = (
            *("sandbox", "name", "description", "url", "method", "headers", "query", "payload"),
            *("response_sample", "on_unknown"),
        )
        widgets = {"description": forms.Textarea({"rows": 2})}
        help_texts = {
            "name": _("At most 30 letters, digits and underscores."),
            "on_unknown": ON_UNKNOWN_HELP,
            "url": _("The journey may add to its path. Example: https://api.example.com/taxis"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_they_are(self.fields.get("method"))
        self.fields["on_unknown"].required = False
        if "payload" in self.fields and (uses := self._uses()):
            self.fields["payload"].widget.locked = _locked(uses)
        if self.instance.signing:
            self.fields["signing_secret"].help_text = _("Set. Leave empty to keep it.")
        else:
            self.fields["unsigned"].widget = forms.HiddenInput()

    def clean_headers(self) -> list[Any]:
        rows = self._rows("headers")
        for row in rows:
            constant = row.get("value", "")
            problem = header_problem(row["name"], constant if isinstance(constant, str) else "")
            if problem or row["name"].startswith((".", "$")):
                bad_start = _("A header's name must not begin with . or $.")
                raise ValidationError(told(problem) if problem else bad_start)
            if row["name"].lower() == "content-type":
                row["value"] = _content_type(row.get("value"))
        return rows

    def clean_query(self) -> list[Any]:
        return self._rows("query")

    def clean_payload(self) -> Any:
        tree = self.cleaned_data["payload"] or {}
        if tree and (found := list(problems(tree))):
            raise ValidationError(all_told(found))
        if tree and tree["type"] != "object":
            raise ValidationError(_('The payload must be of "type": "object".'))
        return tree

    def clean_response_sample(self) -> Any:
        sample = self.cleaned_data["response_sample"]
        if sample:
            _inferred(sample)
        return sample or None

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.cleaned_data.get("payload_sample"):
            self._take_sample(self.cleaned_data["payload_sample"])
        if self.cleaned_data.get("url"):
            self._seal_signing(auth.origin_of(self.cleaned_data["url"]))
        self._check_used()
        return self.cleaned_data

    def clean_signing_secret(self) -> str:
        secret: str = self.cleaned_data["signing_secret"]
        if secret and (problem := secret_problem(secret)):
            raise ValidationError(told(problem))
        return secret

    def _seal_signing(self, origin: str) -> None:
        """Keep the stored secret only for the address that it was entered for."""
        if self.cleaned_data.get("unsigned"):
            self.instance.signing = {}
        elif secret := self.cleaned_data.get("signing_secret"):
            self.instance.signing = seal(secret, bound_to=origin)
        elif self.instance.signing:
            try:
                reveal(self.instance.signing, bound_to=origin)
            except SecretUnusable as error:
                self.add_error("signing_secret", told(error))

    def _take_sample(self, sample: Any) -> None:
        try:
            self.cleaned_data["payload"] = usable_tree(sample)
        except ValidationError as error:
            self.add_error("payload_sample", error)

    def _rows(self, field: str) -> list[Any]:
        rows = self.cleaned_data[field] or []
        found = list(_row_problems(rows))
        if found:
            raise ValidationError(all_told(found))
        return list(rows)

    def _check_used(self) -> None:
        if not (uses := self._uses()):
            return
        for name in self.changed_data:
            if not name.startswith(_ALWAYS_CHANGEABLE):
                self.add_error(name, ValidationError(_locked(uses)))

    def _uses(self) -> list[Use]:
        return used_in("action", self.instance) if self.instance.pk else []


def _locked(uses: Iterable[Use]) -> str:
    text = _("This cannot change while the action is used in %(uses)s.")
    return text % {"uses": ", ".join(use.label for use in uses)}


def usable_tree(sample: Any) -> dict[str, Any]:
    """The tree of a pasted payload; raises ``ValidationError`` for what cannot be one."""
    try:
        tree = tree_of(sample)
    except SampleProblem as problem:
        raise ValidationError(told(problem)) from problem
    if found := list(problems(tree)):
        raise ValidationError(all_told(found))
    return tree


def _inferred(sample: Any) -> None:
    try:
        infer(sample)
    except SampleProblem as problem:
        raise ValidationError(told(problem)) from problem


def _content_type(value: Any) -> str:
    """Another JSON type; its charset stays UTF-8, which is what is sent."""
    media_type, *parameters = (part.strip() for part in value.split(";")) if isinstance(value, str) else ("",)
    lower = media_type.lower()
    others = [part for part in parameters if not part.lower().startswith("charset=")]
    charsets = [part.lower() for part in parameters if part not in others]
    if not (lower.startswith("application/") and lower.endswith(("/json", "+json"))) or charsets not in (
        [],
        ["charset=utf-8"],
    ):
        message = _("The Content-Type must stay a constant JSON type in UTF-8, such as application/json.")
        raise ValidationError(message)
    return "; ".join((media_type, *others, "charset=utf-8"))


def _row_problems(rows: Any) -> Iterator[str]:
    if not isinstance(rows, list):
        yield phrase("Write a list of objects.")
        return
    names: set[str] = set()
    for row in rows:
        name = row.get("name") if isinstance(row, dict) else None
        if not isinstance(name, str) or not name or name.startswith((".", "$")):
            yield phrase('Each row needs a "name" that does not begin with . or $.')
        elif name.lower() in names:
            yield phrase("{name} is there twice.", name=name)
        else:
            names.add(name.lower())
            yield from _value_problems(name, row)


def _value_problems(name: str, row: dict[str, Any]) -> Iterator[str]:
    if row.get("variable") not in (None, True) or (row.get("variable") is True) == ("value" in row):
        yield phrase('{name} needs either "value" or "variable": true.', name=name)
    if isinstance(row.get("value"), (dict, list)) or ("value" in row and row["value"] is None):
        yield phrase("{name} needs a text, a number or a boolean as its value.", name=name)
    if row.get("type", "string") not in SCALARS or not isinstance(row.get("label", ""), str):
        types = ", ".join(SCALARS)
        yield phrase(
            "{name} needs a text as its label and one of these types: {types}.", name=name, types=types
        )
