"""What addresses are found by on the suppression list. Pure."""

from __future__ import annotations

import hashlib


def address_hash(kind: str, address: str) -> str:
    """What an address is found by, whatever its letters' case if it is an email address.

    Not a secret: whoever can guess an address can compute it. It keeps a list of erased addresses from being
    readable at sight.
    """
    text = address.strip()
    return hashlib.sha256((text.casefold() if kind == "email" else text).encode()).hexdigest()
