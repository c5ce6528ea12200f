"""Links that only we can have made: a few bytes with a keyed hash, as text for a URL.

Signed with SECRET_KEY, read with its fallbacks too, and valid for ever: people unsubscribe by old messages.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_HASH_BYTES = 16
_MAX_CHARACTERS = 8000


class Purpose(StrEnum):
    """What a link is for; one of another purpose is none."""

    OPEN = "o"
    CLICK = "c"
    MIRROR = "v"
    PREFERENCES = "p"
    CALLBACK = "k"


def sign(purpose: Purpose, message_id: UUID, *rest: Any) -> str:
    """The text for a link of this message; ``rest`` is plain JSON."""
    payload = message_id.bytes + (orjson.dumps(rest) if rest else b"")
    return _text(_hash(purpose, payload, settings.SECRET_KEY) + payload)


def unsign(purpose: Purpose, text: str) -> tuple[UUID, list[Any]] | None:
    """Message and rest of a link's text; None for one that we have not made for this purpose."""
    if len(text) > _MAX_CHARACTERS or not text.isascii():
        return None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    mark, payload = raw[:_HASH_BYTES], raw[_HASH_BYTES:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    # Written once more, because the decoder passes over what is no base64.
    if _text(raw) != text or not any(
        constant_time_compare(mark, _hash(purpose, payload, key)) for key in keys
    ):
        return None
    return UUID(bytes=payload[:16]), orjson.loads(payload[16:] or b"[]")


def _hash(purpose: Purpose, payload: bytes, key: str) -> bytes:
    salt = f"actions.tracking.{purpose}"
    return salted_hmac(salt, payload, secret=key, algorithm="sha256").digest()[:_HASH_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
