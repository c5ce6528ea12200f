"""What came over HTTP or SMTP as a message that can be shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import orjson

from journeys.demo.box import Caught
from journeys.demo.web import Request

KINDS = ("email", "sms", "push")
# Everything else that is called: custom actions.
CALL = "call"
# Whatever may carry a credential is not kept, not even in the demo.
_SECRET_HEADER = re.compile(r"auth|token|secret|cookie|passw|api[-_]?key", re.IGNORECASE)
_LONG = 512


def from_http(request: Request, at: datetime) -> Caught:
    """A message that a channel posted to ``/email``, ``/sms`` or ``/push``; any other request is a call."""
    kind = request.path.strip("/")
    fields = _object(request.body) if request.method == "POST" and kind in KINDS else None
    key = request.header("Idempotency-Key")[:_LONG]
    if fields is None:
        return _call(request, key, at)
    return {
        "kind": kind,
        "via": "HTTP",
        "at": at.isoformat(),
        "key": key or _text(fields, "key")[:_LONG],
        "to": _text(fields, "to")[:_LONG],
        "from": _text(fields, "sender")[:_LONG],
        "title": _text(fields, "subject")[:_LONG],
        "text": _text(fields, "text"),
        "html": _text(fields, "html") if kind == "email" else "",
    }


def _call(request: Request, key: str, at: datetime) -> Caught:
    return {
        "kind": CALL,
        "via": "HTTP",
        "at": at.isoformat(),
        "key": key,
        "to": "",
        "from": request.header("User-Agent")[:_LONG],
        "title": f"{request.method} {request.target}"[:_LONG],
        "text": "",
        "html": "",
        "method": request.method,
        "path": request.target[:4096],
        "headers": [
            [name, "hidden" if _SECRET_HEADER.search(name) else value[:4096]]
            for name, value in request.headers
        ],
        "body": request.body.decode("utf-8", "replace"),
    }


def from_mail(content: bytes, recipient: str, at: datetime) -> Caught:
    """An email as an SMTP server got it, for one of its recipients."""
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return {
        "kind": "email",
        "via": "SMTP",
        "at": at.isoformat(),
        # The message id is the call's key and the sender's host.
        "key": _header(mail, "Message-ID").strip("<>").partition("@")[0],
        "to": recipient[:_LONG],
        "from": _header(mail, "From"),
        "title": _header(mail, "Subject"),
        "text": _part(mail, "plain"),
        "html": _part(mail, "html"),
    }


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return str(mail[name] or "")[:_LONG]
    except (ValueError, IndexError):  # the parser gives up on some malformed addresses
        return ""


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (KeyError, LookupError, ValueError):  # an unknown type or charset
        return ""


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
