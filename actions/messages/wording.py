"""What both sending and trying a message out say of what is wrong with it."""

from __future__ import annotations

from journeyorch.phrases import sentence

INVALID_ADDRESS = sentence("The address is not one for {kind} messages.")
BAD_CHANNEL = sentence("The channel cannot be used. {problem}")
