"""How many calls a throttle lets out, when."""

from __future__ import annotations

import pytest

from journeyorch.outbound.protection.windows import (
    WINDOW_MS,
    WINDOWS,
    Window,
    room,
    slots_of,
    until_next,
    with_taken,
)


@pytest.mark.parametrize("per_second", [200, 201, 205, 999, 1000, 4999, 5000])
def test_the_windows_of_a_second_have_its_slots_between_them(per_second: int) -> None:
    second = [slots_of(per_second, 12345 * WINDOWS + nth) for nth in range(WINDOWS)]

    assert sum(second) == per_second
    assert max(second) - min(second) <= 1


@pytest.mark.parametrize(
    ("window", "now_ms", "left"),
    [
        (Window(0, 0), 50_000, 20),  # never used
        (Window(50_000, 0), 50_000, 20),
        (Window(50_000, 7), 50_099, 13),  # the same window
        (Window(50_000, 20), 50_099, 0),
        (Window(50_000, 25), 50_099, 0),  # fewer a second than before
        (Window(50_000, 20), 50_100, 20),  # the next one
        (Window(50_099, 20), 50_100, 20),
        (Window(50_100, 3), 50_099, 0),  # the clock was set back
    ],
)
def test_what_is_left_of_a_window(window: Window, now_ms: int, left: int) -> None:
    assert room(200, window, now_ms) == left


def test_taking_all_there_is_again_and_again_gives_exactly_the_throughput() -> None:
    """Whoever looks every 17 ms for three seconds, as some workers together may do."""
    window, given = Window(0, 0), [0, 0, 0]
    for now_ms in range(60_000, 63_000, 17):
        free = room(205, window, now_ms)
        window = with_taken(window, free, now_ms)
        given[(now_ms - 60_000) // 1000] += free

    assert given == [205, 205, 205]


@pytest.mark.parametrize(("now_ms", "seconds"), [(50_000, 0.1), (50_001, 0.099), (50_099, 0.001)])
def test_how_long_it_is_until_the_next_window(now_ms: int, seconds: float) -> None:
    assert until_next(now_ms) == seconds
    assert room(200, Window(now_ms, 20), now_ms + round(seconds * 1000)) == 20
    assert WINDOW_MS * WINDOWS == 1000
