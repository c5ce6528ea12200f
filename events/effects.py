"""What received events have led to: rooms above register what they know, for the lists of this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Effect(NamedTuple):
    """One thing that an event did, in words."""

    text: str
    url: str  # a page of ours that tells more, "" if there is none


#: Gives the effects of received events by their ids; without those that had none.
Provider = Callable[[Sequence[int]], Mapping[int, Sequence[Effect]]]

_providers: list[tuple[str, Provider]] = []


def register(permission: str, provider: Provider) -> None:
    """Tell what ``provider`` gives to whoever has the permission; from an app's ``ready()``."""
    _providers.append((permission, provider))


def effects_of(received: Sequence[int], permissions: Callable[[str], bool]) -> dict[int, list[Effect]]:
    """By the event's id, nothing for one that had none; without events whose effects the user may not see."""
    providers = [provider for permission, provider in _providers if permissions(permission)]
    found: dict[int, list[Effect]] = {id: [] for id in received} if providers else {}
    for provider in providers:
        for id, effects in provider(received).items():
            found[id].extend(effects)
    return found
