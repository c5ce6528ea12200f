"""Where a configuration is used: the floor knows no users of anything, so they register themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db.models import Model


class Use(NamedTuple):
    """One draft or live journey, or whatever else uses something."""

    label: str
    url: str  # a page of ours, "" if there is none


# Tells where an object of a kind ("field_group", "action", "event", …) is used.
UsageProvider = Callable[[str, Model], Iterable[Use]]

_providers: list[UsageProvider] = []


def register(provider: UsageProvider) -> None:
    """Ask ``provider`` too from now on; from an app's ``ready()``."""
    _providers.append(provider)


def used_in(kind: str, obj: Model) -> list[Use]:
    """Everything that uses a saved object, by label."""
    return sorted(use for provider in _providers for use in provider(kind, obj))
