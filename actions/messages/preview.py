"""A template tried out: its words for one person, and a test message that is really sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from actions import channels
from actions.channels import ChannelProblem, Message
from actions.messages.library import contents_of
from actions.messages.liquid_links import PREVIEW_LINKS
from actions.messages.recipients import usable_address
from actions.messages.render import as_message_parts, render_once
from actions.messages.variants import content_for
from actions.messages.wording import BAD_CHANNEL, invalid_address
from actions.models import Channel, MessageTemplate
from actions.tracking.dressing import Tracking, dressed
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.protection.rules import ACTION
from journeyorch.outbound.protection.sending import Caller, single_request

# Shorter than a journey's: somebody is waiting in front of the page.
TEST_SECONDS = 10.0
#: What a channel is tried with, by its kind.
TRIAL_PARTS = {
    "email": {"subject": "Test", "html": "<p>This is a test of the channel.</p>", "text": "This is a test."},
    "sms": {"text": "This is a test of the channel."},
    "push": {"title": "Test", "body": "This is a test of the channel."},
}
#: Whom a preview is for when no test profile is chosen.
SAMPLE_PERSON = {
    "person": {"name": {"firstName": "Ada", "lastName": "Lovelace"}},
    "personalEmail": {"address": "ada@example.com"},
    "mobilePhone": {"number": "+15550100"},
    "preferredLanguage": "en",
    "loyalty": {"tier": "gold", "points": 1200},
}


def previewed(
    template: MessageTemplate,
    *,
    profile: Mapping[str, Any],
    values: Mapping[str, Any],
    language: str | None = None,
) -> dict[str, str]:
    """The parts of the message, in the profile's language or another one; raises ``RenderProblem``."""
    contents = contents_of(template)
    content = content_for(profile, contents) if language is None else contents.get(language, template.content)
    everything = {**values, **PREVIEW_LINKS, "profile": profile}
    parts = render_once(kind=template.kind, content=content, values=everything)
    return dressed(parts, None, Tracking())


def send_test(channel: Channel, parts: Mapping[str, str], address: str, *, now: datetime) -> Outcome:
    """Send rendered parts to an address; no delivery is recorded, and nobody's consent is asked."""
    usable = usable_address(channel.kind, address)
    if usable is None:
        return Outcome(
            "error",
            "invalidAddress",
            message=invalid_address(channel.kind),
        )
    try:
        provider = channels.load(channel.provider, channel.config, kind=channel.kind)
    except ChannelProblem as problem:
        return Outcome("error", "badChannel", message=BAD_CHANNEL(problem=problem))
    at = now.isoformat(timespec="seconds")
    key = str(uuid.uuid4())
    message = Message(key, channel.kind, usable, provider.sender(), at, **as_message_parts(parts))
    with single_request(Caller(channel.sandbox_id, ACTION)):
        return provider.send(message, TEST_SECONDS)
