"""What the examples of several pages need: the demo's hotel, and the action that they call."""

from __future__ import annotations

import json

import pytest

from actions.models import Action
from journeyorch.access.models import Sandbox
from journeys.activities.catalog import Catalog
from journeys.demo.hotel import Addresses, load_hotel
from journeys.engine.catalog import read_catalog
from tests.docs.pages import examples


@pytest.fixture
def hotel(db: None) -> Sandbox:
    """The sandbox that the demo makes."""
    load_hotel(Addresses(catcher="http://127.0.0.1:8025", reservations="http://127.0.0.1:8027"))
    return Sandbox.objects.get(name="prod")


@pytest.fixture
def catalog(hotel: Sandbox) -> Catalog:
    """What the hotel offers to journeys, with the custom actions whose payloads the pages show."""
    for example in examples("payload"):
        payload = json.loads(example.text)
        Action.objects.create(
            sandbox=hotel, name=example.rest, url="https://desk.example/notes", payload=payload
        )
    return read_catalog(hotel.pk)
