"""Durations as texts: what java.time reads, and nothing else (expressions.md, Values)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from journeyorch.expressions import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds", "printed"),
    [
        ("PT15M", 900, "PT15M"),
        ("P1D", 86_400, "PT24H"),
        ("P1DT2H3M4.5S", 93_784.5, "PT26H3M4.5S"),
        ("-P1D", -86_400, "PT-24H"),
        ("PT-1H", -3_600, "PT-1H"),
        ("-PT-1H", 3_600, "PT1H"),
        ("+PT+1H-1M", 3_540, "PT59M"),
        ("pt1,25s", 1.25, "PT1.25S"),
        ("PT-0.5S", -0.5, "PT-0.5S"),
        ("PT0.0009S", 0, "PT0S"),
        ("PT1.S", 1, "PT1S"),
        ("P0D", 0, "PT0S"),
        ("PT90061.001S", 90_061.001, "PT25H1M1.001S"),
    ],
)
def test_duration_is_read_and_printed(text, seconds, printed):
    duration = parse_duration(text)

    assert duration == timedelta(seconds=seconds)
    assert format_duration(duration) == printed


NO_DURATIONS = [
    *(
        "",
        "P",
        "PT",
        "P1DT",
        "P1H",
        "P1M",
        "P1Y",
        "P1W",
        "PT1H1H",
        "PT1S1M",
        "PT.5S",
        "1H",
        "PT1.5H",
        "P1.5D",
    ),
    *(" PT1H", "PT1H ", "P-", "PT--1H", "--PT1H", "PT٣S", "PT1.1234567890S"),
    *("P99999999999999999999D", "P999999999999D"),
]


@pytest.mark.parametrize("text", NO_DURATIONS)
def test_other_texts_are_no_durations(text):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_duration(text)
