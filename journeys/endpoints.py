"""Which systems the calls of a sandbox's journeys go to: data sources, custom actions, channels."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from actions import channels
from actions.custom import custom_actions
from actions.models import Channel
from datasources.external.catalog import load_groups
from journeyorch.outbound.endpoints import Endpoint
from journeyorch.outbound.protection.rules import ACTION, DATA_SOURCE


def endpoints(sandbox_id: int) -> Iterator[Endpoint]:
    """Everything that calls are made to."""
    for group in load_groups(sandbox_id).values():
        page = reverse("admin:datasources_datasource_change", args=[group.source_id])
        label = _("Data source %(name)s") % {"name": f"{group.source}.{group.name}"}
        yield Endpoint(group.endpoint, DATA_SOURCE, label, page, group.method, group.url)
    for action in custom_actions(sandbox_id).values():
        page = reverse("admin:actions_action_change", args=[action.id])
        label = _("Action %(name)s") % {"name": action.name}
        yield Endpoint(action.endpoint, ACTION, label, page, action.method, action.url)
    for channel in Channel.objects.filter(sandbox_id=sandbox_id):
        page = reverse("admin:actions_channel_change", args=[channel.pk])
        label = _("Channel %(name)s") % {"name": channel.name}
        yield Endpoint(f"channel:{channel.pk}", ACTION, label, page, "POST", _target_of(channel))


def _target_of(channel: Channel) -> str:
    """Where a channel's messages go; empty if not by HTTP, or if only the address of each tells."""
    try:
        provider = channels.load(channel.provider, channel.config, kind=channel.kind)
    except channels.ChannelProblem:
        return ""
    return provider.target(channels.Message("", channel.kind, "address", provider.sender(), ""))
