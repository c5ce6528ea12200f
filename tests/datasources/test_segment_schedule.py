"""When batch segments are evaluated next, in the time zone of their sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from datasources.platform.segments.schedule import Schedule

VIENNA, KATHMANDU = ZoneInfo("Europe/Vienna"), ZoneInfo("Asia/Kathmandu")
MONDAY, SUNDAY = 0, 6

# every, at, weekday, zone, now, next; 2026-03-29 at 2:00 and 2026-10-25 at 3:00 Vienna's clocks change.
TIMES = [
    ("hour", "00:15", MONDAY, VIENNA, "2026-03-01T12:00", "2026-03-01T12:15"),
    ("hour", "00:15", MONDAY, VIENNA, "2026-03-01T12:15", "2026-03-01T13:15"),
    ("hour", "00:00", MONDAY, KATHMANDU, "2026-03-01T12:00", "2026-03-01T12:15"),
    ("hour", "00:30", MONDAY, VIENNA, "2026-10-25T00:45", "2026-10-25T01:30"),
    ("day", "03:00", MONDAY, VIENNA, "2026-03-01T01:00", "2026-03-01T02:00"),
    ("day", "03:00", MONDAY, VIENNA, "2026-03-01T02:00", "2026-03-02T02:00"),
    ("day", "02:30", MONDAY, VIENNA, "2026-03-28T12:00", "2026-03-29T01:30"),
    ("day", "03:00", MONDAY, VIENNA, "2026-10-24T12:00", "2026-10-25T02:00"),
    ("day", "00:30", MONDAY, VIENNA, "2026-03-01T23:00", "2026-03-01T23:30"),
    ("week", "03:00", SUNDAY, VIENNA, "2026-03-01T01:00", "2026-03-01T02:00"),
    ("week", "03:00", SUNDAY, VIENNA, "2026-03-01T03:00", "2026-03-08T02:00"),
    ("week", "00:30", MONDAY, VIENNA, "2026-03-01T12:00", "2026-03-01T23:30"),
]


@pytest.mark.parametrize(("every", "at", "weekday", "zone", "now", "expected"), TIMES)
def test_the_next_evaluation(
    every: str, at: str, weekday: int, zone: ZoneInfo, now: str, expected: str
) -> None:
    schedule = Schedule(every, time.fromisoformat(at), weekday)
    moment, then = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, expected))

    assert schedule.next_after(moment, zone) == then


def test_without_a_schedule_there_is_none() -> None:
    assert Schedule("", time(3), MONDAY).next_after(datetime(2026, 3, 1, tzinfo=UTC), VIENNA) is None
