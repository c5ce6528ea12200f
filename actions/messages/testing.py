"""Where messages of tests may go (users.md, Testing)."""

from __future__ import annotations

from collections.abc import Sequence

from journeyorch.access.models import Sandbox


def allowed_addresses(sandbox: Sandbox) -> tuple[str, ...]:
    """The addresses, and domains that begin with "@", that a sandbox allows in tests; none: all. Pure."""
    return tuple(sandbox.test_addresses.split())


def is_allowed(address: str, allowed: Sequence[str]) -> bool:
    """Whether a message of a test may go to this address, as it is sent to. Pure."""
    known = {each.casefold() for each in allowed}
    _, at, domain = address.casefold().rpartition("@")
    return not known or address.casefold() in known or bool(at and f"@{domain}" in known)
