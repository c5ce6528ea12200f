"""The forms in which technical users describe Adobe Campaign: instances, and templates of each version."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actions.campaign.classic import payload_problems
from actions.campaign.keys import sealed_key
from actions.campaign.standard import (
    ANSWER,
    EMAIL,
    EVENT,
    PLATFORMS,
    PROFILE,
    PUSH,
    SMS,
    field_problems,
    payload_of,
    url_of,
    with_defaults,
)
from actions.custom_forms import ActionForm
from actions.models import (
    ON_UNKNOWN_HELP,
    Action,
    CampaignAction,
    CampaignInstance,
    CampaignStandardAction,
)
from journeyorch.outbound.auth import AuthProblem
from journeyorch.outbound.forms import AuthModelForm, StrictJSONField
from journeyorch.outbound.placing import placed
from journeyorch.telling import all_told
from journeyorch.usage import used_in

_DECLARED = ("event_id", "channel", "kind", "application", "platform", "fields")


class InstanceForm(AuthModelForm):
    """An instance of Campaign Standard; its key is only ever written, never shown."""

    api_key = forms.CharField(
        label=_("API key"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=_("Goes with each call as X-Api-Key."),
    )

    class Meta:
        model = CampaignInstance
        fields = ("sandbox", "name", "url", "organization", "api")
        help_texts = {
            "name": _("At most 30 letters, digits and underscores."),
            "url": _("Without what follows it for the organization. Example: https://mc.adobe.io"),
            "organization": _("As it stands in the addresses of the API. Example: hotel"),
            "api": _("If it is not called mc and the organization. Example: mcAdobe"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.key:
            self.fields["api_key"].help_text = _("Set. Leave empty to keep it.")

    def clean(self) -> dict[str, Any]:
        super().clean()
        if url := self.cleaned_data.get("url"):
            given = {"value": key} if (key := self.cleaned_data.get("api_key")) else {}
            try:
                self.instance.key = sealed_key(given, url=url, stored=self.instance.key)
            except AuthProblem as problem:
                for _field, text in placed(problem.messages, {"value"}):
                    self.add_error("api_key", text)
        return self.cleaned_data


class StandardForm(forms.ModelForm):
    """A template of Campaign Standard: which one it is, and what it needs."""

    event_id = forms.RegexField(
        label=_("Event ID"),
        regex=r"^EVT[A-Za-z0-9_]{1,60}$",
        help_text=_("That of the published event in Campaign. Example: EVTwelcome"),
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[(EMAIL, _("Email")), (SMS, _("SMS")), (PUSH, _("Push"))]
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (EVENT, _("Event: the journey gives the address")),
            (PROFILE, _("Profile: Campaign knows it")),
        ],
    )
    application = forms.CharField(
        label=_("Mobile application"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"data-shown-when": "channel=push"}),
        help_text=_("Its name in Campaign, for push messages. Example: Hotel app"),
    )
    platform = forms.ChoiceField(
        label=_("Platform"),
        required=False,
        choices=[("", _("The journey says it")), *((each, each) for each in PLATFORMS)],
        widget=forms.Select(attrs={"data-shown-when": "channel=push"}),
    )
    fields_of_template = StrictJSONField(
        label=_("Fields"),
        required=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "What the event holds in Campaign, and the journey gives; no collections. "
            'Example: [{"name": "firstName", "label": "First name", "type": "string"}]'
        ),
    )

    class Meta:
        model = CampaignStandardAction
        fields = ("sandbox", "name", "description", "instance", "on_unknown")
        labels = {"instance": _("Instance")}
        widgets = {"description": forms.Textarea({"rows": 2})}
        help_texts = {
            "name": _("At most 30 letters, digits and underscores: how journeys call it."),
            "on_unknown": ON_UNKNOWN_HELP,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "instance" in self.fields:
            self.fields["instance"].required = True
        if "on_unknown" in self.fields:
            self.fields["on_unknown"].required = False
        for name, value in self.instance.declaration.items():
            self.fields["fields_of_template" if name == "fields" else name].initial = value

    def clean_fields_of_template(self) -> list[Any]:
        given = self.cleaned_data["fields_of_template"]
        fields = [] if given is None else given
        if found := list(field_problems(fields)):
            raise ValidationError(all_told(found))
        return with_defaults(fields)

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if data.get("channel") == PUSH and data.get("kind") == EVENT and not data.get("application"):
            self.add_error("application", _("Name the application that receives push messages."))
        self._check_instance(data)
        if not self.errors:
            self._derive(data)
        return data

    def _check_instance(self, data: dict[str, Any]) -> None:
        instance, sandbox = data.get("instance"), data.get("sandbox")
        if instance and sandbox and instance.sandbox_id != sandbox.pk:
            self.add_error("instance", _("Choose an instance of the same sandbox."))

    def _derive(self, data: dict[str, Any]) -> None:
        """What a call needs follows from what was declared; what journeys give stays while they use it."""
        declaration = {name: data["fields_of_template" if name == "fields" else name] for name in _DECLARED}
        payload = payload_of(declaration)
        if (
            self.instance.pk
            and payload != self.instance.payload
            and (uses := used_in("action", self.instance))
        ):
            message = _("What the journey gives cannot change while the template is used in %(uses)s.")
            params = {"uses": ", ".join(use.label for use in uses)}
            self.add_error(None, ValidationError(message, params=params))
            return
        row, instance = self.instance, data["instance"]
        row.declaration, row.payload, row.response_sample = declaration, payload, dict(ANSWER)
        row.method = Action.Method.POST
        row.url = url_of(instance.url, instance.organization, instance.api, declaration["event_id"])


class ClassicForm(ActionForm):
    """An action of Campaign v7 or v8: the payload is pasted, as with a custom action."""

    class Meta(ActionForm.Meta):
        model = CampaignAction

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors and (found := list(payload_problems(self.cleaned_data["payload"]))):
            field = "payload_sample" if self.cleaned_data.get("payload_sample") else "payload"
            self.add_error(field, all_told(found))
        return self.cleaned_data
