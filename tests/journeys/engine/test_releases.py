"""Two releases side by side: each goes on with what the other has left of people inside journeys.

While an upgrade rolls over several hosts, workers of both move the same people. What a release leaves is in
rows: where people stand, calls with their frozen requests, inputs of lanes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from events.models import ReceivedEvent
from journeys.models import Call, Instance, StepEvent
from tests.journeys.engine.hotel import CAME_BY, Hotel
from tests.journeys.engine.releases import differences, restore, rows_of

# Releases are only ever added: each has left people with rows of this form.
LEFT = json.loads((Path(__file__).parent / "cases" / "rows.json").read_text())
STAY = ["lobby>next", "tell>next", "hold>next", "end>"]
WELCOME = ["book>next", "text>next", "failed>next", "end>"]
PATHS = {
    **dict.fromkeys(("anna", "berta", "carla", "dora", "emil"), STAY),
    "fritz": ["lobby>next", "tell>", "tell>reopened", "tell>next", "hold>next", "end>"],
    "gina": WELCOME,
    "hans": ["rich>next", "end>"],
    "ida": ["leave>next", "jump>next", "end>", "dine>next", "end>"],
    "jan": ["ask>next", "rooms>free", "end>"],
    "klara": WELCOME[:2],  # nothing has become of her message so far
}


@pytest.fixture
def hotel(db: None) -> Hotel:
    return Hotel()


def paths() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {person: [] for person in PATHS}
    for step in StepEvent.objects.order_by("pk"):
        found[step.person_id].append(f"{step.activity}>{step.path}")
    return found


@pytest.mark.parametrize("left", LEFT, ids=[one["written"] for one in LEFT])
def test_whoever_an_older_release_has_left_goes_on(hotel: Hotel, left: dict[str, Any]) -> None:
    for person in CAME_BY:
        hotel.come(person)
    ReceivedEvent.objects.update(routed=True)
    restore(hotel, left["rows"])
    hotel.pass_time(seconds=1)
    with hotel.answering():
        hotel.go_on()

    assert paths() == PATHS
    frozen = Call.objects.filter(person_id__in=("dora", "klara")).values_list("pk", flat=True)
    assert {request.header("Idempotency-Key") for request in hotel.sent} >= set(map(str, frozen))
    assert sorted(request.url for request in hotel.sent) == [
        "https://api.example.org/rooms",
        "https://api.example.org/sms",
        *["https://api.example.org/tell"] * 4,  # Anna, Dora, Emil, and Fritz once more
    ]


def test_an_older_release_finds_all_that_it_wrote_in_what_is_written_today(hotel: Hotel) -> None:
    """It may find more: what it does not know it leaves alone."""
    with hotel.answering():
        hotel.bring_people()

        assert list(differences(LEFT[-1]["rows"], rows_of(hotel))) == []
        hotel.go_on()

    assert paths() == PATHS
    assert not Instance.objects.filter(status=Instance.Status.ERROR).exists()
