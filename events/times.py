"""Moments as senders write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def read_time(value: Any) -> datetime | None:
    """A moment written as RFC 3339, in UTC; ``None`` for anything else, also one beyond what UTC can hold."""
    if not isinstance(value, str):
        return None
    # A leap second is a moment that Python cannot name; the last microsecond before it is the nearest.
    text = value[:17] + "59.999999" + value[19:].lstrip(".0123456789") if value[16:19] == ":60" else value
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
