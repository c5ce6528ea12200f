"""When two identity values are the same one (architecture.md, Tables)."""

from __future__ import annotations

_EMAIL = "Email"


def canonical(namespace: str, value: str) -> str:
    """The form in which an identity is stored, compared, and assigned to a lane.

    E-mail addresses are trimmed and lower-cased, everything else is taken exactly. It depends on the code
    alone, never on configuration: otherwise a change of a namespace would move people to other lanes while
    their events wait there.
    """
    return value.strip().lower() if namespace == _EMAIL else value
