"""What a request shows of itself, and whether that opens an inlet (ingestion.md, Keys).

Three kinds of keys, as many of each as an inlet has senders:

* a **bearer** key, ``Authorization: Bearer <key>``;
* a **signing** secret: the sender signs each request in the manner of Standard Webhooks, ``webhook-id``,
  ``webhook-timestamp`` and ``webhook-signature: v1,<base64 of HMAC-SHA256 over "id.timestamp.body">``;
* a **client**: an id and a secret, exchanged for an access token of an hour (``tokens``), shown as bearer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from events.ingest import tokens
from events.ingest.refusals import Refused

#: A signed request is taken only so long before and after the moment that it was signed for.
TOLERANCE = timedelta(minutes=5)
_VERSION = "v1"
_MESSAGE_ID = re.compile(r"[!-~]{1,100}", re.ASCII)


class Shown(NamedTuple):
    """What a request shows; header values as they came, "" where there is none."""

    authorization: str = ""
    message_id: str = ""
    timestamp: str = ""
    signature: str = ""
    origin: str = ""  # of the web page whose script sends
    # The body as it was sent; None before it is read: a signature cannot be checked yet.
    body: bytes | None = None


class Key(NamedTuple):
    """A key of an inlet that a request may prove to know."""

    secret: bytes  # what a sender signs with; b"" for the others
    expires_at: datetime | None

    def holds_at(self, now: datetime) -> bool:
        return self.expires_at is None or self.expires_at > now


class Keys(NamedTuple):
    """All keys of an inlet."""

    bearer: Mapping[str, Key] = {}  # by the SHA-256 of the key
    clients: Mapping[str, Key] = {}  # by their id
    signing: Sequence[Key] = ()


def shown_by(meta: Mapping[str, str]) -> Shown:
    """From the headers of a request, as WSGI names them."""
    return Shown(
        authorization=meta.get("HTTP_AUTHORIZATION", ""),
        message_id=meta.get("HTTP_WEBHOOK_ID", ""),
        timestamp=meta.get("HTTP_WEBHOOK_TIMESTAMP", ""),
        signature=meta.get("HTTP_WEBHOOK_SIGNATURE", ""),
        origin=meta.get("HTTP_ORIGIN", ""),
    )


def digest(plain: str) -> str:
    """The form in which keys are stored. Plain SHA-256: they are random, not chosen by people."""
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def refusal(shown: Shown, keys: Keys, *, inlet: str, now: datetime) -> Refused | None:
    """Why what is shown opens nothing: 401 if there is nothing, else 403; None: it is one of these keys."""
    if shown.signature:
        return _signature_refusal(shown, keys.signing, now)
    scheme, _, plain = shown.authorization.partition(" ")
    if scheme.lower() != "bearer" or not plain.strip():
        return Refused(
            401, "Authorization", "Ims service token is empty", headers={"WWW-Authenticate": "Bearer"}
        )
    return _bearer_refusal(plain.strip(), keys, inlet=inlet, now=now)


def _bearer_refusal(plain: str, keys: Keys, *, inlet: str, now: datetime) -> Refused | None:
    key = keys.bearer.get(digest(plain))
    if key is None and tokens.looks_like_one(plain):
        try:
            key = keys.clients.get(tokens.client_of(plain, inlet=inlet, now=now))
        except tokens.Expired:
            return _forbidden("Ims service token has expired")
        except tokens.Invalid:
            return _forbidden("Ims service token is not valid")
    if key is None:
        return _forbidden("Ims service token is not valid")
    return None if key.holds_at(now) else _forbidden("Ims service token has expired")


def _signature_refusal(shown: Shown, keys: Sequence[Key], now: datetime) -> Refused | None:
    if not _MESSAGE_ID.fullmatch(shown.message_id):
        return _forbidden("The header webhook-id is missing or longer than 100 characters")
    signed_at = _moment(shown.timestamp)
    if signed_at is None:
        return _forbidden("The header webhook-timestamp is not a number of seconds")
    # Older ones may be somebody's recording; what is younger is dropped as a repetition (``key_of``).
    if abs(now - signed_at) > TOLERANCE:
        return _forbidden("The signature is for another time; check the sender's clock")
    if shown.body is None:
        return None
    content = f"{shown.message_id}.{shown.timestamp}.".encode() + shown.body
    given = [part.partition(",")[2] for part in shown.signature.split() if part.startswith(f"{_VERSION},")]
    for key in keys:
        if any(hmac.compare_digest(sign(content, key.secret), one) for one in given if one.isascii()):
            return None if key.holds_at(now) else _forbidden("The signing secret has expired")
    return _forbidden("The signature is not valid")


def sign(content: bytes, secret: bytes) -> str:
    """The signature of version 1, without its name."""
    return base64.b64encode(hmac.digest(secret, content, "sha256")).decode()


def key_of(shown: Shown, position: int) -> str | None:
    """What makes a signed message without an id of its own the same message again: a replay adds nothing."""
    return f"{shown.message_id}#{position}" if shown.signature else None


def _moment(text: str) -> datetime | None:
    if not re.fullmatch(r"[0-9]{1,11}", text, re.ASCII):
        return None
    return datetime.fromtimestamp(int(text), UTC)


def _forbidden(detail: str) -> Refused:
    return Refused(403, "Authorization", detail)
