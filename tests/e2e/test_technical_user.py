"""A technical user sets everything up with the screens alone; an event sent by HTTP starts the journey that a
business user makes of it. The engine runs in the test's own thread."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db.models import Q
from playwright.sync_api import Page, expect

from actions.channels import smtp_connection
from journeyorch.access.models import Sandbox, User
from journeyorch.outbound import connections
from journeys import publishing
from journeys.demo.catcher import Catcher
from journeys.demo.reservations import Reservations, reservation_of
from journeys.engine.calls import make_calls_once
from journeys.engine.drain import drain_once
from journeys.engine.lanes import ensure_lanes
from journeys.models import JourneyVersion

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.one_database("postgres"),
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]

# One who has a reservation.
GUEST = "guest-004"
ADDRESS = "ada@example.com"
SCREEN = {"width": 1440, "height": 900}
JOURNEY = {
    "start": ["arrived"],
    "activities": {
        "arrived": {"kind": "event", "config": {"event": "Arrived"}, "to": {"next": ["booked"]}},
        "booked": {
            "kind": "condition",
            "label": "Has a room?",
            "config": {
                "paths": [
                    {
                        "id": "yes",
                        "label": "Has one",
                        "expression": "#{Reservations.Booking.reservation.active, "
                        "params: {guest: @{JourneyProperties.profileId}}}",
                    }
                ],
                "other": True,
            },
            "to": {"yes": ["taxi"], "other": ["nothing"]},
        },
        "taxi": {
            "kind": "custom_action",
            "config": {"action": "OrderTaxi", "values": {"/guest": "@{JourneyProperties.profileId}"}},
            "to": {"next": ["welcome"]},
        },
        "welcome": {
            "kind": "email",
            "config": {
                "template": "Welcome",
                "address": f'"{ADDRESS}"',
                "parameters": {"place": "@{Arrived.placeContext.geo.city}"},
            },
            "to": {"next": ["greeted"]},
        },
        "greeted": {"kind": "end", "label": "Greeted"},
        "nothing": {"kind": "end", "label": "No room"},
    },
}


@pytest.fixture
def hotel(settings: Any) -> Iterator[tuple[Catcher, Reservations]]:
    """The systems around: one that catches mail and calls, and the reservation system."""
    settings.OUTBOUND_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    cache.clear()
    with Catcher() as catcher, Reservations() as reservations:
        yield catcher, reservations
        connections.close_kept()
        smtp_connection.close_kept()


@pytest.fixture
def enter(live_server: Any, open_page: Callable[..., Page]) -> Callable[..., Screen]:
    """``enter("name", apps)``: somebody with all permissions of apps logs in with a browser of his own."""

    def log_in(name: str, *apps: str) -> Screen:
        user = User.objects.create_user(name, password="secret", is_staff="events" in apps)
        user.sandboxes.add(Sandbox.objects.get(name="prod"))
        own = Q(content_type__app_label__in=apps) | Q(codename="view_profile")
        user.user_permissions.set(Permission.objects.filter(own))
        screen = Screen(open_page(viewport=SCREEN), live_server.url)
        screen.open("/login/")
        screen.fill({"Username": name, "Password": "secret"})
        screen.page.get_by_role("button", name="Log in").click()
        return screen

    return log_in


class Screen:
    """What somebody does in front of a browser."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site

    def open(self, address: str) -> None:
        self.page.goto(self.site + address)

    def add(self, tab: str, name: str) -> None:
        tabs = self.page.get_by_role("navigation", name="Main")
        expect(tabs).to_be_visible()
        link = tabs.get_by_role("link", name=tab, exact=True)
        if not link.is_visible():
            tabs.get_by_text("More", exact=True).click()
        link.click()
        self.page.get_by_role("link", name=f"Add {name}").first.click()

    def fill(self, values: dict[str, str]) -> None:
        """By label; what the label belongs to says how."""
        self.page.wait_for_load_state()  # the scripts that hide what does not matter have run
        for label, value in values.items():
            # The first: settings of what is not chosen come later, and are hidden by a script.
            control = self.page.get_by_label(label, exact=True).filter(visible=True).first
            if control.evaluate("element => element.tagName") == "SELECT":
                control.select_option(label=value)
            else:
                control.fill(value)

    def save(self) -> None:
        """Save, and stay at what was saved."""
        self.page.get_by_role("button", name="Save and continue editing").click()
        expect(self.page.locator(".messagelist .success")).to_be_visible()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()


def test_what_is_set_up_with_the_screens_alone_works_end_to_end(
    enter: Callable[..., Screen], hotel: tuple[Catcher, Reservations], live_server: Any
) -> None:
    catcher, reservations = hotel
    technical = enter("technical", "events", "datasources", "actions")
    set_up_the_schema(technical)
    inlet, key = set_up_the_inlet(technical)
    set_up_the_event(technical)
    set_up_the_source(technical, reservations.url)
    set_up_the_action(technical, catcher)
    set_up_the_channel(technical, catcher.smtp_port)
    set_up_the_template(technical, catcher)
    business = enter("business", "journeys")
    publish_the_journey(business)

    send(f"{live_server.url}{inlet}", key, example_of(technical))
    run_the_engine()

    assert [message["to"] for message in caught(catcher, "Welcome to Berlin")] == [ADDRESS]
    assert json.loads(caught(catcher, "/taxis")[0]["body"]) == {"guest": GUEST, "seats": 2}
    read_the_story(business)
    what_is_used_is_not_deleted(technical)


def set_up_the_schema(screen: Screen) -> None:
    screen.add("Schemas", "schema")
    screen.fill({"Name:": "Hotel visit", "Kind:": "Experience event"})
    screen.page.get_by_label("orchestration:").check()
    screen.page.get_by_label("placeContext:").check()
    screen.save()


def set_up_the_inlet(screen: Screen) -> tuple[str, str]:
    """The inlet's address and a key of it, which is shown this once."""
    screen.add("Inlets", "inlet")
    screen.fill({"Name:": "Beacons", "Schema:": "Hotel visit"})
    screen.save()
    address = screen.page.locator(".field-address code").first.inner_text().removeprefix("POST ")
    screen.follow("Make a key")
    screen.press("Make the key")
    key = screen.page.locator("#key").inner_text()
    screen.follow("Back to the inlet")
    assert key not in screen.page.content()
    return address, key


def set_up_the_event(screen: Screen) -> None:
    screen.add("Events", "event")
    screen.fill({"Name:": "Arrived", "Schema:": "Hotel visit", "Namespace:": "CRM ID", "Type:": "Rule-based"})
    screen.fill({"Event ID condition:": "@{Arrived.eventTyp} =="})
    screen.press("Save")
    assert screen.page.locator(".field-condition .errorlist").inner_text().startswith("Line 1, column ")
    screen.fill({"Event ID condition:": '@{Arrived.eventType} == "arrived"'})
    screen.save()


def set_up_the_source(screen: Screen, url: str) -> None:
    screen.add("Data sources", "data source")
    screen.fill({"Name:": "Reservations", "URL:": url})
    screen.save()
    screen.follow("Add field group")
    screen.fill({"Name:": "Booking", "Path:": "/reservations", "Dynamic values:": "guest"})
    screen.fill({"Response payload:": '{"reservation": {"active": true,}}'})
    screen.press("Save")
    assert "Line 1" in screen.page.locator(".field-response_sample .errorlist").inner_text()
    screen.fill({"Response payload:": json.dumps({"reservation": reservation_of(GUEST)})})
    screen.save()
    screen.follow("Test")
    screen.fill({"guest:": GUEST})
    screen.press("Make the call")
    expect(screen.page.get_by_text("reservation.active: boolean: found")).to_be_visible()


def set_up_the_action(screen: Screen, catcher: Catcher) -> None:
    screen.add("Actions", "action")
    screen.fill({"Name:": "OrderTaxi", "URL:": f"{catcher.url}/taxis"})
    screen.fill({"Paste a payload:": '{"guest": "somebody", "seats": 2}'})
    screen.save()
    guest = screen.page.get_by_role("group", name="guest")
    guest.get_by_label("Where the value comes from").select_option("Variable")
    guest.get_by_label("Label for the business user").fill("Guest")
    screen.save()
    screen.follow("Send a test call")
    screen.fill({"Guest (string):": "guest-999"})
    screen.press("Make the call")
    expect(screen.page.get_by_text("ok (200)")).to_be_visible()
    assert caught(catcher, "guest-999")
    catcher.box.clear()


def set_up_the_channel(screen: Screen, port: int) -> None:
    screen.add("Channels", "channel")
    screen.fill({"Name:": "Mail", "Kind:": "Email", "Provider:": "SMTP"})
    screen.press("Save")
    expect(screen.page.locator(".field-smtp__host .errorlist")).to_be_visible()
    screen.fill(
        {"Server:": "127.0.0.1", "Port:": str(port), "Encryption:": "none", "From:": "hotel@example.com"}
    )
    screen.save()


def set_up_the_template(screen: Screen, catcher: Catcher) -> None:
    # The tab leads to the business users' pages; the administration has templates, too.
    screen.open("/admin/actions/messagetemplate/add/")
    screen.fill(
        {"Name:": "Welcome", "Kind:": "Email", "Subject:": "Welcome to {{ place }}", "Text:": "Hello!"}
    )
    screen.press("One more parameter")
    row = screen.page.get_by_role("group", name="Parameter").last
    row.get_by_label("Name").fill("place")
    row.get_by_label("Sample").fill("Paris")
    row.get_by_label("Required").check()
    screen.save()
    screen.follow("Preview and test")
    expect(screen.page.get_by_text("Welcome to Paris")).to_be_visible()
    screen.fill({"Address:": "me@example.com"})
    screen.press("Send")
    expect(screen.page.get_by_text("Sent.")).to_be_visible()
    assert [message["to"] for message in caught(catcher, "Welcome to Paris")] == ["me@example.com"]
    catcher.box.clear()


def publish_the_journey(screen: Screen) -> None:
    screen.follow("Create journey")
    screen.fill({"Name": "Hotel welcome"})
    screen.press("Create")
    publish = screen.page.get_by_role("button", name="Publish", exact=True)
    expect(publish).to_be_visible()
    # How it is drawn is tested with the designer; here it is drawn already.
    version = JourneyVersion.objects.get()
    assert publishing.save_draft(version, JOURNEY, revision=version.revision) == []
    screen.page.reload()
    publish.click()
    screen.page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(screen.page.locator(".chip").first).to_have_text("Live")


def example_of(screen: Screen) -> dict[str, Any]:
    """What the event's own page says that one sends, with values of ours."""
    screen.follow("Events")
    screen.follow("Preview the payload")
    message = json.loads(screen.page.locator("#body").inner_text())
    entity = message["body"]["xdmEntity"]
    entity |= {"_id": "1", "eventType": "arrived", "identityMap": {"CRMID": [{"id": GUEST, "primary": True}]}}
    entity["placeContext"]["geo"]["city"] = "Berlin"
    return message


def send(url: str, key: str, message: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(message).encode(), headers)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        assert answer.status == 200


def run_the_engine() -> None:
    """Until there is nothing more to do."""
    sandbox = Sandbox.objects.get(name="prod")
    ensure_lanes(sandbox.pk)
    while drain_once(sandbox.pk) or make_calls_once():
        pass


def caught(catcher: Catcher, text: str) -> list[dict[str, Any]]:
    return [message for message in catcher.box.find() if text in json.dumps(message)]


def read_the_story(screen: Screen) -> None:
    screen.page.get_by_role("link", name="People", exact=True).last.click()
    screen.follow(GUEST)
    for step in ("Has one", "OrderTaxi", "Greeted"):
        expect(screen.page.get_by_text(step, exact=True).first).to_be_visible()


def what_is_used_is_not_deleted(screen: Screen) -> None:
    screen.follow("Events")
    screen.follow("Arrived")
    screen.follow("Delete")
    expect(screen.page.get_by_role("link", name="Hotel welcome")).to_be_visible()
    assert screen.page.get_by_role("button", name="Yes, I’m sure").count() == 0
