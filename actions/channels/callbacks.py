"""What providers call back with, and what it means: the shapes that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Forged(Exception):
    """A callback that does not prove who sent it."""


class Unreadable(Exception):
    """A callback that is not as the provider's documentation says."""


class Unconfirmed(Exception):
    """The provider wants to be told that it may call, and could not be. The text is a sentence for people."""


class Callback(NamedTuple):
    """One request of a provider to us."""

    channel_id: int
    url: str  # as it was handed out, with its query
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    at: datetime  # when it came
    # Of the message whose own address was called; None for the address of a whole channel.
    message_id: UUID | None = None


class News(NamedTuple):
    """What a provider tells of a message."""

    message_id: UUID
    kind: str  # a ``Delivery.Status``
    at: datetime
    detail: str = ""
