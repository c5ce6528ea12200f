"""How long values have stood still, as seen by one watcher."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

# A watcher that has not looked for so long was itself held up (paused machine, database away): it knows
# nothing about that time, and must not blame others for it.
BLIND_AFTER = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    age: float  # seconds since the key was first seen
    still: float  # seconds of watching since its value last changed


@dataclass(slots=True)
class _Sight:
    value: object
    first: float
    changed: float


class Watch(Generic[Key]):
    """Compares values only with their own earlier ones, so no clock but the watcher's matters."""

    def __init__(self) -> None:
        self._sights: dict[Key, _Sight] = {}
        self._last_look: float | None = None

    def look(self, values: Mapping[Key, object], *, now: float) -> dict[Key, Seen]:
        """Take in the present values (`now` is monotonic, seconds); keys that are missing are forgotten."""
        blind = self._last_look is not None and now - self._last_look > BLIND_AFTER
        self._last_look = now
        self._sights = {key: self._sight(key, value, now, blind) for key, value in values.items()}
        return {key: Seen(now - s.first, now - s.changed) for key, s in self._sights.items()}

    def _sight(self, key: Key, value: object, now: float, blind: bool) -> _Sight:
        before = self._sights.get(key)
        if before is None:
            return _Sight(value, now, now)
        if blind or before.value != value:
            return _Sight(value, before.first, now)
        return before
