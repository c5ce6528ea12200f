"""The contact rules of a channel or a sandbox as plain values."""

from __future__ import annotations

from datetime import time
from typing import NamedTuple

from actions.contact.frequency import Cap
from actions.contact.models import ContactRules


class Rules(NamedTuple):
    """None: no such rule."""

    quiet: tuple[time, time] | None = None
    waits: bool = True  # in quiet hours; else the message is held back
    cap: Cap | None = None


NO_RULES = Rules()


def rules_of(row: ContactRules) -> Rules:
    """What a stored configuration says."""
    quiet = None
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = row.quiet_from, row.quiet_until
    cap = Cap(row.most_messages, row.in_hours) if row.most_messages else None
    return Rules(quiet, row.in_quiet == ContactRules.Quiet.WAIT, cap)
