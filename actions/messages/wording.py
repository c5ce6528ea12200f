"""What both sending and trying a message out say of what is wrong with it."""

from __future__ import annotations

from journeyorch.phrases import sentence

_INVALID_ADDRESS = sentence("The address is not one for {kind} messages.")
BAD_CHANNEL = sentence("The channel cannot be used. {problem}")


def invalid_address(kind: str) -> str:
    """Of messages of this kind."""
    return _INVALID_ADDRESS(kind=kind.upper() if kind == "sms" else kind)
