"""Access tokens: what a client gets for its id and secret, by OAuth 2.0 client credentials (RFC 6749, 4.4).

A token is a JWT that we sign ourselves, so checking one needs no query. It says which client it was given to
and for which inlet; a client that has been deleted is unknown to the inlet, and its tokens with it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import jwt
from django.conf import settings

LIFETIME = timedelta(hours=1)
_ALGORITHM = "HS256"
_ISSUER = "journeyorch"
# Longer than any token of ours: what is longer is not looked at.
_LONGEST = 1000


class Invalid(Exception):
    """It is no token of ours, or not one for this inlet."""


class Expired(Invalid):
    """It was one of ours; the client gets another."""


def issue(client: str, *, inlet: str, now: datetime) -> str:
    """A token for this client of this inlet."""
    claims = {"iss": _ISSUER, "sub": client, "aud": inlet, "iat": now, "exp": now + LIFETIME}
    return jwt.encode(claims, _key(settings.SECRET_KEY), algorithm=_ALGORITHM)


def looks_like_one(text: str) -> bool:
    return text.count(".") == 2 and len(text) <= _LONGEST


def client_of(token: str, *, inlet: str, now: datetime) -> str:
    """The client that the token was given to. Raises ``Expired`` or ``Invalid``."""
    claims = _claims(token, inlet)
    if claims["exp"] <= now.timestamp():
        raise Expired
    return str(claims["sub"])


def _claims(token: str, inlet: str) -> dict[str, float]:
    # Also with the keys that were in use before the present one: a rotation cuts nobody off.
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        try:
            # The time is compared by ourselves, with the moment that the request is judged at.
            claims: dict[str, float] = jwt.decode(
                token,
                _key(secret),
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                audience=inlet,
                options={"require": ["exp", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidTokenError:
            break
        return claims
    raise Invalid


def _key(secret: str) -> bytes:
    """A key for nothing but this."""
    return hashlib.sha256(b"journeyorch.events.tokens\0" + secret.encode()).digest()
