"""Time zones by name."""

from __future__ import annotations

from typing import Any

import pytest

from journeyorch.time_zones import zone_of


@pytest.mark.parametrize(
    ("names", "zone"),
    [
        (["Asia/Tokyo", "Europe/Berlin"], "Asia/Tokyo"),
        ([None, "Europe/Berlin"], "Europe/Berlin"),
        (["Middle/Earth", "Europe/Berlin"], "Europe/Berlin"),
        (["../../etc/passwd", "Europe/Berlin"], "Europe/Berlin"),
        (["a\x00b", "Europe/Berlin"], "Europe/Berlin"),
        ([["Asia/Tokyo"], ""], "UTC"),
        (["x" * 5000, "nonsense"], "UTC"),
        ([], "UTC"),
    ],
)
def test_the_first_that_is_known_is_taken(names: list[Any], zone: str) -> None:
    assert zone_of(*names).key == zone
