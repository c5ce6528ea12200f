"""The page of a version: drawing, figures, people."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from journeys.models import JourneyVersion, StepCount, StepEvent
from tests.journeys.views.conftest import MORNING, drawing

Status = StepEvent.Status


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def counted(
    version, activity: str, path: str, status: int, n: int, *, lane: int = 1, hour: datetime = MORNING
) -> None:
    StepCount.objects.create(
        version=version, activity=activity, path=path, status=status, hour=hour, lane_id=lane, n=n
    )


def test_every_step_is_a_link_to_the_people_there(reader, live):
    page = reader.get(f"/versions/{live.uid}/").content.decode()
    for activity in drawing()["activities"]:
        assert f'href="/versions/{live.uid}/people/?activity={activity}&amp;status=0"' in page


def test_steps_have_a_text_that_says_what_and_how_many(reader, live, person):
    person("anna@example.com")
    page = reader.get(f"/versions/{live.uid}/").content.decode()
    assert 'aria-label="Cool down, Wait · 1 h. 1 person is here."' in page


def test_the_drawing_needs_no_inline_style_or_script(reader, live):
    page = reader.get(f"/versions/{live.uid}/").content.decode()
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*src=)", page)


def test_the_outline_names_every_step_once_and_every_path(reader, live):
    lines = reader.get(f"/versions/{live.uid}/").context["outline"]
    assert [line.step.id for line in lines if line.kind == "step"] == ["in", "pause", "which", "end"]
    assert [line.label for line in lines if line.kind == "path"] == ["VIP", "Other cases"]


def test_figures_are_sums_over_hours_and_lanes(reader, live, person):
    counted(live, "in", "next", Status.TRANSITIONS, 10)
    counted(live, "in", "next", Status.TRANSITIONS, 5, lane=2)
    counted(live, "which", "vip", Status.TRANSITIONS, 9)
    counted(live, "which", "", Status.ERROR, 2)
    counted(live, "", "alreadyInside", Status.DISCARDED, 4)
    person("anna@example.com")
    counts = reader.get(f"/versions/{live.uid}/").context["counts"]
    assert (counts.entered, counts.inside, counts.failed, counts.discarded, counts.finished) == (
        15,
        1,
        2,
        4,
        12,
    )
    assert counts.paths["which", "vip"] == 9
    assert counts.errors == {"which": 2}
    assert counts.here == {"pause": 1}


def test_counts_are_sent_once_and_then_only_when_they_change(reader, live, person):
    first = reader.get(f"/versions/{live.uid}/counts/")
    assert first.json() == {"status": "live", "counts": first.json()["counts"]}
    assert first.json()["counts"]["total:inside"] == 0
    again = reader.get(f"/versions/{live.uid}/counts/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    person("anna@example.com")
    cache.clear()
    changed = reader.get(f"/versions/{live.uid}/counts/", headers={"If-None-Match": first["ETag"]})
    assert changed.json()["counts"]["here:pause"] == 1


def test_figures_of_the_last_days_leave_out_what_was_before(reader, live, person):
    person("anna@example.com")
    counted(live, "in", "next", Status.TRANSITIONS, 10)
    StepCount.objects.update(hour=timezone.now() - timedelta(days=3))
    counted(live, "in", "next", Status.TRANSITIONS, 5, hour=timezone.now())
    figures = {
        days: reader.get(f"/versions/{live.uid}/counts/?days={days}").json()["counts"]
        for days in ("", "1", "7", "x")
    }
    assert {days: each["path:in:next"] for days, each in figures.items()} == {
        "": 15,
        "1": 5,
        "7": 15,
        "x": 15,
    }
    assert {each["here:pause"] for each in figures.values()} == {1}


def test_the_page_needs_few_queries(reader, live, person):
    for number in range(20):
        person(f"{number}@example.com")
    with CaptureQueriesContext(connection) as queries:
        reader.get(f"/versions/{live.uid}/")
    assert len(queries) <= 12


def test_a_draft_shows_what_keeps_it_from_being_published(reader, draft):
    document = drawing()
    document["activities"]["lost"] = {"kind": "wait", "config": {"duration": "PT1H"}}
    JourneyVersion.objects.filter(pk=draft.pk).update(document=document)
    page = reader.get(f"/versions/{draft.uid}/").content.decode()
    assert "1 error keeps this draft from being published" in page
    assert "ERR_JOURNEY_NOT_CONNECTED" in page
    assert 'href="#step-lost"' in page


@pytest.mark.parametrize("document", [{}, {"activities": 3}, [], {"activities": {"a": {"kind": "gone"}}}])
def test_a_definition_that_cannot_be_read_is_a_problem_and_no_failure(reader, draft, document):
    JourneyVersion.objects.filter(pk=draft.pk).update(document=document)
    for part in ("", "people/", "details/", "counts/"):
        assert reader.get(f"/versions/{draft.uid}/{part}").status_code == 200
    assert reader.get(f"/versions/{draft.uid}/").context["problems"]


def test_a_journey_leads_to_its_latest_version(reader, live):
    assert reader.get(f"/journeys/{live.journey.uid}/").url == f"/versions/{live.uid}/"


# --- People ---------------------------------------------------------------------------------------


def shown(answer) -> list[str]:
    return [instance.person_id for instance, *_ in answer.context["rows"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["c@x.org", "b@x.org", "a@x.org"]),
        ("activity=which", ["b@x.org"]),
        ("status=1", ["a@x.org"]),
        ("q=B@X.org", ["b@x.org"]),
        ("q=b", []),
        ("q=b@x.org%00", []),
        ("activity=which%00", []),
        ("status=nonsense&after=nonsense", ["c@x.org", "b@x.org", "a@x.org"]),
    ],
)
def test_people_are_found_by_step_status_and_id(reader, live, person, query, expected):
    person("a@x.org", hours=1, status=1, position=3, ended_at=MORNING)
    person("b@x.org", hours=2, activity="which")
    person("c@x.org", hours=3)
    assert shown(reader.get(f"/versions/{live.uid}/people/?{query}")) == expected


def test_pages_of_people_neither_repeat_nor_lose_anybody(reader, live, person):
    for number in range(120):
        person(f"{number}@x.org", hours=number // 10)  # many of the same moment
    seen: list[str] = []
    address = f"/versions/{live.uid}/people/"
    following = ""
    while following is not None:
        answer = reader.get(address, {"after": str(following)} if following else {})
        seen += shown(answer)
        following = answer.context["following"]
    assert len(seen) == 120
    assert len(set(seen)) == 120


def test_a_step_that_the_drawing_no_longer_has_is_named_by_its_id(reader, live, person):
    person("a@x.org", activity="removed")
    assert "removed" in reader.get(f"/versions/{live.uid}/people/").content.decode()


def test_an_unknown_journey_is_404(reader, sandbox):
    assert reader.get(f"/journeys/{uuid.uuid4()}/").status_code == 404
