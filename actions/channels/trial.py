"""The Test button of a channel: a short message, really sent."""

from __future__ import annotations

from datetime import datetime

from actions.messages.preview import TRIAL_PARTS, send_test
from actions.models import Channel
from journeyorch.outbound.trials import Trial


def try_channel(channel: Channel, address: str, *, now: datetime) -> Trial:
    """Send words that say what they are to an address of the tester's own."""
    return Trial(send_test(channel, TRIAL_PARTS[channel.kind], address, now=now))
