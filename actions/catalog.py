"""What a sandbox can send, as plain values for the designer and for the validation of journeys."""

from __future__ import annotations

from typing import NamedTuple

from actions.messages.parameters import as_typed, is_required, label_of, type_of
from actions.models import Channel, MessageTemplate


class ChannelInfo(NamedTuple):
    id: int
    name: str
    kind: str  # email, sms, push


class ParameterInfo(NamedTuple):
    """What the journey gives to a template; ``type`` is a name of the expression language."""

    name: str
    label: str
    type: str
    required: bool
    default: str = ""  # as it is typed


class TemplateInfo(NamedTuple):
    id: int
    name: str
    kind: str
    parameters: tuple[ParameterInfo, ...]


def channels(sandbox_id: int) -> list[ChannelInfo]:
    """Oldest first: the first of a kind is its default."""
    rows = Channel.objects.filter(sandbox_id=sandbox_id).order_by("pk")
    return [ChannelInfo(*row) for row in rows.values_list("pk", "name", "kind")]


def templates(sandbox_id: int) -> list[TemplateInfo]:
    """By name, with what each needs. Custom actions are listed by ``actions.custom.custom_actions``."""
    rows = MessageTemplate.objects.filter(sandbox_id=sandbox_id).order_by("name")
    return [
        TemplateInfo(row.pk, row.name, row.kind, tuple(_parameter(each) for each in row.parameters))
        for row in rows.only("pk", "name", "kind", "parameters")
    ]


def _parameter(declared: dict[str, object]) -> ParameterInfo:
    default = as_typed(declared.get("default"))
    return ParameterInfo(
        str(declared["name"]), label_of(declared), type_of(declared), is_required(declared), default
    )
