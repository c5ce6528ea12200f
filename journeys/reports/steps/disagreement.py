"""That something was counted otherwise than it happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Disagreement(NamedTuple):
    """So many rows, and so many counted, of one kind in one hour; ``key``: what kind, by column."""

    sums: str  # which: steps, errors, times, fetches, messages, traits, or the days of one of these
    version_id: int
    hour: str  # or the day
    key: Mapping[str, Any]
    found: int
    counted: int
