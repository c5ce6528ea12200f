"""One thing wrong with what somebody sent. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Flaw(NamedTuple):
    """``pointer`` says where, as a JSON pointer (RFC 6901)."""

    pointer: str
    detail: str


def sentence_of(message: str) -> str:
    """What pydantic says, or a validator of ours through it, as one sentence."""
    return message.removeprefix("Value error, ").rstrip(".") + "."
