"""The forms of channels and templates, and of a template's preview."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actions.channels import ChannelProblem, Provider, providers, seal_config
from actions.contact.rules_form import RulesForm
from actions.messages.check import TemplateProblem, check_template
from actions.messages.parameter_forms import ParameterField, ParametersField
from actions.messages.parameters import as_typed, samples_of, with_defaults
from actions.messages.render import PARTS
from actions.models import ON_UNKNOWN_HELP, Channel, Kind, MessageTemplate, TemplateVariant
from datasources.models import Profile
from journeyorch.outbound.forms import SecretsForm, model_form_field
from journeyorch.outbound.placing import placed
from journeyorch.outbound.secrets import is_sealed
from journeyorch.telling import told

# What no language is called.
_OWN_WORDS = "-"

# --- Channels -------------------------------------------------------------------------------------


def field_name(provider: str, field: str) -> str:
    """Of a provider's field on the page, where those of all providers stand."""
    return f"{provider}__{field}"


class ProviderSelect(forms.Select):
    """With scripts only the providers are offered that send the chosen kind."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-shown-when"] = "kind=" + "|".join(sorted(providers()[str(value)].kinds))
        return option


def _provider_fields() -> Iterator[tuple[str, forms.Field]]:
    # What most have comes first, what the demo needs last.
    known = sorted(providers().items(), key=lambda item: (item[0] == "catcher", item[0] != "smtp"))
    choices = [(name, _(cls.title)) for name, cls in known]
    yield (
        "provider",
        forms.ChoiceField(
            label=_("Provider"),
            choices=choices,
            widget=ProviderSelect,
            help_text=_("Who sends the messages; each has settings of its own below."),
        ),
    )
    for name, cls in providers().items():
        for field, info in cls.model_fields.items():
            yield field_name(name, field), model_form_field(info, field, shown_when=f"provider={name}")


class ChannelForm(SecretsForm, RulesForm):
    """A channel with its provider's own fields; secrets are only ever written, never shown."""

    class Meta:
        model = Channel
        fields = (
            *("sandbox", "name", "kind", "on_unknown", "track_opens", "track_clicks"),
            *("quiet_from", "quiet_until", "in_quiet", "most_messages", "in_hours"),
        )
        help_texts = {"on_unknown": ON_UNKNOWN_HELP}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("kind", Kind.EMAIL)
        self.fields["on_unknown"].required = False
        self.fields["provider"].initial = self.instance.provider
        for field, value in self.instance.config.items():
            shown = self.fields.get(field_name(self.instance.provider, field))
            if shown and is_sealed(value):
                shown.help_text = _("Set. Leave empty to keep it.")
            elif shown:
                shown.initial = value

    def clean(self) -> dict[str, Any]:
        super().clean()
        name, kind = self.cleaned_data.get("provider"), self.cleaned_data.get("kind")
        if name and kind and self._fits(name, kind):
            try:
                config = seal_config(name, self._submitted(name), kind=kind, stored=self._stored(name))
            except ChannelProblem as problem:
                self._say(name, problem.messages)
            else:
                self.instance.provider, self.instance.config = name, config
        return self.cleaned_data

    def _fits(self, name: str, kind: str) -> bool:
        """Whether the provider sends this kind; said in the words of the page if not."""
        if name in providers(kind):
            return True
        titles = ", ".join(told(cls.title) for cls in providers(kind).values())
        message = _("“%(title)s” does not send messages of this kind. Choose one of: %(titles)s.")
        params = {"title": told(providers()[name].title), "titles": titles}
        self.add_error("provider", ValidationError(message, params=params))
        return False

    def _say(self, name: str, messages: Iterable[str]) -> None:
        for field, text in placed(messages, providers()[name].model_fields):
            self.add_error(field_name(name, field) if field else "provider", text)

    def _submitted(self, name: str) -> dict[str, Any]:
        cls: type[Provider] = providers()[name]
        values = {field: self.cleaned_data.get(field_name(name, field)) for field in cls.model_fields}
        return {field: value for field, value in values.items() if value}

    def _stored(self, name: str) -> Mapping[str, Any]:
        return self.instance.config if self.instance.provider == name else {}


# One set of fields for each provider, so that the page works without scripts.
ChannelForm.declared_fields.update(_provider_fields())


# --- Templates ------------------------------------------------------------------------------------

_PARAMETERS_HELP = _(
    "Values that the journey gives. The default is what stands in the message if it gives none, the sample "
    "is for the preview. Numbers, booleans and lists are written as JSON. Empty a row to remove it."
)


class _Part(forms.CharField):
    """A text of a message. ``is_needed``: no message goes without it, or without one of several such."""

    is_needed = False


def _part(label: Any, *, kinds: str, help_text: Any, lines: int = 1, needed: bool = False) -> _Part:
    """Shown for the kinds that have it."""
    attrs = {"data-shown-when": f"kind={kinds}"}
    widget = forms.Textarea({"rows": lines, **attrs}) if lines > 1 else AdminTextInputWidget(attrs)
    field = _Part(label=label, required=False, strip=lines == 1, help_text=help_text, widget=widget)
    field.is_needed = needed
    return field


class TemplateForm(forms.ModelForm):
    """A template: one field for each text, those of other kinds stay empty."""

    parameters = ParametersField(label=_("Parameters"), required=False, help_text=_PARAMETERS_HELP)
    subject = _part(
        _("Subject"),
        kinds="email",
        needed=True,
        help_text=_(
            "Of an email. Example: Welcome, {{ profile.person.name.firstName | default: 'dear guest' }}"
        ),
    )
    html = _part(
        _("HTML"),
        kinds="email",
        needed=True,
        lines=10,
        help_text=_("Of an email. Example: &lt;p&gt;Your {{ room }} is ready.&lt;/p&gt;"),
    )
    text = _part(
        _("Text"),
        kinds="email|sms",
        needed=True,
        lines=8,
        help_text=_("Of an SMS, or of an email for programs that show no HTML."),
    )
    title = _part(_("Title"), kinds="push", needed=True, help_text=_("Of a push message. Example: Welcome!"))
    body = _part(
        _("Body"),
        kinds="push",
        needed=True,
        lines=4,
        help_text=_("Of a push message. Example: Your {{ room }} is ready."),
    )
    image = _part(_("Picture"), kinds="push", help_text=_("The URL of a picture, beginning with https://."))
    link = _part(_("Link"), kinds="push", help_text=_("Where a tap leads: a URL, also one of your app."))
    data = _part(  # type: ignore[assignment]  # Django takes fields out of the class
        _("Data"),
        kinds="push",
        lines=3,
        help_text=_('For the app, as a JSON object. Example: {"room": {{ room | json }}}'),
    )

    class Meta:
        model = MessageTemplate
        fields = ("sandbox", "name", "kind", "transactional", "parameters")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("kind", Kind.EMAIL)
        for part, source in self.instance.content.items():
            if part in self.fields:
                self.fields[part].initial = source

    def clean_parameters(self) -> Any:
        return self.cleaned_data["parameters"] or []

    def clean(self) -> dict[str, Any]:
        super().clean()
        kind, parameters = self.cleaned_data.get("kind"), self.cleaned_data.get("parameters")
        if kind is None or parameters is None:
            return self.cleaned_data
        content = {part: self.cleaned_data.get(part) or "" for part in PARTS[kind]}
        say_problems(self, check_template(kind=kind, content=content, parameters=parameters))
        if self.instance.pk and "kind" in self.changed_data and self.instance.variants.exists():
            self.add_error("kind", ValidationError(_("Delete the language variants first.")))
        self.instance.content = content
        return self.cleaned_data


def say_problems(form: forms.BaseForm, problems: Iterable[TemplateProblem]) -> None:
    """Write what is wrong with a template beside the fields that are to blame."""
    for problem in problems:
        message = told(problem.message)
        place = {"line": problem.line, "message": message}
        text = _("Line %(line)s: %(message)s") % place if problem.line else message
        form.add_error(problem.part if problem.part in form.fields else None, text)


class VariantForm(forms.ModelForm):
    """A template's words in another language; its fields are those of the template's kind."""

    class Meta:
        model = TemplateVariant
        fields = ("language",)

    def __init__(self, *args: Any, template: MessageTemplate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._template = template
        for part, source in self.instance.content.items():
            if part in self.fields:
                self.fields[part].initial = source

    def clean_language(self) -> str:
        # Two ways to write a tag are one language.
        return str(self.cleaned_data["language"]).lower()

    def clean(self) -> dict[str, Any]:
        super().clean()
        template = self._template
        content = {part: self.cleaned_data.get(part) or "" for part in PARTS[template.kind]}
        say_problems(
            self, check_template(kind=template.kind, content=content, parameters=template.parameters)
        )
        self.instance.content = content
        return self.cleaned_data


class VariantFormSet(forms.BaseInlineFormSet):
    """Variants are checked against the template as it is submitted with them."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "template": self.instance}


def variant_form(kind: str) -> type[VariantForm]:
    """The form for templates of a kind."""
    fields = {part: deepcopy(TemplateForm.declared_fields[part]) for part in PARTS[kind]}
    for field in fields.values():
        field.widget.attrs.pop("data-shown-when", None)
    return type("VariantForm", (VariantForm,), fields)


class TesterField(forms.ModelChoiceField):
    """Test profiles, by all that they are known by."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Profile.objects.none(), **options)

    def label_from_instance(self, obj: Any) -> str:
        return ", ".join(sorted(one.value for one in obj.identities.all())) or str(obj)


class PreviewForm(forms.Form):
    """For whom a template is previewed: a test profile or the sample person, and the parameters' values."""

    profile = TesterField(label=_("Person"), required=False, empty_label=_("the sample person"))

    def __init__(self, template: MessageTemplate, data: Mapping[str, Any] | None) -> None:
        samples = samples_of(template.parameters)
        super().__init__(data or {_value_name(name): as_typed(value) for name, value in samples.items()})
        languages = [(each.language, each.language) for each in template.variants.order_by("language")]
        if languages:
            choices = [("", _("the person's")), (_OWN_WORDS, _("the template's own")), *languages]
            self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=choices, required=False)
        self._parameters: Sequence[Mapping[str, Any]] = template.parameters
        people = Profile.objects.filter(sandbox=template.sandbox_id, test_profile=True, merged_into=None)
        self.fields["profile"].queryset = people.order_by("pk").prefetch_related("identities")  # type: ignore[attr-defined]
        for each in self._parameters:
            self.fields[_value_name(each["name"])] = ParameterField(each)

    def language(self) -> str | None:
        """The variant that was chosen; None: that of the person."""
        chosen = self.cleaned_data.get("language") or None
        return "" if chosen == _OWN_WORDS else chosen

    def values(self) -> dict[str, Any]:
        """The parameters' values by name; those left empty have their defaults, or are left out."""
        names = [each["name"] for each in self._parameters]
        return with_defaults(self._parameters, {name: self.cleaned_data[_value_name(name)] for name in names})


ADDRESS_HELP = {
    "email": _("Example: you@example.com"),
    "sms": _("A phone number with its country code. Example: +4930123456"),
    "push": _("The token of a device."),
}


class SendTestForm(forms.Form):
    """Where a test message goes."""

    channel = forms.ModelChoiceField(label=_("Channel"), queryset=Channel.objects.none(), empty_label=None)
    address = forms.CharField(label=_("Address"), max_length=512, widget=AdminTextInputWidget)

    def __init__(self, template: MessageTemplate, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.fields["address"].help_text = ADDRESS_HELP.get(template.kind, "")
        channels = Channel.objects.filter(sandbox=template.sandbox_id, kind=template.kind)
        self.fields["channel"].queryset = channels.order_by("pk")  # type: ignore[attr-defined]


def _value_name(parameter: str) -> str:
    return f"value_{parameter}"
