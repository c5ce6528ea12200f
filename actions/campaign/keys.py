"""The key of a Campaign Standard instance: stored as an authentication by key, and sent beside its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from journeyorch.outbound import auth

_HEADER = "X-Api-Key"


def sealed_key(
    given: Mapping[str, str], *, url: str, stored: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What to store of ``{"value": key}``; without a value what is stored, if it is for this address.

    Raises ``AuthProblem``.
    """
    submitted = {"type": "api_key", "name": _HEADER, **given}
    return auth.seal_config(submitted, stored=stored or {}, origin=auth.origin_of(url))
