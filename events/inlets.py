"""What technical users do with inlets and their keys."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from events.ingest.doors import digest
from events.models import Inlet, InletToken

# Senders are given a day to change over to a new key.
GRACE = timedelta(hours=24)
_HINT_LENGTH = 6


def new_inlet_key() -> str:
    """A public name that nobody can guess: unauthenticated inlets have no other protection from strangers."""
    return secrets.token_hex(32)


def create_key(inlet: Inlet, *, expires_at: datetime | None = None) -> str:
    """Give the inlet one more bearer key; the plain key is returned, and stored nowhere."""
    plain = secrets.token_urlsafe(32)
    InletToken.objects.create(
        inlet=inlet, digest=digest(plain), hint=plain[:_HINT_LENGTH], expires_at=expires_at
    )
    return plain


def rotate_key(inlet: Inlet, *, now: datetime, expires_at: datetime | None = None) -> str:
    """A new key, while every older one expires within a day, unless it does so sooner."""
    with transaction.atomic():
        for token in inlet.tokens.all():
            token.expires_at = min(now + GRACE, token.expires_at or datetime.max.replace(tzinfo=now.tzinfo))
            token.save()
        return create_key(inlet, expires_at=expires_at)
