"""The hotel's journey from nothing to a guest who walks it: by mouse, by keyboard alone, by touch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from events.models import Event
from journeyorch.access.models import Sandbox, User
from journeys import firing
from journeys.activities.base import read_config
from journeys.definition.document import Document
from journeys.demo.catcher import Catcher
from journeys.demo.drawing import welcome_journey
from journeys.demo.hotel import Addresses, load_hotel
from journeys.demo.people import guests
from journeys.demo.reservations import Reservations, reservation_of
from journeys.engine.calls import make_calls_once
from journeys.engine.drain import drain_once
from journeys.engine.lanes import ensure_lanes
from journeys.models import Instance, JourneyVersion

from .hands import Finger, Hand, Keyboard, Mouse, Step

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]

DRAWING = welcome_journey()["activities"]
TESTER = next(guest.crm_id for guest in guests() if guest.is_for_tests)
#: A member with a reservation walks the longest way.
GUEST = next(
    guest.crm_id
    for guest in guests()
    if guest.is_member and not guest.is_for_tests and reservation_of(guest.crm_id)["active"]
)


def condition_of(step: str) -> list[tuple[str, str | bool]]:
    """Label, and its one path."""
    (path,) = DRAWING[step]["config"]["paths"]
    named = [("Label", DRAWING[step]["label"]), ("Label", path["label"])]
    return [*named, ("Condition", path["expression"])]


def end(label: str, *, after: str) -> Step:
    return Step("End", after, [("Label", label)])


#: From the top: so the next free path of a step is the one that is wanted.
HOTEL = [
    Step("LobbyBeacon"),
    Step("Condition", "LobbyBeacon", condition_of("contacted")),
    Step("Condition", "Not contacted lately?, Not in 24 hours", condition_of("member")),
    Step(
        "Condition",
        "Loyalty member?, Member",
        [*condition_of("booked"), ("Add an alternative path in case of a timeout or an error", True)],
    ),
    Step(
        "Push",
        "Reservation?, Has one",
        [("Template", "Welcome"), ("room", DRAWING["welcome"]["config"]["parameters"]["room"])],
    ),
    Step("RestaurantBeacon", "Welcome", [("hours", "6"), ("Add a path for the timeout", True)]),
    Step("Push", "RestaurantBeacon", [("Template", "Meal discount")]),
    end("Discount sent", after="Meal discount"),
    end("Did not come to eat", after="RestaurantBeacon, Timeout 6 h"),
    Step("Push", "Reservation?, Other cases", [("Template", "Room rates")]),
    end("Rates sent", after="Room rates"),
    end("Reservations unreachable", after="Reservation?, On error or timeout"),
    Step("Email", "Loyalty member?, Other cases", [("Template", "Become a member")]),
    end("Membership offered", after="Become a member"),
    end("Contacted lately", after="Not contacted lately?, Other cases"),
]


@pytest.fixture
def catcher(settings: Any) -> Iterator[Catcher]:
    """Where the hotel's messages arrive."""
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with Catcher() as running:
        yield running


@pytest.fixture
def hotel(live_server: Any, catcher: Catcher) -> Iterator[Sandbox]:
    """The demo's sandbox with its reservation system, and somebody who draws."""
    cache.clear()
    with Reservations() as reservations:
        load_hotel(Addresses(catcher.url, reservations.url))
        sandbox = Sandbox.objects.get(name="prod")
        ensure_lanes(sandbox.pk)
        User.objects.create_superuser("anna", password="secret").sandboxes.add(sandbox)
        yield sandbox


@pytest.mark.parametrize("kind", [Mouse, Keyboard, Finger])
def test_the_hotels_journey_is_drawn_tested_published_and_walked(
    kind: type[Hand], open_page: Any, live_server: Any, hotel: Sandbox, catcher: Catcher
) -> None:
    page: Page = open_page(**kind.options)
    hand = kind(page)
    version = begin(hand, live_server.url)

    hand.draw(HOTEL)
    expect(page.locator("[data-saving=saved]")).to_be_attached()
    version.refresh_from_db()
    assert shape(version.document) == shape(welcome_journey())
    expect(page.get_by_text("0 errors")).to_be_attached()

    run_the_test(hand, hotel)
    publish(hand)
    page.wait_for_url(f"**/versions/{version.uid}/")

    page.goto(f"{live_server.url}/versions/{version.uid}/design/")
    send(hotel, "LobbyBeacon", GUEST)
    waiting = page.get_by_role("button", name=re.compile(r"^RestaurantBeacon.*1 person"))
    expect(waiting).to_be_visible()
    send(hotel, "RestaurantBeacon", GUEST)
    expect(waiting).to_have_count(0)
    instance = Instance.objects.get(version=version, person_id=GUEST)
    assert instance.status == Instance.Status.FINISHED
    messages = catcher.box.find(kind="push", to=GUEST)
    assert {message["title"].partition(",")[0] for message in messages} == {"Welcome", "20 % off your meal"}


def begin(hand: Hand, url: str) -> JourneyVersion:
    """Log in, and make a journey."""
    page = hand.page
    page.goto(f"{url}/login/?next=/journeys/new/")
    hand.write(page.get_by_label("Username"), "anna")
    hand.write(page.get_by_label("Password"), "secret")
    hand.press(page.get_by_role("button", name="Log in"))
    hand.write(page.get_by_label("Name"), "Lobby")
    hand.press(page.get_by_role("button", name="Create", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Lobby")
    return JourneyVersion.objects.get(journey__name="Lobby")


def run_the_test(hand: Hand, hotel: Sandbox) -> None:
    """One of the staff goes through it in the test mode."""
    page = hand.page
    hand.begin_test()
    hand.press(page.get_by_role("dialog").get_by_role("button", name="Test"))
    hand.open_trigger()
    pane = page.get_by_role("complementary", name="Test")
    hand.write(pane.get_by_role("combobox", name="Test profile"), TESTER)
    hand.press(pane.get_by_role("button", name="Send"))
    expect(page.get_by_text("The event is sent.").first).to_be_visible()
    work(hotel)
    expect(page.get_by_role("button", name=re.compile(r"^LobbyBeacon.*Passed in the test"))).to_be_attached()
    hand.close_trigger()


def publish(hand: Hand) -> None:
    hand.press(hand.page.get_by_role("button", name="Publish", exact=True))
    hand.press(hand.page.get_by_role("dialog").get_by_role("button", name="Publish"))


def send(hotel: Sandbox, name: str, person: str) -> None:
    """The phone of a guest walks past a beacon, and the workers do what follows."""
    event = Event.objects.get(sandbox=hotel, name=name)
    firing.fire(event, entity=firing.for_person(event, firing.sample(event), person), now=timezone.now())
    work(hotel)


def work(hotel: Sandbox) -> None:
    while drain_once(hotel.pk) or make_calls_once():
        pass


def shape(document: dict[str, Any]) -> dict[str, Any]:
    """What a journey says, whatever its ids are: each step by its name, with its configuration and paths."""
    read = Document.model_validate(document)
    configs = {
        id: read_config(activity)[0].model_dump(mode="json") for id, activity in read.activities.items()
    }
    names = {id: name_of(activity.label, configs[id]) for id, activity in read.activities.items()}
    return {
        names[id]: (
            activity.kind,
            activity.label,
            {key: without_ids(value) for key, value in configs[id].items()},
            {
                label_of(way, configs[id]): [names[one] for one in targets]
                for way, targets in activity.to.items()
            },
        )
        for id, activity in read.activities.items()
    }


def name_of(label: str, config: dict[str, Any]) -> str:
    return label or str(config.get("template") or config.get("event"))


def label_of(way: str, config: dict[str, Any]) -> str:
    return next((path["label"] for path in config.get("paths", ()) if path["id"] == way), way)


def without_ids(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [{key: part for key, part in one.items() if key != "id"} for one in value]
