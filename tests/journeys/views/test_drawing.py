"""From a layout to what the template draws: names that fit, lines with round corners."""

from __future__ import annotations

import pytest

from journeys.views.drawing import fitted, rounded


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Wait 2 hours", "Wait 2 hours"),
        ("A name that is far too long for a card", "A name that is fa…"),
        ("WWWWWWWWWWWWWWWWWWWW", "WWWWWWWWWW…"),
        ("", ""),
    ],
)
def test_names_are_cut_before_they_leave_their_card(text, shown):
    assert fitted(text, 144, 13) == shown


def test_a_line_that_turns_has_round_corners():
    assert rounded([(0, 0), (20, 0), (20, 40)]) == "M0 0L12 0Q20 0 20 8L20 40"


def test_short_pieces_have_smaller_corners():
    assert rounded([(0, 0), (4, 0), (4, 40)]) == "M0 0L2 0Q4 0 4 8L4 40"
