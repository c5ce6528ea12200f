"""Reports of versions and journeys as pages and over the API."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from journeys.models import JourneyVersion, StepEvent
from journeys.reports.figures import sums
from journeys.reports.figures.executed import Executed
from journeys.reports.figures.shape import Thing
from journeys.views.shown_figures import executed, when
from tools import translations

Status = StepEvent.Status
#: What a page of figures may ask, whatever there is.
MOST_QUERIES = 20


@pytest.fixture
def reporter(login) -> Client:
    return login("view_journey", "view_report")


def addresses(version: JourneyVersion) -> list[str]:
    return [
        "/reports/",
        "/reports/executed.csv",
        f"/journeys/{version.journey.uid}/report/",
        f"/versions/{version.uid}/report/",
        f"/versions/{version.uid}/flow/",
        f"/api/v1/reports/figures?version={version.uid}",
    ]


def test_what_nobody_would_read_is_not_added_up(reporter, figures, monkeypatch):
    monkeypatch.setattr(sums, "MOST_ROWS", 1)
    for address in addresses(figures):
        if address.endswith("/flow/"):
            continue  # of one version, without time: its sums are few
        answer = reporter.get(address)
        assert answer.status_code == (400 if ".csv" in address or "/api/" in address else 200)
        assert "That is too much" in answer.content.decode()
        assert "Choose a shorter period" in answer.content.decode() or "/api/" in address


def kpi(page, label: str) -> dict:
    return next(one for one in page.context["kpis"] if one["label"] == label)


def test_a_report_shows_the_period_beside_the_one_before(reporter, figures):
    page = reporter.get(f"/versions/{figures.uid}/report/?period=1")

    assert page.status_code == 200
    entered = kpi(page, "Entered")
    assert (entered["value"], entered["before"], entered["change"]) == ("10", "5", "+100.0 %")
    assert kpi(page, "Completed")["value"] == "6"
    assert kpi(page, "Completion rate")["value"] == "85.7 %"
    assert kpi(page, "Open rate")["value"] == "25.0 %"
    text = page.content.decode()
    assert "badDate × 1" in text
    assert "Ordered × " in text, "the events that came most often"
    assert "the person is already inside" in text
    assert "VIP" in text
    assert '<svg class="chart"' in text


def test_all_versions_and_all_journeys_have_the_same_figures(reporter, figures):
    journey = reporter.get(f"/journeys/{figures.journey.uid}/report/?period=1")
    everything = reporter.get(f"/reports/?period=1&journey={figures.journey.uid}")

    assert kpi(journey, "Entered")["value"] == kpi(everything, "Entered")["value"] == "10"
    assert [part.name for part in journey.context["parts"]] == ["Version 1"]
    assert [part.name for part in everything.context["parts"]] == ["Win back"]


def test_several_journeys_have_their_events_actions_and_fetches(reporter, figures):
    page = reporter.get("/reports/?period=1")
    sections = {section.id: section for section in page.context["sections"]}
    executed = {
        kind.text: (n.text, errors.text, often.text)
        for kind, n, errors, often in sections["categories"].table.rows
    }
    assert executed["Events"] == ("10", "0", "Ordered × 10")
    assert executed["Fetches"] == ("8", "2", "Rooms.Free × 8")
    ((name, n, errors, journeys),) = sections["top-events"].table.rows
    assert (name.text, name.note, n.text, errors.text, journeys.text) == ("Ordered", "Event", "10", "0", "1")

    csv = reporter.get(sections["categories"].download).content.decode().splitlines()
    assert csv[0] == "Kind,Name,Activity,Executed,Errors,Journeys"
    assert "Events,Ordered,Event,10,0,1" in csv
    assert "Fetches,Rooms.Free,,8,2,1" in csv
    told = reporter.get("/api/v1/reports/figures?period=1").json()["executed"]
    assert {"category": "events", "kind": "event", "name": "Ordered", "executed": 10, "errors": 0} in told


def test_what_people_reacted_with_has_words_and_no_code():
    reacted = Executed(Thing("events", "reaction", "clicked"), 3, 0, frozenset({1}))
    version = JourneyVersion(pk=1, journey_id=1)

    with translation.override("de"):
        (row,) = executed(SimpleNamespace(executed=[reacted]), [version])

    assert (row.name, row.kind) == ("Geklickt", "Reaktion")


def test_a_longer_period_adds_up_both_days(reporter, figures):
    assert kpi(reporter.get(f"/versions/{figures.uid}/report/?period=7"), "Entered")["value"] == "15"


def test_the_flow_marks_who_came_and_who_was_lost(reporter, figures):
    page = reporter.get(f"/versions/{figures.uid}/flow/?period=1")

    rows = {row.step.id: row for row in page.context["rows"]}
    assert (rows["pause"].activity.entered, rows["pause"].lost, rows["pause"].lost_share) == (10, 1, "14.3 %")
    text = page.content.decode()
    assert re.search(r'data-count="here:pause" data-n="10"', text)
    assert re.search(r'data-count="errors:pause" data-n="1"', text)
    assert re.search(r'data-count="path:which:vip" data-n="4"', text)


def test_the_api_gives_the_same_figures(reporter, figures):
    answer = reporter.get(f"/api/v1/reports/figures?period=1&version={figures.uid}").json()

    assert {one["name"]: one["value"] for one in answer["figures"]}["entered"] == 10
    assert answer["discards"] == {"alreadyInside": 3}
    pause = next(one for one in answer["activities"] if one["activity"] == "pause")
    assert (pause["entered"], pause["left"], pause["codes"]) == (10, 7, {"badDate": 1})


@pytest.mark.parametrize(
    "query", ["period=2", "from=2026-01-01", "from=2026-02-01&to=2026-01-01", "version=x", "colour=red"]
)
def test_the_api_refuses_what_makes_no_sense(reporter, figures, query):
    assert reporter.get(f"/api/v1/reports/figures?{query}").status_code == 400


def test_pages_have_a_bounded_number_of_queries_and_no_inline_styles(reporter, figures):
    for address in addresses(figures):
        with CaptureQueriesContext(connection) as queries:
            answer = reporter.get(address)
        assert answer.status_code == 200
        assert len(queries) <= MOST_QUERIES, address
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*src=)", answer.content.decode())


def test_reports_need_their_own_permission(reader, figures):
    for address in addresses(figures):
        assert reader.get(address).status_code == 403
    assert "/reports/" not in reader.get("/").content.decode()


def test_an_empty_report_says_so(reporter, live):
    page = reporter.get(f"/versions/{live.uid}/report/")
    assert "Nothing has happened in this period" in page.content.decode()


def test_days_on_charts_are_written_as_in_the_language():
    translations.compile_catalogues()
    moment = datetime(2026, 11, 29, 8, tzinfo=UTC)
    said = []
    for language in ("en", "de"):
        with translation.override(language):
            said.append((when(moment, "day"), when(moment, "hour")))
    assert said == [("29 Nov", "29 Nov 08:00"), ("29. Nov", "29. Nov 08:00")]
