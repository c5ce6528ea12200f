"""Durations in a histogram: nothing falls out of it, and what is read back is at most an eighth off."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from journeys.durations import MOST_BUCKETS, bucket_of, least_of, percentile


def milliseconds(n: int) -> timedelta:
    return timedelta(milliseconds=n)


def test_buckets_follow_each_other_without_a_gap() -> None:
    bounds = [least_of(bucket) for bucket in range(MOST_BUCKETS)]

    assert bounds == sorted(set(bounds))
    assert [bucket_of(milliseconds(least)) for least in bounds] == list(range(MOST_BUCKETS))
    assert [bucket_of(milliseconds(least - 1)) for least in bounds[1:]] == list(range(MOST_BUCKETS - 1))


@pytest.mark.parametrize(
    ("duration", "bucket"),
    [
        (timedelta(seconds=-1), 0),
        (timedelta(microseconds=999), 0),
        (milliseconds(7), 7),
        (milliseconds(8), 8),
        (milliseconds(15), 11),
        (milliseconds(16), 12),
        (timedelta(days=100_000), MOST_BUCKETS - 1),
    ],
)
def test_a_duration_has_its_bucket(duration: timedelta, bucket: int) -> None:
    assert bucket_of(duration) == bucket


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_percentiles_are_at_most_an_eighth_off(share: float) -> None:
    durations = [milliseconds(3 * n * n) for n in range(1, 400)]
    exact = durations[round(len(durations) * share) - 1]

    found = percentile(Counter(map(bucket_of, durations)), share)

    assert found is not None
    assert abs(found - exact) <= exact / 8


def test_nothing_has_no_percentile_and_instants_take_no_time() -> None:
    assert percentile({}, 0.5) is None
    assert percentile({3: 0}, 0.5) is None
    assert percentile({0: 10, bucket_of(timedelta(hours=1)): 1}, 0.5) == timedelta(0)
