"""What protocols have in common when they read a request."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

import orjson
from django.conf import settings

from events.ingest.incoming import Incoming
from events.ingest.refusals import Flaw, malformed, too_large
from events.protocols import Message
from journeyorch.strict_json import MAX_DEPTH, holds_nul

_MAX_KEY = 200


def batch_of(value: Any) -> list[Any]:
    """The messages of a batch, within the limit. Raises ``Refused``."""
    if not isinstance(value, list) or not value:
        raise malformed("The body has no list of messages.")
    if len(value) > settings.INGEST_MAX_BATCH_MESSAGES:
        raise too_large(f"The batch holds more than {settings.INGEST_MAX_BATCH_MESSAGES} messages.")
    return value


def message_of(stored: dict[str, Any], *, key: str | None) -> Message | Flaw:
    """A message to be stored, unless it is too large, or more than its JSON has been looked at: protocols
    take values from headers and addresses, and put what came inside something else."""
    try:
        body = orjson.dumps(stored)
    except TypeError:
        return Flaw(400, f"The message is nested deeper than {MAX_DEPTH} levels.")
    if holds_nul(body):
        return Flaw(400, "The message holds the character NUL, which cannot be stored.")
    if len(body) > settings.INGEST_MAX_MESSAGE_BYTES:
        return Flaw(413, f"The message is larger than {settings.INGEST_MAX_MESSAGE_BYTES} bytes.")
    return Message(body.decode(), key, stored)


def message_key(prefix: str, value: Any) -> str | None:
    """What makes a message with this id the same again; None for what is no id. Long ones by their digest."""
    if not isinstance(value, str) or not value:
        return None
    return f"{prefix}:{value}" if len(value) <= _MAX_KEY else f"{prefix}#{_digest(value)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def basic_of(request: Incoming) -> tuple[str, str]:
    """User and password of Basic authentication, "" where there is none.

    Some clients write the key as it is, without a colon and without encoding it.
    """
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    encoded = encoded.strip()
    try:
        text = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return encoded, ""
    user, _, password = text.partition(":")
    return user, password
