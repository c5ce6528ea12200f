"""Charts: everything that is drawn lies inside, and axes have numbers that people like to read."""

from __future__ import annotations

import re

import pytest

from journeys.reports.figures.charts import HEIGHT, MOST_SERIES, WIDTH, Series, chart, nice_top


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 4), (1, 4), (4, 4), (5, 8), (9, 10), (37, 40), (101, 200), (1000, 1000), (4.1e6, 8e6)],
)
def test_the_axis_ends_at_a_round_number_that_is_high_enough(most: float, top: float) -> None:
    assert nice_top(most) == top
    assert nice_top(most) >= most


@pytest.mark.parametrize("kind", ["line", "area", "bar"])
@pytest.mark.parametrize("points", [0, 1, 2, 400])
def test_everything_lies_inside(kind: str, points: int) -> None:
    labels = [f"{at}" for at in range(points)]
    drawn = chart(kind, labels, [Series(f"s{n}", [float(at * n) for at in range(points)]) for n in range(9)])

    assert len(drawn.series) == MOST_SERIES
    for one in drawn.series:
        for x, y in re.findall(r"([\d.]+) ([\d.]+)", one.line + one.area):
            assert 0 <= float(x) <= WIDTH
            assert 0 <= float(y) <= HEIGHT
        for bar in one.bars:
            assert bar.x >= 0
            assert bar.x + bar.width <= WIDTH
            assert bar.y + bar.height <= HEIGHT
    assert len(drawn.columns) <= 8


def test_long_labels_leave_room_for_those_beside_them() -> None:
    labels = ["the person is already inside", "2026-11-28", *"abcdef"]
    cut, day, *_letters = (tick.label for tick in chart("bar", labels, [Series("n", [1.0] * 8)]).columns)
    assert cut.endswith("…")
    assert len(cut) <= 12
    assert day == "2026-11-28"
