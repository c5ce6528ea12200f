"""Whether two shares differ by more than chance: the two-sided z-test for two proportions. Pure."""

from __future__ import annotations

import math
from typing import NamedTuple

#: Less than so many hits or misses on either side, and the normal distribution is no good likeness.
FEWEST = 5
#: As unlikely must a difference be by chance alone.
LEVEL = 0.05


class Sample(NamedTuple):
    """So many of so many."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        return self.hits / self.of if self.of else None


class Comparison(NamedTuple):
    """How a sample stands to a base: ``p`` is how likely such a difference would be by chance."""

    z: float
    p: float
    low: float  # 95 % confidence interval of the difference of the shares
    high: float

    def is_significant(self, *, comparisons: int = 1) -> bool:
        """With several comparisons at once each must pass a stricter level (Bonferroni)."""
        return self.p < LEVEL / comparisons


def compare(sample: Sample, base: Sample) -> Comparison | None:
    """None: there are too few to say anything."""
    if not _enough(sample) or not _enough(base):
        return None
    share, base_share = sample.hits / sample.of, base.hits / base.of
    pooled = (sample.hits + base.hits) / (sample.of + base.of)
    z = (share - base_share) / math.sqrt(pooled * (1 - pooled) * (1 / sample.of + 1 / base.of))
    spread = 1.959964 * math.sqrt(share * (1 - share) / sample.of + base_share * (1 - base_share) / base.of)
    difference = share - base_share
    return Comparison(z, two_sided(z), difference - spread, difference + spread)


def two_sided(z: float) -> float:
    """How likely chance alone takes a standard normal variable as far from 0, to either side."""
    return math.erfc(abs(z) / math.sqrt(2))


def _enough(sample: Sample) -> bool:
    return FEWEST <= sample.hits <= sample.of - FEWEST
