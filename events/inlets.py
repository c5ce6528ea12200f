"""What technical users do with inlets and their keys."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from events.ingest.credentials import digest
from events.models import Inlet, InletToken
from journeyorch.outbound.secrets import reveal, seal

# Senders are given a day to change over to a new key.
GRACE = timedelta(hours=24)
_HINT_LENGTH = 6
# As Standard Webhooks write a secret: libraries of senders take it as it is.
_SIGNING_PREFIX = "whsec_"
_SIGNING_BYTES = 32

Kind = InletToken.Kind


class NewKey(NamedTuple):
    """A key in clear, to be shown once and stored nowhere."""

    plain: str
    client_id: str = ""


def new_inlet_key() -> str:
    """A public name that nobody can guess: unauthenticated inlets have no other protection from strangers."""
    return secrets.token_hex(32)


def create_key(inlet: Inlet, *, kind: str = Kind.BEARER, expires_at: datetime | None = None) -> NewKey:
    """Give the inlet one more key."""
    plain = secrets.token_urlsafe(32)
    client_id = secrets.token_hex(12) if kind == Kind.CLIENT else ""
    if kind == Kind.SIGNING:
        plain = _SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(_SIGNING_BYTES)).decode()
    InletToken.objects.create(
        inlet=inlet,
        kind=kind,
        digest=digest(plain),
        client_id=client_id,
        sealed=seal(plain, bound_to=_bound_to(inlet.pk)) if kind == Kind.SIGNING else None,
        hint=(client_id or plain.removeprefix(_SIGNING_PREFIX))[:_HINT_LENGTH],
        expires_at=expires_at,
    )
    return NewKey(plain, client_id)


def rotate_key(
    inlet: Inlet, *, now: datetime, kind: str = Kind.BEARER, expires_at: datetime | None = None
) -> NewKey:
    """A new key, while every older one expires within a day, unless it does so sooner."""
    with transaction.atomic():
        for token in inlet.tokens.all():
            token.expires_at = min(now + GRACE, token.expires_at or datetime.max.replace(tzinfo=now.tzinfo))
            token.save()
        return create_key(inlet, kind=kind, expires_at=expires_at)


def signing_key(token: InletToken) -> bytes:
    """What a sender signs with, b"" for the other kinds; raises ``SecretUnusable``."""
    if token.sealed is None:
        return b""
    plain = reveal(token.sealed, bound_to=_bound_to(token.inlet_id))
    return base64.b64decode(plain.removeprefix(_SIGNING_PREFIX))


def _bound_to(inlet_id: int) -> str:
    return f"inlet:{inlet_id}"
