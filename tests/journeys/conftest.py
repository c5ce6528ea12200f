"""A small world for the engine's tests: one sandbox with events, and the clockwork driven by hand."""

from __future__ import annotations

import pytest

from tests.journeys.world import World


@pytest.fixture
def world(db: None) -> World:
    """The sandbox ``prod`` with the events Lobby and Restaurant, and a call handler that records."""
    return World()
