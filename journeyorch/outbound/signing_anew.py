"""Another secret for the signatures of something that calls other systems."""

from __future__ import annotations

from typing import Any

from journeyorch.outbound.auth import origin_of
from journeyorch.outbound.secrets import seal
from journeyorch.outbound.signing import new_secret


def sign_anew(row: Any) -> str:
    """Give a row with ``url`` and ``signing`` a new secret, used from now on, and tell it."""
    made = new_secret()
    row.signing = seal(made, bound_to=origin_of(row.url))
    row.save()
    return made
