"""Visitors of web pages and apps as the Edge Network's SDKs know them: the ECID, and cookies that keep it.

An ECID is 38 decimal digits. The SDK keeps it in a cookie that it sets as an answer tells it to, named after
the organization, and shows that cookie again: in the request's body, or as a cookie where the page and this
product share a domain.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

_DIGITS = 38
_ECID = re.compile(rf"[0-9]{{{_DIGITS}}}", re.ASCII)
# The cookie is a protobuf message, whose field 1 is the ECID: field and type, length, text.
_MESSAGE_START = bytes([1 << 3 | 2, _DIGITS])
_IDENTITY_COOKIE = re.compile(r"kndctr_[0-9A-Za-z_]{1,80}_identity", re.ASCII)

#: How long a browser keeps the cookies, seconds: 395 and 180 days.
IDENTITY_SECONDS = 34_128_000
CONSENT_SECONDS = 15_552_000


def ecid_in(identity_map: Any) -> str:
    """The ECID that an ``identityMap`` names; "" if none, or nothing that is one."""
    entries = identity_map.get("ECID") if isinstance(identity_map, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        value = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(value, str) and _ECID.fullmatch(value):
            return value
    return ""


def new_ecid(seed: bytes) -> str:
    """A visitor's new ECID; the same for the same seed: a request that is repeated makes one visitor."""
    number = int.from_bytes(hashlib.sha256(b"ecid\0" + seed).digest())
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def identity_cookie(ecid: str) -> str:
    """The value of the cookie that keeps an ECID."""
    return base64.urlsafe_b64encode(_MESSAGE_START + ecid.encode()).decode().rstrip("=")


def ecid_of_cookies(cookies: Iterable[tuple[str, Any]]) -> str:
    """The ECID that is kept in cookies, given by name and value; "" if it is not there or cannot be read."""
    for name, value in cookies:
        if isinstance(value, str) and _IDENTITY_COOKIE.fullmatch(name) and (ecid := _ecid_of(value)):
            return ecid
    return ""


def _ecid_of(value: str) -> str:
    packed = unquote(value).rstrip("=")
    try:
        message = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    except (binascii.Error, ValueError):
        return ""
    if not message.startswith(_MESSAGE_START):
        return ""
    text = message[len(_MESSAGE_START) :][:_DIGITS].decode("ascii", "replace")
    return text if _ECID.fullmatch(text) else ""


def cookies_of(header: str) -> list[tuple[str, str]]:
    """The cookies of a request's ``Cookie`` header."""
    parts = (each.partition("=") for each in header.split(";"))
    return [(name.strip(), value.strip()) for name, _, value in parts]


def cookie(organization: str, name: str, value: str, *, seconds: int) -> Mapping[str, Any]:
    """A cookie that an SDK is told to set; ``name``: "identity" or "consent"."""
    return {
        "key": f"kndctr_{organization.replace('@', '_')}_{name}",
        "value": value,
        "maxAge": seconds,
    }
