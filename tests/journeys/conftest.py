"""A small world for the engine's tests: one sandbox with events, and the clockwork driven by hand."""

from __future__ import annotations

import pytest

from journeys.engine import plans
from tests.journeys.world import World


@pytest.fixture
def world(db: None) -> World:
    """The sandbox ``prod`` with the events Lobby and Restaurant, and a call handler that records."""
    plans.forget_all()
    return World()
