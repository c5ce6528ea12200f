"""Moments on pages, as the reader is used to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from django.utils import translation

from journeyorch.moments import in_cell, in_text

EVENING = datetime(2026, 3, 2, 20, 5, 9, tzinfo=timezone(timedelta(hours=2)))


def test_in_a_sentence_it_has_its_time_zone():
    assert in_text(EVENING) == "03/02/2026 18:05 UTC"
    with translation.override("de"):
        assert in_text(EVENING) == "02.03.2026 18:05 UTC"


def test_that_of_a_wall_clock_has_none():
    assert in_text(datetime.fromisoformat("2026-12-24T18:00")) == "12/24/2026 18:00"


def test_in_a_cell_programs_can_read_it():
    assert in_cell(EVENING.astimezone(UTC)) == (
        '<time datetime="2026-03-02T18:05:09+00:00">03/02/2026 18:05:09</time>'
    )
