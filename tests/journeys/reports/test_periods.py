"""Periods of reports: days of the sandbox's time zone, and their parts, across changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from journeys.reports.figures.periods import asked, between

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({}, date(2026, 3, 25), date(2026, 3, 31)),
        ({"period": "1"}, date(2026, 3, 31), date(2026, 3, 31)),
        ({"period": "30"}, date(2026, 3, 2), date(2026, 3, 31)),
        ({"from": "2026-01-05", "to": "2026-01-05", "period": "30"}, date(2026, 1, 5), date(2026, 1, 5)),
        ({"from": "2026-02-01", "to": "2026-01-01"}, date(2026, 3, 25), date(2026, 3, 31)),
        ({"from": "0001-01-01", "to": "9999-12-31"}, date(2026, 3, 25), date(2026, 3, 31)),
        ({"from": "x", "period": "x"}, date(2026, 3, 25), date(2026, 3, 31)),
    ],
)
def test_an_address_asks_for_days(given: dict[str, str], first: date, last: date) -> None:
    period = asked(given, now=NOON, zone=BERLIN)

    assert (period.first_day, period.last_day) == (first, last)


def test_the_previous_period_has_as_many_days_and_ends_where_this_one_begins() -> None:
    period = between(date(2026, 3, 27), date(2026, 4, 2), BERLIN)

    before = period.previous()

    assert before.until == period.since
    assert (before.first_day, before.last_day) == (date(2026, 3, 20), date(2026, 3, 26))


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 28), 24)]
)
def test_a_day_on_which_the_clock_is_changed_has_its_own_number_of_hours(day: date, hours: int) -> None:
    parts = between(day, day, BERLIN).parts("hour")

    assert len(parts) == hours
    assert len({part.astimezone(UTC) for part in parts}) == hours


@pytest.mark.parametrize(
    ("first", "last", "unit", "begin"),
    [
        (date(2026, 3, 4), date(2026, 3, 17), "week", [(3, 2), (3, 9), (3, 16)]),
        (date(2026, 1, 31), date(2026, 3, 1), "month", [(1, 1), (2, 1), (3, 1)]),
        (date(2026, 3, 28), date(2026, 3, 30), "day", [(3, 28), (3, 29), (3, 30)]),
    ],
)
def test_parts_begin_with_the_week_the_month_and_the_day(
    first: date, last: date, unit: str, begin: list[tuple[int, int]]
) -> None:
    parts = between(first, last, BERLIN).parts(unit)

    assert [(part.month, part.day) for part in parts] == begin
    assert all(part.utcoffset() == part.replace(hour=0).utcoffset() and part.hour == 0 for part in parts)


@pytest.mark.parametrize(
    ("days", "unit"), [(2, "hour"), (3, "day"), (62, "day"), (90, "week"), (400, "month")]
)
def test_charts_have_a_readable_number_of_points(days: int, unit: str) -> None:
    assert between(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=days - 1), UTC).unit == unit
