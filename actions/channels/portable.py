"""The portable form of a channel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from actions.channels import providers
from actions.contact.portable import RulesDocument
from actions.messages.forms import ChannelForm, field_name
from actions.models import Channel
from journeyorch.access.models import Sandbox
from journeyorch.api.flaws import Flaw
from journeyorch.portable.forms import FormKind
from journeyorch.portable.kind import Document, Unfit, pointer, portable
from journeyorch.portable.secrets import PLACEHOLDER, without_secrets


class ChannelDocument(Document):
    """``config``: what its provider asks for."""

    name: str
    kind: Literal["email", "sms", "push"]
    provider: str
    config: dict[str, Any] = {}
    on_unknown: Literal["resend", "park"] = "resend"
    track_opens: bool = True
    track_clicks: bool = True
    rules: RulesDocument = RulesDocument()


@portable
class Channels(FormKind):
    name = "channels"
    title = _("Channels")
    model = Channel
    form = ChannelDocument
    form_class = ChannelForm
    used_as = "channel"
    filters = ("kind", "provider")

    def unlike(self, row: Any) -> dict[str, Any]:
        return {"config": _without_defaults(row), "rules": RulesDocument(**RulesDocument.values_of(row))}

    def data(self, sandbox: Sandbox, document: ChannelDocument) -> dict[str, Any]:
        given = document.model_dump(mode="json", exclude={"config", "rules"})
        return {**given, **document.rules.model_dump(), **_provider_data(document)}

    def place(self, field: str) -> str:
        if field in RulesDocument.model_fields:
            return pointer("rules", field)
        return pointer(*(("config", field.partition("__")[2]) if "__" in field else (field,)))


def _without_defaults(row: Channel) -> dict[str, Any]:
    """The provider's values that are not what they are by themselves, in its order, without secrets."""
    known: Mapping[str, Any] = providers()[row.provider].model_fields if row.provider in providers() else {}
    plain = without_secrets(row.config)
    named = [*(name for name in known if name in plain), *(name for name in plain if name not in known)]
    return {name: plain[name] for name in named if name not in known or plain[name] != known[name].default}


def _provider_data(document: ChannelDocument) -> dict[str, str]:
    provider = providers().get(document.provider)
    if provider is None:
        names = ", ".join(providers())
        raise Unfit([Flaw("/provider", f"There is no such provider. Use one of: {names}.")])
    if unknown := [name for name in document.config if name not in provider.model_fields]:
        message = "This provider asks for no such value."
        raise Unfit(Flaw(pointer("config", name), message) for name in unknown)
    defaults = {
        name: info.default
        for name, info in provider.model_fields.items()
        if not info.is_required() and name not in provider.secret_fields()
    }
    values = {**defaults, **document.config}
    return {field_name(document.provider, name): _typed(value) for name, value in values.items()}


def _typed(value: Any) -> str:
    if value is None or value == PLACEHOLDER:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
