"""Where a message goes, and whether it may. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

# Where a profile keeps the address of a kind.
_PATHS = {
    "email": ("personalEmail", "address"),
    "sms": ("mobilePhone", "number"),
    "push": ("pushNotificationDetails", "token"),
}
WHERE = {kind: ".".join(path) for kind, path in _PATHS.items()}
_PHONE = re.compile(r"\+?[0-9]{3,20}")
_PHONE_ORNAMENTS = re.compile(r"[\s().\-/]")
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


def address_of(kind: str, profile: Mapping[str, Any]) -> str:
    """The person's address for a kind of message, as the profile has it; empty if it has none."""
    value: Any = profile
    for name in _PATHS[kind]:
        if isinstance(value, list):
            value = value[0] if value else None
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def usable_address(kind: str, text: str) -> str | None:
    """The address as it is sent to; None if no message could get there, or it would forge a header."""
    text = text.strip()
    if kind == "email":
        return _usable_email(text)
    if kind == "sms":
        bare = _PHONE_ORNAMENTS.sub("", text)
        return bare if _PHONE.fullmatch(bare) else None
    return _compact(text) if _TOKEN.fullmatch(_compact(text)) else None


def _compact(token: str) -> str:
    """A browser's subscription is JSON; without blanks it is one word, the same each time."""
    if not token.startswith("{"):
        return token
    try:
        return orjson.dumps(orjson.loads(token)).decode()
    except orjson.JSONDecodeError:
        return token


def _usable_email(text: str) -> str | None:
    local, _, host = text.rpartition("@")
    try:
        # Names of hosts in other scripts travel in their ASCII form.
        ascii_text = f"{local}@{host.encode('idna').decode()}"
        validate_email(ascii_text)
    except (UnicodeError, ValidationError):
        return None
    return ascii_text if len(ascii_text) <= 320 else None


def may_contact(kind: str, profile: Mapping[str, Any]) -> bool:
    """Whether the person's ``consents.marketing.<channel>.val`` allows it: only a plain no forbids."""
    value: Any = profile
    for name in ("consents", "marketing", kind, "val"):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value != "n"
