"""Reports that people put together: which panels make sense, what they add up, how rows and series stand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from journeys.reports.custom.definition import Panel, read_definition
from journeys.reports.custom.tables import series_of, tell


def panel(**given: Any) -> Panel:
    return Panel.model_validate({"metrics": ["entered"], **given})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"metrics": []}, "at least 1"),
        ({"metrics": ["wealth"]}, "no metric"),
        ({"metrics": ["entered", "entered"]}, "once"),
        ({"dimensions": ["day", "week"]}, "one of hour"),
        ({"dimensions": ["colour"]}, "dimensions"),
        ({"sort": "failed"}, "Sort by"),
        ({"dimensions": ["path"], "metrics": ["sent"]}, "not told by path"),
        ({"dimensions": ["errorType"], "metrics": ["errors", "entered"]}, "only errors"),
        ({"dimensions": ["path"], "metrics": ["fetches"]}, "not told by path"),
        ({"dimensions": ["errorType"], "metrics": ["fetches"]}, "only failed fetches"),
        ({"dimensions": ["dataSource"], "metrics": ["fetches", "entered"]}, "only fetches"),
        ({"dimensions": ["domain", "device"], "metrics": ["opened"]}, "one of variant"),
        ({"dimensions": ["domain"]}, "only messages"),
        ({"dimensions": ["link"], "metrics": ["clicked", "clickRate"]}, "told: Unique clicks"),
        ({"dimensions": ["device"], "metrics": ["sent"]}, "Unique opens and Unique clicks"),
        ({"hidden": ["entered"]}, "to be seen"),
        ({"period": "3"}, "period"),
        ({"first": "2026-01-01"}, "both days"),
        ({"first": "2026-02-01", "last": "2026-01-01"}, "must not be after"),
        ({"dimensions": ["hour"], "period": "90"}, "By the hour"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_panel_that_makes_no_sense_says_why(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        panel(**given)


def test_a_stored_definition_that_cannot_be_read_is_a_plain_panel() -> None:
    assert [one.metrics for one in read_definition({"panels": "?"}).panels] == [["entered"]]


ROWS = {
    ("b", "2026-01-02"): Counter(entered=5, completed=1, failed=1),
    ("A", "2026-01-02"): Counter(entered=7),
    ("A", "2026-01-01"): Counter(entered=2, completed=2),
}
ORDER = ["2026-01-01", "2026-01-02", "2026-01-03"]


def test_rows_are_in_the_order_of_names_and_time() -> None:
    told = tell(panel(dimensions=["journey", "day"]), ROWS, ORDER)

    assert [line.names for line in told.lines] == [
        ("A", "2026-01-01"), ("A", "2026-01-02"), ("b", "2026-01-02"),
    ]  # fmt: skip
    assert told.totals == (14,)


def test_rows_can_be_sorted_by_a_column_and_what_has_no_value_comes_last() -> None:
    asked = panel(dimensions=["journey", "day"], metrics=["entered", "completionRate"], sort="completionRate")

    told = tell(asked, ROWS, ORDER)

    assert [line.numbers for line in told.lines] == [(2, 1.0), (5, 0.5), (7, None)]
    assert told.totals == (14, 0.75)  # of all, not the mean of the rows
    upwards = tell(asked.model_copy(update={"descending": False}), ROWS, ORDER)
    assert [line.numbers[1] for line in upwards.lines] == [0.5, 1.0, None]


def test_a_chart_over_time_has_a_series_for_each_other_value_and_a_point_for_each_day() -> None:
    asked = panel(dimensions=["journey", "day"])

    axis, series = series_of(asked, tell(asked, ROWS, ORDER), ["Entered"])

    assert axis == ORDER
    assert [(one.name, list(one.values)) for one in series] == [("A", [2, 7, 0]), ("b", [0, 5, 0])]


def test_a_chart_of_one_dimension_has_a_series_for_each_metric_of_the_same_kind() -> None:
    asked = panel(dimensions=["journey"], metrics=["entered", "failed", "completionRate"])
    rows = {("A",): ROWS["A", "2026-01-01"], ("b",): ROWS["b", "2026-01-02"]}

    axis, series = series_of(asked, tell(asked, rows, []), ["Entered", "Failed", "Completion rate"])

    assert axis == ["A", "b"]
    assert [(one.name, list(one.values)) for one in series] == [("Entered", [2, 5]), ("Failed", [0, 1])]
