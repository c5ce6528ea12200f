"""The demo's hotel: everything that a technical and a business user would have set up, in one go.

Loading it again changes nothing that is there already.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from django.contrib.auth.models import Group
from django.db import transaction

from actions.models import Channel, MessageTemplate
from datasources.external.infer import infer
from datasources.models import DataSource, FieldGroup, Identity, Profile, Schema
from datasources.platform.schemas.composing import recompose
from events.models import Event, Inlet, InletToken
from journeyorch import bulk
from journeyorch.access.groups import ADMINISTRATORS, STANDARD, TECHNICAL
from journeyorch.access.models import Sandbox, User
from journeys import publishing
from journeys.definition.document import Document
from journeys.demo.drawing import welcome_journey
from journeys.demo.people import guests
from journeys.models import JourneyVersion

INLET_KEY = "hotel-beacons"
#: Only ever valid in the demo, which listens on this machine alone.
INLET_TOKEN = "demo-hotel-beacons-key"  # noqa: S105
PASSWORD = "hotel-demo"  # noqa: S105
EVENT_SCHEMA, PROFILE_SCHEMA = "https://hotel.example/schemas/visit", "https://hotel.example/schemas/guest"
EVENT_IDS = {"LobbyBeacon": "hotel-lobby-beacon", "RestaurantBeacon": "hotel-restaurant-beacon"}

#: Reserved for examples (RFC 2606).
_NOWHERE = "https://reservations.example"

#: What journeys may use of a visit: forms and jumps ask for these, not for all that the schema knows.
EVENT_FIELDS = [
    "_id",
    "timestamp",
    "eventType",
    "_experience.campaign.orchestration.eventID",
    "placeContext.POIinteraction.POIDetail.name",
]


class Login(NamedTuple):
    username: str
    role: str


LOGINS = (
    Login("business", "business user: journeys, people, reports"),
    Login("technical", "technical user: events, data sources, actions in the admin"),
    Login("admin", "administrator: everything"),
)


class Addresses(NamedTuple):
    """Where the demo's own servers listen."""

    catcher: str
    reservations: str


@transaction.atomic
def load_hotel(addresses: Addresses) -> None:
    """Make what is missing of the demo in the sandbox ``prod``."""
    sandbox = Sandbox.objects.get(name="prod")
    _logins(sandbox)
    _guests(sandbox)
    _events(sandbox)
    _inlet(sandbox)
    _source(sandbox, addresses.reservations)
    _channels(sandbox, addresses.catcher)
    _templates(sandbox)
    author = User.objects.get(username="business")
    version = _journey(sandbox, author)
    if version.status == JourneyVersion.Status.DRAFT:
        publishing.publish(version, by=author)


@transaction.atomic
def load_sample(sandbox: Sandbox, *, author: User) -> None:
    """The same as something to look at and to change: no logins, no key, no channel, and a draft only.

    The reservation system has an address that leads nowhere until somebody gives their own.
    """
    _guests(sandbox)
    _events(sandbox)
    _source(sandbox, _NOWHERE)
    _templates(sandbox)
    _journey(sandbox, author)


def _logins(sandbox: Sandbox) -> None:
    groups = {"business": STANDARD.name, "technical": TECHNICAL.name, "admin": ADMINISTRATORS.name}
    for login in LOGINS:
        user, created = User.objects.get_or_create(username=login.username, defaults={"is_staff": True})
        if created:
            user.is_superuser = login.username == "admin"
            user.is_staff = login.username != "business"
            user.set_password(PASSWORD)
            user.save()
        user.sandboxes.add(sandbox)
        user.groups.add(Group.objects.get(name=groups[login.username]))


def _guests(sandbox: Sandbox) -> None:
    if Identity.objects.filter(sandbox=sandbox, namespace="CRMID", value="guest-001").exists():
        return
    people = guests()
    now = bulk.database_now()
    profiles = Profile.objects.bulk_create(
        Profile(sandbox=sandbox, attributes=guest.attributes(), test_profile=guest.is_for_tests)
        for guest in people
    )
    Identity.objects.bulk_create(
        Identity(sandbox=sandbox, profile=profile, namespace=namespace, value=value, seen_at=now)
        for profile, guest in zip(profiles, people, strict=True)
        for namespace, value in guest.identities
    )


def _events(sandbox: Sandbox) -> None:
    visit = Schema(name="Hotel visit", kind="event", document={"$id": EVENT_SCHEMA})
    visit.groups = ["orchestration", "placeContext", "endUserIDs", "messageProfile"]
    guest = Schema(name="Hotel guest", kind="profile", document={"$id": PROFILE_SCHEMA})
    guest.groups = ["person", "contact", "preferences", "consents", "loyalty"]
    guest.groups += ["pushNotificationDetails", "testProfile"]
    event_schema = _composed(sandbox, visit)
    _composed(sandbox, guest)
    for name, place in (("LobbyBeacon", "the lobby"), ("RestaurantBeacon", "the restaurant")):
        Event.objects.get_or_create(
            sandbox=sandbox,
            name=name,
            defaults={
                "description": f"A guest's phone walked past the beacon in {place}.",
                "type": Event.Type.SYSTEM,
                "event_id": EVENT_IDS[name],
                "schema": event_schema,
                "namespace": "CRMID",
                "fields": EVENT_FIELDS,
            },
        )


def _inlet(sandbox: Sandbox) -> None:
    schema = Schema.objects.get(sandbox=sandbox, name="Hotel visit")
    inlet, created = Inlet.objects.get_or_create(
        sandbox=sandbox, key=INLET_KEY, defaults={"name": "Beacons of the hotel", "schema": schema}
    )
    if created:
        InletToken.objects.create(
            inlet=inlet, digest=hashlib.sha256(INLET_TOKEN.encode()).hexdigest(), hint=INLET_TOKEN[:8]
        )


def _composed(sandbox: Sandbox, schema: Schema) -> Schema:
    existing = Schema.objects.filter(sandbox=sandbox, name=schema.name).first()
    if existing is None:
        schema.sandbox, schema.tenant = sandbox, "hotel"
        recompose(schema)
        schema.save()
    return existing or schema


_RESERVATION = {
    "guest": "guest-001",
    "reservation": {"active": True, "room": "Garden Room", "checkIn": "2030-05-01", "nights": 3},
}


def _source(sandbox: Sandbox, url: str) -> None:
    source, _ = DataSource.objects.get_or_create(
        sandbox=sandbox,
        name="Reservations",
        # Above the page's default of 15 calls a second: the demo's own traffic must not be capped.
        defaults={
            "description": "The hotel's reservation system.",
            "url": url,
            "auth": {"type": "none"},
            "max_calls": 2000,
        },
    )
    if source.url != url:  # another port than last time
        source.url = url
        source.save()
    FieldGroup.objects.get_or_create(
        source=source,
        name="Booking",
        defaults={
            "path": "/reservations",
            "parameters": "guest",
            "response_sample": _RESERVATION,
            "response_schema": infer(_RESERVATION),
        },
    )


def _channels(sandbox: Sandbox, catcher: str) -> None:
    for kind, name in (("email", "Email"), ("sms", "SMS"), ("push", "Push")):
        config = {"url": catcher, "sender_name": "Hotel Journeyorch"}
        channel, _ = Channel.objects.get_or_create(
            sandbox=sandbox, name=name, defaults={"kind": kind, "provider": "catcher", "config": config}
        )
        if channel.config.get("url") != catcher:
            channel.config = config
            channel.save()


def _templates(sandbox: Sandbox) -> None:
    for name, (kind, content, parameters) in _TEMPLATES.items():
        MessageTemplate.objects.get_or_create(
            sandbox=sandbox, name=name, defaults={"kind": kind, "content": content, "parameters": parameters}
        )


_TEMPLATES: dict[str, tuple[str, dict[str, str], list[dict[str, Any]]]] = {
    "Welcome": (
        "push",
        {
            "title": "Welcome, {{ profile.person.name.firstName }}!",
            "body": "Your {{ room }} is ready. We wish you a pleasant stay.",
        },
        [{"name": "room", "type": "string", "required": True, "sample": "Garden Room"}],
    ),
    "Meal discount": (
        "push",
        {
            "title": "20 % off your meal",
            "body": "Enjoy your meal, {{ profile.person.name.firstName }}: show this message to your waiter.",
        },
        [],
    ),
    "Room rates": (
        "push",
        {
            "title": "Stay the night, {{ profile.person.name.firstName }}?",
            "body": "Members pay 89 euros for a room tonight. Ask at the desk.",
        },
        [],
    ),
    "Become a member": (
        "email",
        {
            "subject": "{{ profile.person.name.firstName }}, become a member",
            "html": (
                "<h1>Good to see you, {{ profile.person.name.firstName }}!</h1>"
                "<p>As a member you get a better rate for every room, and 20 % off your meals.</p>"
                '<p><a href="https://hotel.example/membership">Become a member</a></p>'
            ),
            "text": (
                "Good to see you, {{ profile.person.name.firstName }}!\n\n"
                "As a member you get a better rate for every room, and 20 % off your meals.\n"
                "https://hotel.example/membership"
            ),
        },
        [],
    ),
}


def _journey(sandbox: Sandbox, author: User) -> JourneyVersion:
    """The first version of the journey, made by the same verb that its author would use."""
    found = JourneyVersion.objects.filter(sandbox=sandbox, journey__name="Hotel welcome", number=1).first()
    if found:
        return found
    document = Document.model_validate(welcome_journey())
    version = publishing.create_journey(sandbox, "Hotel welcome", by=author, document=document)
    version.journey.description = "Greets guests in the lobby by what we know of them."
    version.journey.save()
    return version
