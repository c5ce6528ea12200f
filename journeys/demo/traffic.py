"""Realistic traffic for the demo: guests who walk past beacons, sent to the real endpoint."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from journeys.demo.hotel import EVENT_IDS, EVENT_SCHEMA
from journeys.demo.people import Guest, guests

_PLACES = {"LobbyBeacon": ("Lobby", 1), "RestaurantBeacon": ("Restaurant", 2)}


def message(event: str, guest: Guest, *, at: datetime) -> dict[str, Any]:
    """What a guest's phone sends: an XDM event in its envelope (ingestion.md, A message)."""
    place, minor = _PLACES[event]
    schema = {"id": EVENT_SCHEMA, "contentType": "application/vnd.adobe.xed-full+json;version=1"}
    entity = {
        "_id": str(uuid.uuid4()),
        "timestamp": at.isoformat(timespec="milliseconds"),
        "eventType": "location.entry",
        "identityMap": {"CRMID": [{"id": guest.crm_id, "primary": True}]},
        "_experience": {
            "campaign": {
                "orchestration": {"eventID": EVENT_IDS[event]},
                "message": {
                    "profileSnapshot": {
                        "pushNotificationTokens": [
                            {"application": {"_id": "hotel"}, "platform": "gcm", "token": guest.push_token}
                        ]
                    }
                },
            }
        },
        "placeContext": {
            "POIinteraction": {
                "POIDetail": {
                    "name": place,
                    "beaconInteractionDetails": {"beaconMajor": 1, "beaconMinor": minor},
                }
            }
        },
    }
    return {
        "header": {"schemaRef": schema, "imsOrgId": "hotel", "source": {"name": "beacons"}},
        "body": {"xdmMeta": {"schemaRef": schema}, "xdmEntity": entity},
    }


def traffic(count: int) -> Iterator[tuple[str, Guest]]:
    """So many visits: most begin in the lobby, and some of those guests go on to eat."""
    chance = random.Random()  # noqa: S311 - guests, not secrets
    people = guests()
    in_lobby: list[Guest] = []
    for _ in range(count):
        if in_lobby and chance.random() < 0.3:
            yield "RestaurantBeacon", in_lobby.pop(chance.randrange(len(in_lobby)))
        else:
            guest = chance.choice(people)
            in_lobby.append(guest)
            yield "LobbyBeacon", guest


def now() -> datetime:
    return datetime.now(UTC)
