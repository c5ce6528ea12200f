"""Durations as a histogram that can be added up: median and percentiles of any number of hours. Pure.

Four buckets to each doubling, as in HDR histograms: a value that is read back is at most an eighth off.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

# Every number of milliseconds below is a bucket of its own.
_EXACT = 8
_PARTS = 4
_MILLISECOND = timedelta(milliseconds=1)
#: Longer than anybody can be in a journey.
MOST_BUCKETS = _EXACT + _PARTS * 32


def bucket_of(duration: timedelta) -> int:
    """Which bucket a duration belongs to; 0: less than a millisecond."""
    milliseconds = max(0, duration // _MILLISECOND)
    if milliseconds < _EXACT:
        return milliseconds
    doublings = milliseconds.bit_length() - 3
    part = (milliseconds >> doublings) - _PARTS
    return min(_EXACT + (doublings - 1) * _PARTS + part, MOST_BUCKETS - 1)


def least_of(bucket: int) -> int:
    """The least number of milliseconds in a bucket."""
    if bucket < _EXACT:
        return bucket
    doublings, part = divmod(bucket - _EXACT, _PARTS)
    return (_PARTS + part) << (doublings + 1)


def percentile(buckets: Mapping[int, int], share: float) -> timedelta | None:
    """The duration that ``share`` (0–1) of all are not above; None: there are none.

    As if all were spread evenly inside their bucket.
    """
    wanted = sum(buckets.values()) * share
    passed = 0
    for bucket in sorted(bucket for bucket, n in buckets.items() if n > 0):
        if passed + buckets[bucket] >= wanted:
            least, next_least = least_of(bucket), least_of(bucket + 1)
            inside = (wanted - passed) / buckets[bucket]
            return timedelta(milliseconds=least + (next_least - least) * inside if bucket else 0)
        passed += buckets[bucket]
    return None
