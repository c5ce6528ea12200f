"""One thing wrong with what somebody sent. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Flaw(NamedTuple):
    """``pointer`` says where, as a JSON pointer (RFC 6901)."""

    pointer: str
    detail: str
