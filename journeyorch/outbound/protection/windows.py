"""The windows of throttles: how many calls may leave at a moment. Pure.

A second is cut into ten windows, so that what waits leaves evenly and not all at the beginning of the second.
"""

from __future__ import annotations

from typing import NamedTuple

WINDOWS = 10  # in a second
WINDOW_MS = 1000 // WINDOWS


class Window(NamedTuple):
    """How many of a window's slots are taken; ``at_ms``: some moment in it, in ms since 1970."""

    at_ms: int
    taken: int

    @property
    def number(self) -> int:
        return self.at_ms // WINDOW_MS


def slots_of(per_second: int, number: int) -> int:
    """The slots of one window; those of the ten windows of a second add up to ``per_second``."""
    nth = number % WINDOWS
    return per_second * (nth + 1) // WINDOWS - per_second * nth // WINDOWS


def room(per_second: int, window: Window, now_ms: int) -> int:
    """Slots that are left at this moment, when ``window`` was the last in which any were taken.

    None while the clock shows a time before that window: it was set back, and must not give twice.
    """
    present = now_ms // WINDOW_MS
    if present < window.number:
        return 0
    taken = window.taken if present == window.number else 0
    return max(0, slots_of(per_second, present) - taken)


def with_taken(window: Window, count: int, now_ms: int) -> Window:
    """The window after ``count`` more slots were taken at this moment; ``room`` has said that there are."""
    taken = window.taken if now_ms // WINDOW_MS == window.number else 0
    return Window(now_ms, taken + count)


def until_next(now_ms: int) -> float:
    """Seconds until the next window begins."""
    return (WINDOW_MS - now_ms % WINDOW_MS) / 1000
