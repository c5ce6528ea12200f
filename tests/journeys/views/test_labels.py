"""Name and labels of a live version."""

from __future__ import annotations

from typing import Any

import pytest

from journeys import labels, publishing
from journeys.definition.document import ActivityDocument
from journeys.definition.layout import ways_of


def given(version: Any, **more: str) -> dict[str, str]:
    values = {"name": "Win back", "description": ""}
    for id, activity in version.document["activities"].items():
        values |= {f"label:{id}": activity["label"], f"about:{id}": activity["description"]}
        for path in activity["config"].get("paths", ()):
            values[f"path:{id}:{path['id']}"] = path["label"]
    return values | more


def test_name_and_labels_of_a_live_version_change_and_nothing_else(maker, live):
    before = live.document
    more = {
        "name": "Win them back",
        "description": "For guests",
        "tags": " vip,, high  season,VIP ",
        "label:pause": "Rest",
        "about:pause": "A day",
    }
    answer = maker.post(f"/versions/{live.uid}/labels/", given(live, **more))
    assert answer.url == f"/versions/{live.uid}/"
    live.refresh_from_db()
    assert (live.journey.name, live.journey.description) == ("Win them back", "For guests")
    assert live.journey.tag_names == ["vip", "high season"]
    pause = live.document["activities"]["pause"]
    assert (pause["label"], pause["description"]) == ("Rest", "A day")
    assert pause["config"] == before["activities"]["pause"]["config"]
    assert live.document["activities"]["in"] == before["activities"]["in"]


def test_a_name_that_is_taken_is_refused_and_nothing_is_changed(maker, live, sandbox):
    publishing.create_journey(sandbox, "Other", by=None)
    answer = maker.post(f"/versions/{live.uid}/labels/", given(live, name="Other", **{"label:pause": "Rest"}))
    assert "There is already a journey “Other”" in answer.content.decode()
    live.refresh_from_db()
    assert live.document["activities"]["pause"]["label"] == "Cool down"


@pytest.mark.parametrize("tags", [["x" * 41], [f"t{number}" for number in range(21)]])
def test_tags_are_few_and_short(live, tags):
    with pytest.raises(publishing.NotAllowed, match=r"at most 20 tags of at most 40 letters"):
        labels.rename_journey(live.journey, name="Win back", description="", tags=tags, by=None)


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_only_a_live_version_is_relabelled(maker, live, status):
    type(live).objects.filter(pk=live.pk).update(status=status)
    answer = maker.post(f"/versions/{live.uid}/labels/", given(live))
    assert "Only a live version is relabelled" in answer.content.decode()


def test_readers_relabel_nothing(reader, live):
    assert reader.get(f"/versions/{live.uid}/labels/").status_code == 403


def test_a_version_that_is_being_stopped_says_how_many_are_left(maker, live, person):
    person("a@x.org")
    publishing.stop(live, by=None)
    assert "Stopping… 1 person is still to be ended." in maker.get(f"/versions/{live.uid}/").content.decode()


def test_labels_of_paths_change_and_where_they_lead_does_not(maker, live):
    page = maker.get(f"/versions/{live.uid}/labels/").content.decode()
    assert 'placeholder="Path 1"' in page  # its name without a label
    maker.post(f"/versions/{live.uid}/labels/", given(live, **{"path:which:vip": "Guests of honour"}))
    live.refresh_from_db()
    which = live.document["activities"]["which"]
    assert which["config"]["paths"] == [{"id": "vip", "label": "Guests of honour", "expression": "true"}]
    assert which["to"] == {"vip": ["end"]}
    assert "Guests of honour" in maker.get(f"/versions/{live.uid}/").content.decode()


def test_labels_of_a_split_are_removed_and_its_parts_stay():
    parts = [{"id": "a", "label": "Half", "percent": 50}, {"id": "b", "percent": 50}]
    split = ActivityDocument(kind="split", config={"parts": parts})
    assert labels.labelled_paths(split) == {"a": "Half", "b": ""}
    assert [way.label for way in ways_of(labels.unlabelled(split))] == ["A · 50 %", "B · 50 %"]


@pytest.mark.parametrize("config", [{}, {"paths": 1}, {"paths": [1]}])
def test_a_condition_that_cannot_be_read_has_no_paths_to_label(config):
    assert labels.labelled_paths(ActivityDocument(kind="condition", config=config)) == {}
