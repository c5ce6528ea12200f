"""Where providers call back: an address for a whole channel, and a signed one for each message."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from actions.tracking.signed import Purpose, unsign


def callback_url(channel_id: int, signed: str = "") -> str:
    """The address of a channel, or with a token that of one of its messages; empty without PUBLIC_URL."""
    if not settings.PUBLIC_URL:
        return ""
    address = f"{settings.PUBLIC_URL}/m/{Purpose.CALLBACK}/{channel_id}"
    return f"{address}/{signed}" if signed else address


def message_of(token: str, channel_id: int) -> UUID | None:
    """The message that a token names, if this channel sent it."""
    meant = unsign(Purpose.CALLBACK, token)
    return meant[0] if meant and meant[1] == [channel_id] else None
