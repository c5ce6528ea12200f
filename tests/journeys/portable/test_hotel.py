"""The demo's hotel leaves in one file, and comes into another sandbox as it was."""

from __future__ import annotations

from typing import Any

import pytest

from events.models import Event
from journeyorch.access.models import Sandbox
from journeyorch.portable import files
from journeyorch.portable.exporting import export
from journeyorch.portable.importing import Conflicts, Outcome, Terms, import_, preview
from journeys import publishing
from journeys.demo.hotel import Addresses, load_hotel
from journeys.models import Journey
from journeys.portable import latest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hotel() -> Any:
    load_hotel(Addresses("https://catcher.example", "https://reservations.example"))
    return export(Journey.objects.all())


@pytest.fixture
def other() -> Sandbox:
    return Sandbox.objects.create(name="other", title="Other")


def test_everything_that_the_journey_needs_is_in_the_file(hotel: Any) -> None:
    names = {kind: [one.get("name") for one in part] for kind, part in hotel.items() if kind != "journeyorch"}
    assert names == {
        "schemas": ["Hotel guest", "Hotel visit"],
        "data_sources": ["Reservations"],
        "events": ["LobbyBeacon", "RestaurantBeacon"],
        "channels": ["Email", "Push"],
        "templates": ["Welcome", "Meal discount", "Room rates", "Become a member"],
        "journeys": ["Hotel welcome"],
    }


@pytest.mark.parametrize("format", files.FORMATS)
def test_the_file_makes_the_same_in_another_sandbox(hotel: Any, other: Sandbox, format: str) -> None:
    content = files.read(files.write(hotel, format=format).encode())
    plan = import_(other, content, Terms())

    assert [(item.key, item.flaws) for item in plan.items if item.outcome != Outcome.CREATED] == []
    made = Journey.objects.get(sandbox=other)
    assert export([made]) == hotel
    assert [one for one in publishing.check(latest_of(made)) if one.is_error] == []
    assert Event.objects.filter(sandbox=other).exclude(event_id=None).count() == 2, "with ids of their own"


def test_a_second_import_finds_everything_there(hotel: Any, other: Sandbox) -> None:
    import_(other, hotel, Terms())
    plan = import_(other, hotel, Terms())
    assert {item.outcome for item in plan.items} == {Outcome.KEPT}
    assert not any(item.differs for item in plan.items)


def test_a_preview_says_what_would_happen_and_changes_nothing(hotel: Any, other: Sandbox) -> None:
    generation = other.generation
    plan = preview(other, hotel, Terms())
    other.refresh_from_db()

    assert plan.possible
    assert {item.outcome for item in plan.items} == {Outcome.CREATED}
    assert not Journey.objects.filter(sandbox=other).exists()
    assert other.generation > generation, "what was remembered of it meanwhile is never used"


CHANGED = "Greets guests otherwise."


@pytest.mark.parametrize(
    ("conflicts", "outcome", "names"),
    [
        (Conflicts.REFUSE, Outcome.CONFLICT, {"Hotel welcome"}),
        (Conflicts.KEEP, Outcome.KEPT, {"Hotel welcome"}),
        (Conflicts.REPLACE, Outcome.REPLACED, {"Hotel welcome"}),
        (Conflicts.COPY, Outcome.COPIED, {"Hotel welcome", "Hotel welcome – copy"}),
    ],
)
def test_what_is_called_the_same_is_a_conflict(
    hotel: Any, other: Sandbox, conflicts: Conflicts, outcome: Outcome, names: set[str]
) -> None:
    import_(other, hotel, Terms())
    hotel["journeys"][0]["description"] = CHANGED
    plan = import_(other, hotel, Terms(conflicts))

    assert plan.items[-1].outcome == outcome
    assert plan.possible == (conflicts != Conflicts.REFUSE)
    found = Journey.objects.filter(sandbox=other).values_list("name", "description")
    assert {name for name, _ in found} == names
    assert (CHANGED in {text for _, text in found}) == (outcome in (Outcome.REPLACED, Outcome.COPIED))


def test_one_bad_document_keeps_all_others_out(hotel: Any, other: Sandbox) -> None:
    hotel["events"][1]["schema"] = "No such schema"
    plan = import_(other, hotel, Terms())

    assert [flaw.pointer for flaw in plan.flaws] == ["/events/1/schema"]
    assert not Event.objects.filter(sandbox=other).exists()


def test_nobody_imports_what_they_may_not_create(hotel: Any, other: Sandbox) -> None:
    plan = import_(other, hotel, Terms(may=lambda permission: permission != "actions.add_channel"))
    assert [flaw.pointer for flaw in plan.flaws] == ["/channels/0", "/channels/1"]
