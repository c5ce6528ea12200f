"""What an ID token says, once it is known that it may be believed (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt

from journeyorch.access.signon.provider import SignOnFailed

# Signatures by a private key alone: with a shared secret, or none, anybody who has the client's configuration
# could write tokens.
_ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
# So much may clocks differ, in seconds.
_LEEWAY = 60
_REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")


class UnknownKey(SignOnFailed):
    """The token is signed with a key that is not among those known: it may be a new one."""


def claims_of(
    token: str, *, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str
) -> Mapping[str, Any]:
    """The claims of a token that the issuer signed for us, now, upon this very request.

    Raises ``UnknownKey``, ``SignOnFailed``.
    """
    try:
        key = _key(token, keys)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(_ALGORITHMS),
            audience=client_id,
            issuer=issuer,
            leeway=_LEEWAY,
            options={"require": list(_REQUIRED)},
        )
    except jwt.PyJWTError as error:
        raise SignOnFailed(f"the ID token was refused: {type(error).__name__}") from None
    if claims["nonce"] != nonce:
        raise SignOnFailed("the ID token answers another request")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != client_id:
        raise SignOnFailed("the ID token was issued to another client")
    return claims


def _key(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The key that the token's header names; without a name, the only one there is."""
    name = jwt.get_unverified_header(token).get("kid")
    usable = [key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if key.public_key_use in (None, "sig")]
    found = [key for key in usable if name is None or key.key_id == name]
    if len(found) != 1:
        raise UnknownKey("the ID token's key is not among the provider's keys")
    return found[0]
