from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from datasources.external.models import FetchCache
from journeyorch.access.models import Sandbox
from journeys.engine import upkeep

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def keep(db):
    """Stores answers that are good until so many seconds from now."""

    def keep(*seconds: int) -> None:
        sandbox = Sandbox.objects.get(name="prod")
        FetchCache.objects.bulk_create(
            FetchCache(sandbox=sandbox, key=f"{i}", data="{}", expires_at=NOW + timedelta(seconds=s))
            for i, s in enumerate(seconds)
        )

    return keep


def test_answers_that_are_over_are_forgotten_and_the_others_kept(keep):
    keep(-3600, 0, 1)
    assert upkeep.forget_fetched(NOW) == 2
    assert FetchCache.objects.get().expires_at == NOW + timedelta(seconds=1)


def test_a_round_forgets_a_batch_the_oldest_first_and_tells_that_there_is_more(keep, monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 2)
    keep(-1, -3, -2)
    assert upkeep.upkeep(NOW)
    assert FetchCache.objects.get().expires_at == NOW - timedelta(seconds=1)
    assert not upkeep.upkeep(NOW)
    assert not FetchCache.objects.exists()
