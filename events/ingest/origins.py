"""Which web pages may send: the origins of an inlet, and what browsers want to be told (CORS).

Browsers' collectors send cookies along, so the exact origin is named in the answer, never ``*``
(ingestion.md, Keys).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9.-]{1,253}", re.ASCII)
# How long a browser need not ask again, seconds.
_REMEMBER = 7200


def origin_of(text: str) -> str | None:
    """An origin as browsers send it, such as "https://shop.example:8443"; None if the text is none."""
    try:
        parts = urlsplit(text.strip().lower())
        port = parts.port
    except ValueError:
        return None
    named = parts.scheme in ("http", "https") and parts.hostname and _HOST.fullmatch(parts.hostname)
    if not named or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        return None
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{parts.hostname}{f':{port}' if port and port != usual else ''}"


def answer_headers(origin: str, allowed: frozenset[str]) -> Mapping[str, str]:
    """What lets the page's script read the answer; nothing for other pages."""
    if origin not in allowed:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "Retry-After",
        "Vary": "Origin",
    }


def preflight_headers(origin: str, allowed: frozenset[str], *, wanted: str) -> Mapping[str, str]:
    """The answer to a browser that asks before it sends; ``wanted``: the headers that it wants to set."""
    named = answer_headers(origin, allowed)
    if not named:
        return {}
    return {
        **named,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": ", ".join(re.findall(r"[a-z0-9-]{1,60}", wanted.lower(), re.ASCII)),
        "Access-Control-Max-Age": str(_REMEMBER),
    }
