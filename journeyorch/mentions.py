"""Where a person appears, for the page about them: rooms above that page register what they know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from journeyorch.privacy.subjects import Subject


class Mention(NamedTuple):
    """One place: a journey that the person is in, a message that was sent."""

    label: str
    url: str  # a page of ours, "" if there is none
    state: str
    at: datetime


#: Gives the latest mentions, newest first, a few at most.
Provider = Callable[[Subject], Sequence[Mention]]

_providers: list[tuple[Any, str, Provider]] = []


def register(title: Any, permission: str, provider: Provider) -> None:
    """Show what ``provider`` gives to whoever has the permission; from an app's ``ready()``."""
    _providers.append((title, permission, provider))


def mentions_of(subject: Subject, permissions: Callable[[str], bool]) -> list[tuple[Any, Sequence[Mention]]]:
    """By title; without those that the user may not see."""
    return [
        (title, provider(subject)) for title, permission, provider in _providers if permissions(permission)
    ]
