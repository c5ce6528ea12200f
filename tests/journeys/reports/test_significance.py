"""The test of two proportions, against Pearson's chi-squared and the tables of the normal distribution."""

from __future__ import annotations

from statistics import NormalDist

import pytest

from journeys.reports.figures.significance import Sample, compare, two_sided


@pytest.mark.parametrize(
    ("sample", "base"),
    [
        (Sample(6, 40), Sample(12, 40)),
        (Sample(120, 1000), Sample(90, 1000)),
        (Sample(50, 200), Sample(700, 2100)),
        (Sample(9_990, 10_000), Sample(9_970, 10_000)),
    ],
)
def test_it_is_pearsons_test_of_a_table_of_four(sample: Sample, base: Sample) -> None:
    """The square of z is Pearson's chi-squared of the table, without a correction for continuity."""
    hits, misses = sample.hits, sample.of - sample.hits
    base_hits, base_misses = base.hits, base.of - base.hits
    everything = sample.of + base.of
    chi_squared = (
        everything
        * (hits * base_misses - misses * base_hits) ** 2
        / (sample.of * base.of * (hits + base_hits) * (misses + base_misses))
    )

    found = compare(sample, base)

    assert found is not None
    assert found.z**2 == pytest.approx(chi_squared)
    assert found.p == pytest.approx(2 * NormalDist().cdf(-abs(found.z)))
    assert (found.z > 0) == (sample.hits / sample.of > base.hits / base.of)


@pytest.mark.parametrize(("z", "p"), [(1.959964, 0.05), (2.575829, 0.01), (3.290527, 0.001), (0.0, 1.0)])
def test_the_usual_levels_are_where_tables_of_the_normal_distribution_have_them(z: float, p: float) -> None:
    assert two_sided(z) == pytest.approx(p, rel=1e-5)
    assert two_sided(-z) == pytest.approx(p, rel=1e-5)


def test_the_confidence_interval_is_that_of_the_difference() -> None:
    """0.03 ± 1.96 standard errors, each share with its own spread."""
    found = compare(Sample(120, 1000), Sample(90, 1000))

    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.003162, 0.056838), abs=1e-6)


@pytest.mark.parametrize("sample", [Sample(0, 0), Sample(4, 100), Sample(97, 100), Sample(0, 1000)])
def test_of_too_few_nothing_is_said(sample: Sample) -> None:
    assert compare(sample, Sample(50, 100)) is None
    assert compare(Sample(50, 100), sample) is None


def test_several_comparisons_are_held_to_a_stricter_level() -> None:
    found = compare(Sample(120, 1000), Sample(90, 1000))

    assert found is not None
    assert found.is_significant()
    assert not found.is_significant(comparisons=2)
