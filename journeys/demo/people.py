"""The hotel's guests: a few hundred invented people, the same ones in every installation."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

FIRST_NAMES = (
    "Amara Anton Aylin Ben Carla Chidi Clara Dilan Elif Emil Fatima Felix Greta Hana Hugo Ines Ivo "
    "Jana Jonas Kofi Lea Leo Lina Luis Mara Mateo Mila Milan Nia Noah Nora Omar Paula Pia Rafael "
    "Rosa Sami Sofia Tara Theo Uma Vera Viktor Wanda Yara Yusuf Zoe"
).split()
LAST_NAMES = (
    "Abbas Alvarez Andersen Becker Bianchi Costa Danso Dubois Eriksen Fischer Garcia Haddad Hoffmann "
    "Ivanova Jansen Kaya Keller Kowalski Lambert Laurent Marino Mensah Moreau Nagy Novak Okafor "
    "Olsen Papadakis Petrov Quist Ricci Romero Santos Schneider Silva Sorensen Takahashi Torres "
    "Vogel Weber Yilmaz Zimmermann"
).split()
GUESTS, TEST_PROFILES = 300, 5


class Guest(NamedTuple):
    """One person, as the hotel's CRM knows them."""

    crm_id: str
    first_name: str
    last_name: str
    is_member: bool
    tier: str

    @property
    def is_for_tests(self) -> bool:
        """The last ones are staff: they enter journeys in test mode, too."""
        return self.crm_id > f"guest-{GUESTS - TEST_PROFILES:03d}"

    @property
    def email(self) -> str:
        return f"{self.first_name}.{self.last_name}.{self.crm_id[6:]}@example.com".lower()

    @property
    def push_token(self) -> str:
        return f"demo-device-{self.crm_id}"

    @property
    def identities(self) -> list[tuple[str, str]]:
        """Namespace and value; the first one is what the beacons send."""
        return [("CRMID", self.crm_id), ("Email", self.email)]

    def attributes(self) -> dict[str, Any]:
        """The XDM profile."""
        known: dict[str, Any] = {
            "person": {"name": {"firstName": self.first_name, "lastName": self.last_name}},
            "personalEmail": {"address": self.email},
            "mobilePhone": {"number": f"+49 30 {int(self.crm_id[6:]):06d}"},
            "pushNotificationDetails": [{"token": self.push_token, "platform": "fcm", "appID": "hotel"}],
            "preferredLanguage": "en",
            "timeZone": "Europe/Berlin",
        }
        if self.is_member:
            known["loyalty"] = {"status": "member", "tier": self.tier, "points": 250.0}
        if self.is_for_tests:
            known["testProfile"] = True
        return known


def guests() -> list[Guest]:
    """All guests; two in three are members."""
    chance = random.Random("hotel")  # noqa: S311 - the same people every time
    return [
        Guest(
            crm_id=f"guest-{number:03d}",
            first_name=chance.choice(FIRST_NAMES),
            last_name=chance.choice(LAST_NAMES),
            is_member=chance.random() < 2 / 3,
            tier=chance.choice(("blue", "silver", "gold")),
        )
        for number in range(1, GUESTS + 1)
    ]
