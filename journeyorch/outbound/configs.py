"""Configurations kept in memory, as fresh as their sandbox's generation (engine.md, Waves)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from journeyorch import bulk
from journeyorch.bulk import Column

Loaded = TypeVar("Loaded")
# Asked for with every batch of calls.
_ID, _GENERATION = Column("id", "bigint"), Column("generation", "bigint")


_caches: list[ConfigCache[Any]] = []


def forget_all() -> None:
    """Drop what all caches of the process hold; see ``ConfigCache.forget``."""
    for cache in _caches:
        cache.forget()


#: Generations that have been asked for in the ``one_look`` that goes on.
_looked: ContextVar[dict[int, int] | None] = ContextVar("looked", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """In this block a sandbox's generation is asked for once: by it, all of a batch is done alike."""
    token = _looked.set({})
    try:
        yield
    finally:
        _looked.reset(token)


def _generations(sandbox_ids: Collection[int]) -> dict[int, int]:
    looked = _looked.get()
    known = {} if looked is None else looked
    if missing := sorted(set(sandbox_ids) - known.keys()):
        known.update(bulk.by_ids("access_sandbox", _ID, missing, [_ID, _GENERATION]))
    return {sandbox_id: known[sandbox_id] for sandbox_id in sandbox_ids if sandbox_id in known}


class ConfigCache(Generic[Loaded]):
    """What ``load`` reads for a whole sandbox, read again when the sandbox's generation has moved."""

    def __init__(self, load: Callable[[int], Loaded]) -> None:
        self._load = load
        self._kept: dict[int, tuple[int, Loaded]] = {}
        _caches.append(self)

    def current(self, sandbox_ids: Collection[int]) -> dict[int, Loaded]:
        """The present configuration of each sandbox: one query if nothing changed."""
        generations = _generations(sandbox_ids)
        return {
            sandbox_id: self._at(sandbox_id, generation) for sandbox_id, generation in generations.items()
        }

    def latest(self, sandbox_id: int) -> Loaded | None:
        """What was loaded last, without asking whether it changed; None if the sandbox is gone."""
        kept = self._kept.get(sandbox_id)
        return kept[1] if kept else self.current([sandbox_id]).get(sandbox_id)

    def forget(self) -> None:
        """Drop everything: for tests, whose generations repeat when their transactions are rolled back."""
        self._kept.clear()

    def _at(self, sandbox_id: int, generation: int) -> Loaded:
        kept = self._kept.get(sandbox_id)
        if kept is None or kept[0] != generation:
            # A change between the generation and this reading only means that it is read once more.
            kept = self._kept[sandbox_id] = generation, self._load(sandbox_id)
        return kept[1]
