"""The same expression after an event has got another name."""

from __future__ import annotations

import re

# Texts are passed over: what looks like a reference inside of one is none.
_TEXTS = r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?"""


def with_event_renamed(source: str, *, old: str, new: str) -> str:
    """``@{old.field}`` becomes ``@{new.field}``; what cannot be read stays as it is."""
    pattern = re.compile(rf"{_TEXTS}|(?P<before>@\{{\s*){re.escape(old)}(?!\w)", re.DOTALL)
    return pattern.sub(
        lambda found: f"{found['before']}{new}" if found["before"] is not None else found[0], source
    )
