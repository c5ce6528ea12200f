"""The demo's journey, as a business user would draw it."""

from __future__ import annotations

from typing import Any

_PROFILE = "ExperiencePlatform.ProfileFieldGroup"
_NOT_CONTACTED = (
    f"count(#{{{_PROFILE}.experienceevent.all(currentDataPackField.directMarketing.sends.value > 0 and "
    'currentDataPackField.timestamp > nowWithDelta(-24, "hours")).timestamp}) == 0'
)
_MEMBER = f'#{{{_PROFILE}.loyalty.status}} == "member"'
_BOOKING = "Reservations.Booking.reservation"
_PARAMS = "params: {guest: @{JourneyProperties.profileId}}"


def welcome_journey() -> dict[str, Any]:
    """The document (journeys/definition/document.py)."""
    return {
        "properties": {"reentrance": {"allowed": True, "wait": "PT0S"}},
        "start": ["lobby"],
        "activities": {
            "lobby": {"kind": "event", "config": {"event": "LobbyBeacon"}, "to": {"next": ["contacted"]}},
            "contacted": {
                "kind": "condition",
                "label": "Not contacted lately?",
                "config": {
                    "paths": [{"id": "free", "label": "Not in 24 hours", "expression": _NOT_CONTACTED}],
                    "other": True,
                },
                "to": {"free": ["member"], "other": ["quiet"]},
            },
            "member": {
                "kind": "condition",
                "label": "Loyalty member?",
                "config": {"paths": [{"id": "yes", "label": "Member", "expression": _MEMBER}], "other": True},
                "to": {"yes": ["booked"], "other": ["join"]},
            },
            "booked": {
                "kind": "condition",
                "label": "Reservation?",
                "config": {
                    "paths": [
                        {"id": "yes", "label": "Has one", "expression": f"#{{{_BOOKING}.active, {_PARAMS}}}"}
                    ],
                    "other": True,
                    "error_path": True,
                },
                "to": {"yes": ["welcome"], "other": ["rates"], "error": ["unknown"]},
            },
            "welcome": {
                "kind": "push",
                "config": {
                    "template": "Welcome",
                    "parameters": {"room": f'#{{{_BOOKING}.room, {_PARAMS}, defaultValue: "room"}}'},
                },
                "to": {"next": ["restaurant"]},
            },
            "restaurant": {
                "kind": "event",
                "config": {"event": "RestaurantBeacon", "timeout": "PT6H", "timeout_path": True},
                "to": {"next": ["meal"], "timeout": ["no_meal"]},
            },
            "meal": {"kind": "push", "config": {"template": "Meal discount"}, "to": {"next": ["fed"]}},
            "fed": {"kind": "end", "label": "Discount sent"},
            "no_meal": {"kind": "end", "label": "Did not come to eat"},
            "rates": {"kind": "push", "config": {"template": "Room rates"}, "to": {"next": ["offered"]}},
            "offered": {"kind": "end", "label": "Rates sent"},
            "unknown": {"kind": "end", "label": "Reservations unreachable"},
            "join": {"kind": "email", "config": {"template": "Become a member"}, "to": {"next": ["invited"]}},
            "invited": {"kind": "end", "label": "Membership offered"},
            "quiet": {"kind": "end", "label": "Contacted lately"},
        },
    }
