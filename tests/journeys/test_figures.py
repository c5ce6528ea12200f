"""The metrics of an installation in which something has happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from events.models import Quarantined, ReceivedEvent
from journeyorch import bulk
from journeyorch.outbound.models import Breaker, CallTally
from tests.journeys.world import World, act

TOKEN = "only-for-tests"


@pytest.fixture
def scraped(client: Client, settings: Any) -> Any:
    """``scraped()``: the figures as Prometheus reads them, by name and labels."""
    settings.METRICS_TOKEN = TOKEN

    def scrape() -> dict[tuple[str, ...], float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return {
            (sample.name.removeprefix("journeyorch_"), *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return scrape


def test_they_tell_what_has_happened_and_what_waits(world: World, scraped: Any) -> None:
    world.journey("lobby", lobby=act("event", "end", event="Lobby"), end=act("end"))
    world.send("Lobby", "anna")
    world.send("Lobby", "otto")
    world.run()
    world.send("Lobby", "late")
    now = bulk.database_now()
    Breaker.objects.create(sandbox=world.sandbox, endpoint="action:7", failures=9, opened_at=now)
    CallTally.objects.create(endpoint="action:7", result="5xx", n=9)
    Quarantined.objects.create(
        sandbox=world.sandbox, received_event=ReceivedEvent.objects.first(), code="invalid", message="",
        at=now,
    )  # fmt: skip
    ReceivedEvent.objects.filter(routed=False).update(received_at=now - timedelta(minutes=5))

    found, name = scraped(), world.sandbox.name
    assert found["events_received_total",] >= 3
    assert found["events_unrouted", name] == 1
    assert found["events_unrouted_age_seconds", name] >= 300
    assert found["events_quarantined", "invalid", name] == 1
    assert found["breaker_open", "action:7", name] == 1
    assert found["calls_total", "action:7", "5xx"] == 9
    assert found["journey_versions", "live"] == 1
    assert ("supervisors",) in found


def test_nobody_gets_them_without_the_token(client: Client, db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 401


def test_a_scrape_asks_little(world: World, scraped: Any, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(20):
        scraped()
