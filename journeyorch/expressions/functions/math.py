"""Mathematics (expressions.md, Functions)."""

from __future__ import annotations

import math

from ..evaluate import Context
from ..registry import function
from ..values import in_range


@function(examples={"random() < 1": True}, steps=10)
def random(context: Context) -> float:
    """A decimal from 0 up to, but not including, 1."""
    return context.random.random()


@function(name="round", examples={"round(2.5)": 3, "round(-2.5)": -2, "round(7)": 7})
def round_(value: float) -> int:
    """The nearest integer; a half goes up, towards positive infinity."""
    below = math.floor(value)
    # Not floor(value + 0.5): that sum is rounded itself, and takes 0.49999999999999994 to 1.
    return in_range(below + 1 if value - below >= 0.5 else below)


@function(name="round", examples={})
def round_integer(value: int) -> int:
    """An integer is round already."""
    return value
