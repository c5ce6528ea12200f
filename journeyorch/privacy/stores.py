"""Who keeps something of people. The floor keeps nothing: rooms register their stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from journeyorch.privacy.subjects import Subject

#: Where a store goes on, as JSON; ``None``: from the beginning, or there is no more.
Cursor = Any


class Found(NamedTuple):
    """A batch of an export: (section, value); those of one section come one after the other."""

    items: Sequence[tuple[str, Any]]
    after: Cursor = None


class Erased(NamedTuple):
    """A batch of an erasure: how many rows went."""

    rows: int
    after: Cursor = None


class Store(Protocol):
    """One place where something of people is kept."""

    name: str  # stays the same: it is in cursors

    def export(self, subject: Subject, after: Cursor) -> Found:
        """What is there, a batch that takes a fraction of a second."""

    def erase(self, subject: Subject, after: Cursor) -> Erased:
        """Delete what is there, likewise, inside the caller's transaction."""


_stores: list[Store] = []


def register(store: Store) -> None:
    """Ask ``store`` from now on; from an app's ``ready()``. Upper rooms come later, and are erased first:
    what they keep says which rows of lower rooms are the person's."""
    _stores.append(store)


def stores() -> list[Store]:
    """In the order of erasing."""
    return _stores[::-1]


def following(name: str) -> Store | None:
    """The store after the one of this name; the first for ""."""
    names: Iterator[Store] = iter(stores())
    if name:
        for store in names:
            if store.name == name:
                break
    return next(names, None)


def named(name: str) -> Store | None:
    return next((store for store in stores() if store.name == name), None)
