"""CSV that a spreadsheet shows and never computes."""

from __future__ import annotations

import csv
import io

import pytest

from journeyorch.spreadsheets import csv_line, unquoted


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_begins_like_a_formula_is_a_text(first: str) -> None:
    text = f"{first}1+1"
    (row,) = csv.reader(io.StringIO(csv_line(["a", text]).decode(), newline=""))
    assert row == ["a", f"'{text}"]
    assert unquoted(row[1]) == text


@pytest.mark.parametrize("text", ["1=1", "a,b", 'say "no"', "'quoted", "", " =1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_line([text, True, None, 2.5]).decode(), newline=""))
    assert row == [text, "true", "", "2.5"]
    assert unquoted(text) == text
