"""Quiet hours by the clock of the person's wall."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from actions.contact.quiet import end_of_quiet


@pytest.mark.parametrize(
    ("begin", "end", "zone", "now", "over"),
    [
        # At night, from both sides of midnight; the beginning counts, the end does not.
        ("21:00", "08:00", "Europe/Berlin", "2026-01-10T19:59:59Z", None),
        ("21:00", "08:00", "Europe/Berlin", "2026-01-10T20:00:00Z", "2026-01-11T07:00:00Z"),
        ("21:00", "08:00", "Europe/Berlin", "2026-01-11T06:59:59Z", "2026-01-11T07:00:00Z"),
        ("21:00", "08:00", "Europe/Berlin", "2026-01-11T07:00:00Z", None),
        # The same moment elsewhere.
        ("21:00", "08:00", "America/New_York", "2026-01-10T20:00:00Z", None),
        ("21:00", "08:00", "Asia/Kolkata", "2026-01-10T20:00:00Z", "2026-01-11T02:30:00Z"),
        # Within one day.
        ("12:00", "14:00", "UTC", "2026-01-10T13:00:00Z", "2026-01-10T14:00:00Z"),
        ("12:00", "14:00", "UTC", "2026-01-10T14:00:00Z", None),
        # Until midnight.
        ("21:00", "00:00", "UTC", "2026-12-31T22:00:00Z", "2027-01-01T00:00:00Z"),
        # The night in which the clock is put forward, and the one in which it is put back.
        ("21:00", "08:00", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T06:00:00Z"),
        ("21:00", "08:00", "Europe/Berlin", "2026-10-24T23:00:00Z", "2026-10-25T07:00:00Z"),
        # An end that the clock leaves out, and one that it shows twice.
        ("21:00", "02:30", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T01:30:00Z"),
        ("21:00", "02:30", "Europe/Berlin", "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"),
        ("21:00", "02:30", "Europe/Berlin", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
    ],
)
def test_quiet_hours_end_when_the_persons_clock_says_so(begin, end, zone, now, over):
    found = end_of_quiet(
        time.fromisoformat(begin),
        time.fromisoformat(end),
        zone=ZoneInfo(zone),
        now=datetime.fromisoformat(now),
    )
    assert found == (datetime.fromisoformat(over) if over else None)
