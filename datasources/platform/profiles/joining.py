"""Which profiles become one when an event names several of them (technical.md, Namespaces). Pure.

An identity is **weak** if it belongs to a thing that several people may use: a cookie, a device, or a
namespace of unknown kind. A profile is **known** if any identity of it is not weak. Two known profiles are
never joined by a weak identity alone: that is how a shared browser would make one person of a family.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from datasources.platform.namespaces.standard import NamespaceInfo

_STRONG_KINDS = {"email", "phone", "cross-device"}


class Choice(NamedTuple):
    """To whom an event belongs, and who becomes the same person by it."""

    winner: int
    losers: tuple[int, ...]


def is_weak(namespace: str, namespaces: Mapping[str, NamespaceInfo]) -> bool:
    info = namespaces.get(namespace)
    return info is None or info.kind not in _STRONG_KINDS


def choose(named: Mapping[int, bool], *, known: Collection[int], primary: int | None) -> Choice:
    """Decide among the profiles that an event's identities name (at least one).

    ``named``: by profile id, whether it is named by any identity that is not weak. ``primary``: the profile
    of the primary identity. The oldest profile wins, so that two who decide the same find the same.
    """
    if len(named) == 1:
        return Choice(next(iter(named)), ())
    strong = {profile for profile, strongly in named.items() if strongly}
    anonymous = named.keys() - strong - set(known)
    if not strong:
        strong = _one_of(named.keys() - anonymous, primary)
    together = sorted(strong | anonymous)
    return Choice(together[0], tuple(together[1:]))


def _one_of(candidates: Collection[int], primary: int | None) -> set[int]:
    """Of several known people named weakly, the event belongs to one: the primary's, else the oldest."""
    if not candidates:
        return set()
    return {primary if primary is not None and primary in candidates else min(candidates)}
