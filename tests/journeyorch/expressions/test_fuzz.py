"""The short form of tests/fuzz/expressions.py."""

from __future__ import annotations

import random

from tests.fuzz.expressions import fuzz


def test_nothing_but_values_and_documented_errors_comes_out():
    tally = fuzz(random.Random(20), iter(range(1_500)))

    assert tally.outcomes["value"] > 100
    assert len(tally.outcomes) > 10
