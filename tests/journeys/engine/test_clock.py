"""The clock of a round of work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from journeyorch import bulk
from journeys.engine.clock import HOLDS, Clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_look_at_the_clock_serves_for_a_tenth_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later it would make leases that have ended when they are taken."""
    passed = [0.0]
    monkeypatch.setattr(bulk, "database_now", lambda: NOON + timedelta(seconds=passed[0]))
    clock = Clock(monotonic=lambda: 1000 + passed[0])

    assert clock.now() == NOON
    passed[0] = HOLDS * 0.9
    assert clock.now() == NOON
    passed[0] = HOLDS
    assert clock.now() == NOON + timedelta(seconds=HOLDS)
