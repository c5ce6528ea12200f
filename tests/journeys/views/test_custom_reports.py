"""Pages and the API of reports that people put together."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from journeys.models import JourneyVersion, Report
from journeys.reports.figures import sums

#: What a page of figures may ask, whatever there is.
MOST_QUERIES = 20


@pytest.fixture
def manager(login) -> Client:
    return login("view_journey", "view_report", "add_report", "change_report")


def filled(*panels: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A form with these panels."""
    head = {"panel-TOTAL_FORMS": len(panels), "panel-INITIAL_FORMS": 0, "name": "Mine", **fields}
    plain = {"period": "1", "chart": "none", "totals": "on", "descending": "on"}
    for number, panel in enumerate(panels):
        head |= {f"panel-{number}-{name}": value for name, value in {**plain, **panel}.items()}
    return head


BY_ACTIVITY = {"dimensions": ["activity"], "metrics": ["left"], "chart": "bar", "sort": "left"}


def test_a_report_is_put_together_shown_and_downloaded(manager, figures):
    made = manager.post("/reports/custom/new/", filled(BY_ACTIVITY, {"metrics": ["sent"]}, save=""))
    report = Report.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"/reports/custom/{report.uid}/")

    with CaptureQueriesContext(connection) as queries:
        page = manager.get(made["Location"])
    first, second = page.context["panels"]
    assert [[cell.text for cell in row] for row in first.rows][:2] == [["Ordered", "10"], ["Cool down", "7"]]
    assert [cell.text for cell in first.totals] == ["Total", "27"]
    assert first.chart.kind == "bar"
    assert [[cell.text for cell in row] for row in second.rows] == [["8"]]
    assert len(queries) <= MOST_QUERIES

    file = manager.get(f"/reports/custom/{report.uid}/1.csv")
    lines = b"".join(file.streaming_content).decode().split("\r\n")
    assert lines[:2] == ["Activity,Steps passed", "Ordered,10"]
    assert manager.get(f"/reports/custom/{report.uid}/3.csv").status_code == 404


@pytest.mark.parametrize(
    ("panel", "rows"),
    [
        ({"dimensions": ["errorType"], "metrics": ["errors"]}, [["badDate", "1"]]),
        (
            {"dimensions": ["path"], "metrics": ["discarded"], "sort": "discarded"},
            [["the person is already inside", "3"]],
        ),
        (
            {"dimensions": ["day"], "metrics": ["entered"], "period": "7"},
            [["03/30/2026", "5"], ["03/31/2026", "10"]],
        ),
        (
            {"dimensions": ["journey", "month"], "metrics": ["openRate"]},
            [["Win back", "March 2026", "25.0 %"]],
        ),
        ({"metrics": ["failed", "entered"], "hidden": ["failed"], "sort": "failed"}, [["10"]]),
        (
            {"dimensions": ["dataSource"], "metrics": ["fetches", "fetchErrorRate"]},
            [["Rooms", "8", "25.0 %"]],
        ),
        (
            {"dimensions": ["fieldGroup", "errorType"], "metrics": ["fetchErrors"]},
            [["Rooms.Free", "503", "2"]],
        ),
        ({"dimensions": ["domain"], "metrics": ["opened"]}, [["x.org", "2"]]),
        ({"dimensions": ["device"], "metrics": ["opened"]}, [["Phone", "1"]]),
    ],
)  # fmt: skip
def test_a_preview_shows_what_is_not_saved_yet(manager, figures, panel, rows):
    page = manager.post("/reports/custom/new/", filled(panel, preview=""))

    assert [[cell.text for cell in row] for row in page.context["panels"][0].rows][: len(rows)] == rows
    assert not Report.objects.exists()


def test_days_are_written_as_usual_and_in_the_file_so_that_they_sort(manager, figures):
    by_day = {"dimensions": ["day"], "metrics": ["entered"], "period": "7", "chart": "line"}
    made = manager.post("/reports/custom/new/", filled(by_day, save=""))
    (panel,) = manager.get(made["Location"], headers={"Accept-Language": "de"}).context["panels"]
    assert [row[0].text for row in panel.rows] == ["30.03.2026", "31.03.2026"]
    assert panel.chart.columns[-1].label == "31.03.2026"
    file = b"".join(manager.get(f"{made['Location']}1.csv").streaming_content).decode().splitlines()
    assert file[1:] == ["2026-03-30,5", "2026-03-31,10"]


def test_without_a_column_it_is_said_what_to_choose(manager, figures):
    page = manager.post("/reports/custom/new/", filled({"dimensions": ["day"]}))
    assert "There is no column yet; choose at least one." in page.content.decode()
    page = manager.post("/reports/custom/new/", filled())
    assert "choose at least one column of a panel" in page.content.decode()


def test_what_makes_no_sense_stays_in_the_form(manager, figures):
    page = manager.post("/reports/custom/new/", filled({"dimensions": ["day", "week"], "metrics": ["sent"]}))
    assert page.status_code == 422
    assert "Choose one of hour, day, week and month." in page.content.decode()
    assert manager.post("/reports/custom/new/", {"name": "x"}).status_code == 422

    by_device = filled({"dimensions": ["device"], "metrics": ["sent"]})
    page = manager.post("/reports/custom/new/", by_device, HTTP_ACCEPT_LANGUAGE="de")
    assert "gibt es nur: Eindeutige Öffnungen und Eindeutige Klicks." in page.content.decode()


@pytest.fixture
def shared(manager, figures) -> Report:
    manager.post("/reports/custom/new/", filled(BY_ACTIVITY, shared="on"))
    return Report.objects.get()


def test_a_shared_report_is_seen_by_all_and_changed_by_its_owner(manager, login, shared):
    other = login("view_report", "change_report")
    assert shared.name in other.get("/reports/custom/").content.decode()
    address = f"/reports/custom/{shared.uid}/"
    assert other.get(address).status_code == 200
    assert other.post(f"{address}edit/", filled(BY_ACTIVITY, save="")).status_code == 403
    assert other.post(f"{address}delete/").status_code == 403

    other.post(f"{address}edit/", filled(BY_ACTIVITY, **{"name": "My own", "save-as": ""}))
    copy = Report.objects.exclude(pk=shared.pk).get()
    assert (copy.name, copy.shared, copy.owner == shared.owner) == ("My own", False, False)

    assert manager.get(f"/reports/custom/{copy.uid}/").status_code == 404  # not shared
    manager.post(f"{address}edit/", filled({"metrics": ["failed"]}, save=""))
    shared.refresh_from_db()
    assert (shared.shared, shared.definition["panels"][0]["metrics"]) == (False, ["failed"])
    assert manager.post(f"{address}delete/").status_code == 302


def test_whoever_may_only_read_reports_makes_none(login, shared):
    reader = login("view_report")
    assert reader.get(f"/reports/custom/{shared.uid}/").status_code == 200
    assert reader.get("/reports/custom/new/").status_code == 403


def test_too_much_for_one_panel_is_said(manager, figures, monkeypatch):
    monkeypatch.setattr(sums, "MOST_ROWS", 3)
    page = manager.post("/reports/custom/new/", filled(BY_ACTIVITY, preview=""))
    assert "too much for one panel" in page.content.decode()


def test_the_api_gives_the_table_of_a_panel(manager, figures: JourneyVersion):
    body = {"dimensions": ["activity"], "metrics": ["left"], "sort": "left", "period": "1",
            "journeys": [str(figures.journey.uid)]}  # fmt: skip
    answer = manager.post("/api/v1/reports/table", body, content_type="application/json")

    assert answer.status_code == 200
    assert answer.json()["columns"] == ["Activity", "Steps passed"]
    assert answer.json()["rows"][:2] == [["Ordered", 10], ["Cool down", 7]]
    wrong = manager.post("/api/v1/reports/table", {"metrics": ["x"]}, content_type="application/json")
    assert wrong.status_code == 422
