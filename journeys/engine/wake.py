"""Wakes the engine when events have come in."""

from __future__ import annotations

from typing import Any

from journeyorch import wakeup


def wake_drain(sender: object, **news: Any) -> None:
    """Receiver of ``events_received``: a hint, sent after the commit."""
    wakeup.notify("drain")
