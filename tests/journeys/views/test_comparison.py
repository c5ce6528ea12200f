"""Two versions side by side, and what will change when one is published."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from journeys import publishing
from journeys.models import JourneyVersion


@pytest.fixture
def second(live: JourneyVersion) -> JourneyVersion:
    """A draft of the next version: another wait, one more step, and one step less."""
    version = publishing.new_version(live, by=None)
    document: dict[str, Any] = version.document
    activities = document["activities"]
    del activities["end"]
    activities["pause"]["config"] = {"duration": "PT2H"}
    activities["which"]["to"] = {"vip": ["later"]}
    activities["later"] = {"kind": "wait", "config": {"duration": "P1D"}}
    publishing.save_draft(version, document, revision=version.revision, by=None)
    version.refresh_from_db()
    return version


CHANGES = [
    "The step “Cool down” is changed: Duration is “PT2H” instead of “PT1H”.",
    "The step “Wait” is new.",
    "The step “Served” is gone.",
    "The path “Condition – VIP” goes to “Wait” and no longer to “Served”.",
]


def test_both_drawings_are_marked_and_the_differences_told(reader: Client, second: JourneyVersion) -> None:
    page = reader.get(f"/versions/{second.uid}/compare/").content.decode()
    assert "From version 1 to version 2" in page
    for sentence in CHANGES:
        assert sentence in page
    for what, n in (("added", 1), ("removed", 1), ("changed", 2)):
        assert page.count(f"step--{what}") == n
    assert page.count("way--moved") == 2


def test_another_version_is_chosen_by_its_number(
    reader: Client, second: JourneyVersion, live: JourneyVersion
) -> None:
    address = f"/versions/{live.uid}/compare/"
    assert "From version 1 to version 2" in reader.get(address, {"with": "2"}).content.decode()
    assert reader.get(address, {"with": "7"}).status_code == 404
    assert reader.get(address, {"with": "x\x00"}).status_code == 404


def test_a_journey_with_one_version_says_so(reader: Client, draft: JourneyVersion) -> None:
    page = reader.get(f"/versions/{draft.uid}/compare/").content.decode()
    assert "This journey has no other version yet." in page


def test_publishing_says_what_will_change(maker: Client, second: JourneyVersion) -> None:
    page = maker.get(f"/versions/{second.uid}/publish/").content.decode()
    moves = maker.get(f"/api/v1/versions/{second.uid}/moves").json()["moves"]
    told = next(move for move in moves if move["name"] == "publish")["changes"]
    assert told["sentences"] == CHANGES
    assert told["url"] == f"/versions/{second.uid}/compare/?with=1"
    assert all(sentence in page for sentence in CHANGES)


def test_a_first_version_changes_nothing(maker: Client, draft: JourneyVersion) -> None:
    moves = maker.get(f"/api/v1/versions/{draft.uid}/moves").json()["moves"]
    assert next(move for move in moves if move["name"] == "publish")["changes"] is None
