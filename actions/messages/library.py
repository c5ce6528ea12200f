"""Channels and templates of a sandbox, kept in memory as fresh as its generation (engine.md, Waves)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from actions.contact.rules import NO_RULES, Rules, rules_of
from actions.messages.liquid_links import links_used
from actions.messages.testing import allowed_addresses
from actions.messages.variants import Contents
from actions.models import Channel, MessageTemplate, OnUnknown, SandboxContactRules
from actions.tracking.dressing import Tracking
from journeyorch.access.models import Sandbox
from journeyorch.outbound.configs import ConfigCache


class StoredChannel(NamedTuple):
    """A channel with its configuration as stored: secrets are sealed."""

    id: int
    kind: str
    provider: str
    config: Mapping[str, Any]
    on_unknown: str = OnUnknown.RESEND
    rules: Rules = NO_RULES
    tracking: Tracking = Tracking()


class StoredTemplate(NamedTuple):
    id: int
    kind: str
    contents: Contents
    parameters: list[dict[str, Any]]
    updated_at: Any
    transactional: bool = False
    uses: frozenset[str] = frozenset()  # of the links that belong to a message


class Library(NamedTuple):
    """What a sandbox can send with."""

    channels: Mapping[int, StoredChannel]
    templates: Mapping[int, StoredTemplate]
    test_addresses: tuple[str, ...] = ()  # empty: messages of tests go anywhere
    rules: Rules = NO_RULES  # over all channels
    time_zone: str = "UTC"

    def channel_for(self, kind: str, chosen: int | None) -> StoredChannel | None:
        """The chosen channel if it sends this kind; without a choice the oldest one of the kind."""
        if chosen is not None:
            channel = self.channels.get(chosen)
            return channel if channel and channel.kind == kind else None
        return next((channel for channel in self.channels.values() if channel.kind == kind), None)


def _load(sandbox_id: int) -> Library:
    channels = Channel.objects.filter(sandbox_id=sandbox_id).order_by("pk")
    templates = MessageTemplate.objects.filter(sandbox_id=sandbox_id).prefetch_related("variants")
    of_sandbox = SandboxContactRules.objects.filter(sandbox_id=sandbox_id).first()
    sandbox = Sandbox.objects.filter(pk=sandbox_id).first() or Sandbox()
    return Library(
        {row.pk: _stored_channel(row) for row in channels},
        {row.pk: _stored_template(row) for row in templates},
        allowed_addresses(sandbox),
        rules_of(of_sandbox) if of_sandbox else NO_RULES,
        sandbox.time_zone,
    )


def _stored_channel(row: Channel) -> StoredChannel:
    tracking = Tracking(opens=row.track_opens, clicks=row.track_clicks)
    return StoredChannel(row.pk, row.kind, row.provider, row.config, row.on_unknown, rules_of(row), tracking)


def _stored_template(row: MessageTemplate) -> StoredTemplate:
    contents = contents_of(row)
    return StoredTemplate(
        row.pk,
        row.kind,
        contents,
        row.parameters,
        row.updated_at,
        transactional=row.transactional,
        uses=links_used(source for content in contents.values() for source in content.values()),
    )


def contents_of(row: MessageTemplate) -> Contents:
    """A template's texts by language."""
    return {"": row.content, **{each.language.lower(): each.content for each in row.variants.all()}}


libraries: ConfigCache[Library] = ConfigCache(_load)
