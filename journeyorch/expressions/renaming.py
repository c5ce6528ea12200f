"""The same expression after an event has got another name."""

from __future__ import annotations

import re

from .offers import written_name

# Texts are passed over: what looks like a reference inside of one is none.
_TEXTS = r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?"""


def with_event_renamed(source: str, *, old: str, new: str) -> str:
    """``@{old.field}`` becomes ``@{new.field}``; what cannot be read stays as it is.

    Names that begin with a digit stand in quotes there, others may.
    """
    name = re.escape(old)
    named = rf"(?P<before>@\{{\s*)(?:{name}(?![\w-])|\"{name}\"|'{name}')"
    pattern = re.compile(f"{named}|{_TEXTS}", re.DOTALL)
    return pattern.sub(
        lambda found: f"{found['before']}{written_name(new)}" if found["before"] is not None else found[0],
        source,
    )
