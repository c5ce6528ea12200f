"""Signatures of outgoing requests, as Standard Webhooks (standardwebhooks.com) describe them.

Added when a request is sent: the id is its idempotency key, the same for every retry; the time is that of the
attempt, so that receivers can refuse what is old.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets as random_values
from collections.abc import Mapping
from datetime import datetime

from journeyorch.outbound import secrets
from journeyorch.outbound.client import Failure, Request
from journeyorch.phrases import sentence

PREFIX = "whsec_"
# What the standard asks for, in bytes.
_SHORTEST, _LONGEST = 24, 64
_GENERATED = 32
_NO_SECRET = sentence("Write {prefix} and {least} to {most} random bytes in base64.")


def secret_problem(secret: str) -> str | None:
    """Why a text is no signing secret, as a sentence, or None."""
    if not secret.startswith(PREFIX) or _key_of(secret) is None:
        return _NO_SECRET(prefix=PREFIX, least=_SHORTEST, most=_LONGEST)
    return None


def new_secret() -> str:
    """A random secret in the standard's form."""
    return PREFIX + base64.b64encode(random_values.token_bytes(_GENERATED)).decode()


def _key_of(secret: str) -> bytes | None:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if _SHORTEST <= len(key) <= _LONGEST else None


def sign(request: Request, sealed: Mapping[str, str], *, origin: str, now: datetime) -> Request | Failure:
    """The request with its three headers; a failure for a secret that may not be used for ``origin``."""
    try:
        key = _key_of(secrets.reveal(sealed, bound_to=origin)) or b""
    except secrets.SecretUnusable as error:
        return Failure("refused", f"The signature cannot be made. {error}")
    message_id, moment = request.header("Idempotency-Key") or "", str(int(now.timestamp()))
    signed = b".".join((message_id.encode(), moment.encode(), request.body or b""))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return (
        request.with_header("webhook-id", message_id)
        .with_header("webhook-timestamp", moment)
        .with_header("webhook-signature", f"v1,{signature}")
    )
