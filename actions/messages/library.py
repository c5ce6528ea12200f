"""Channels and templates of a sandbox, kept in memory as fresh as its generation (engine.md § 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from actions.messages.testing import allowed_addresses
from actions.models import Channel, MessageTemplate, OnUnknown
from journeyorch.outbound.configs import ConfigCache


class StoredChannel(NamedTuple):
    """A channel with its configuration as stored: secrets are sealed."""

    id: int
    kind: str
    provider: str
    config: Mapping[str, Any]
    on_unknown: str = OnUnknown.RESEND


class StoredTemplate(NamedTuple):
    id: int
    kind: str
    content: Mapping[str, Any]
    parameters: list[dict[str, Any]]
    updated_at: Any


class Library(NamedTuple):
    """What a sandbox can send with."""

    channels: Mapping[int, StoredChannel]
    templates: Mapping[int, StoredTemplate]
    test_addresses: tuple[str, ...] = ()  # empty: messages of tests go anywhere

    def channel_for(self, kind: str, chosen: int | None) -> StoredChannel | None:
        """The chosen channel if it sends this kind; without a choice the oldest one of the kind."""
        if chosen is not None:
            channel = self.channels.get(chosen)
            return channel if channel and channel.kind == kind else None
        return next((channel for channel in self.channels.values() if channel.kind == kind), None)


def _load(sandbox_id: int) -> Library:
    channels = Channel.objects.filter(sandbox_id=sandbox_id).order_by("pk")
    templates = MessageTemplate.objects.filter(sandbox_id=sandbox_id)
    return Library(
        {
            row[0]: StoredChannel(*row)
            for row in channels.values_list("pk", "kind", "provider", "config", "on_unknown")
        },
        {
            row[0]: StoredTemplate(*row)
            for row in templates.values_list("pk", "kind", "content", "parameters", "updated_at")
        },
        allowed_addresses(sandbox_id),
    )


libraries: ConfigCache[Library] = ConfigCache(_load)
