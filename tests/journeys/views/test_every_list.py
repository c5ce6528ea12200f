"""Every list and report, as the URL conf has them: few queries, help, and a way to begin."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from actions.models import Action, Delivery, Suppression
from datasources.models import Identity, Profile, Segment
from events.models import Inlet, ReceivedEvent
from journeyorch.access.models import Sandbox, User
from journeys.demo.hotel import Addresses, load_hotel
from journeys.models import Alert, Instance, JourneyVersion, Report

pytestmark = pytest.mark.one_database

MOST_QUERIES = 20
#: Lists and reports outside of the administration, by the names of their addresses.
PAGES = {
    "home", "people", "templates", "segments", "segment-members", "custom-reports", "reports", "report",
    "journey-report", "version", "version-counts", "version-people", "version-details", "version-report",
    "version-flow", "instance", "operations",
}  # fmt: skip
LISTS = ("home", "people", "templates", "segments", "custom-reports")
ROWS = 25


def lists() -> Iterator[str]:
    """The names of all lists of the administration."""
    for name in _names(get_resolver("journeyorch.urls"), ""):
        if name.endswith("_changelist"):
            yield name


def _names(resolver, namespace: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{namespace}{pattern.name}"
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern, inner)


@pytest.fixture
def hotel(db) -> JourneyVersion:
    """The demo's hotel with many rows of what there are many of, and some of the rest."""
    load_hotel(Addresses("http://127.0.0.1:1", "http://127.0.0.1:1"))
    version = JourneyVersion.objects.get()
    sandbox, now = version.sandbox, timezone.now()
    inlet = Inlet.objects.get()
    stamps = {"created_at": now, "updated_at": now}
    for number in range(ROWS):
        here, address = {"sandbox": sandbox}, f"p{number}@x.org"
        Report.objects.create(
            **here, name=f"Report {number}", shared=True, definition={"panels": [PANEL, PANEL]}
        )
        Alert.objects.create(**here, name=f"Alert {number}", kind="lag", threshold=9, emails="a@x.org")
        Action.objects.create(**here, name=f"Action{number}", url="https://taxi.example")
        Segment.objects.create(**here, pk=number + 1, name=f"Segment {number}", expression="true")
        profile = Profile.objects.create(**here)
        Identity.objects.create(**here, namespace="CRMID", value=f"p{number}", profile=profile, seen_at=now)
        Instance.objects.create(
            version=version, journey_id=version.journey_id, lane_id=1, namespace="CRMID", person_id="p1",
            activity="restaurant", position=1, status=0, state="{}", started_at=now,
        )  # fmt: skip
        ReceivedEvent.objects.create(**here, inlet=inlet, received_at=now, body="{}")
        Suppression.objects.create(**here, kind="email", address=address, reason="manual")
        Delivery.objects.create(**here, message_id=uuid.uuid4(), kind="sms", status="sent", **stamps)
    return version


PANEL = {"dimensions": ["activity"], "metrics": ["left", "sent"]}


@pytest.fixture
def anna(db) -> Client:
    user = User.objects.create_superuser("anna", password="secret")
    user.sandboxes.set(Sandbox.objects.all())
    client = Client()
    client.force_login(user)
    return client


def test_no_list_and_no_report_asks_more_than_twenty_times(anna: Client, hotel: JourneyVersion) -> None:
    ids = {
        "version": hotel.uid, "journey-report": hotel.journey.uid, "segment-members": 1,
        "report": Report.objects.first().uid, "instance": Instance.objects.first().pk,
    }  # fmt: skip
    for name in [*PAGES, *lists()]:
        id = ids.get(name) or (hotel.uid if name.startswith("version-") else None)
        address = reverse(name, args=[id] if id else []) + ("?q=p1" if name == "people" else "")
        with CaptureQueriesContext(connection) as queries:
            answer = anna.get(address)
        assert answer.status_code == 200, name
        assert len(queries) <= MOST_QUERIES, f"{name}: {len(queries)} queries"


def test_every_list_has_help_and_an_empty_one_a_way_to_begin(anna: Client) -> None:
    faults = []
    for name in [*LISTS, *lists()]:
        page = anna.get(reverse(name)).content.decode()
        _, _, content = page.partition("</header>")  # of the top bar
        if 'class="aid__mark"' not in content:
            faults.append(f"{name}: no help")
        if 'class="nothing"' in page or 'class="empty"' in page:
            ways = ("/add/", "/new/", "fills by itself", "Who are you looking for?")
            faults += [] if any(way in content for way in ways) else [f"{name}: nothing to do"]
            faults += [] if 'action="/sample/"' in content else [f"{name}: no sample data"]
    assert not faults, "\n".join(faults)


def test_lists_of_the_administration_are_found() -> None:
    assert {"admin:events_event_changelist", "admin:actions_delivery_changelist"} <= set(lists())
