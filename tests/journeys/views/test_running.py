"""The page of operations: what it says of an installation in trouble, and of a quiet one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from events.models import Quarantined, ReceivedEvent
from journeyorch import bulk
from journeyorch.access.models import Sandbox
from journeyorch.models import Resident, Supervisor
from journeyorch.outbound.calls import Outcome
from journeyorch.outbound.models import Breaker
from journeys.models import Instance, JourneyVersion
from tests.journeys.world import World, act


@pytest.fixture
def workers(db: None) -> Supervisor:
    now = bulk.database_now() + timedelta(minutes=5)  # however long the test takes, they are not silent
    one = Supervisor.objects.create(name="a", host="host-a", pid=1, drain_residents=1, call_residents=1)
    for kind in ("drain", "call"):
        one.residents.create(
            kind=kind, slot=0, queue="q", host="host-a", pid=2, started_at=now, reported_at=now
        )
    return one


def test_a_quiet_one_says_so(admin_client: Client, workers: Supervisor) -> None:
    page = admin_client.get("/operations/").text
    assert "All at work" in page
    assert "In time" in page
    assert "No system fails, and no call waits." in page
    assert "Nobody has failed in the last 24 hours" in page


def test_without_workers_it_says_what_to_do(admin_client: Client, db: None) -> None:
    assert "Start manage.py runworkers." in admin_client.get("/operations/").text


def test_a_resident_that_is_silent_is_missed(admin_client: Client, workers: Supervisor) -> None:
    Resident.objects.filter(kind="call").update(reported_at=bulk.database_now() - timedelta(seconds=9))
    assert "Some are missing" in admin_client.get("/operations/").text


def test_it_shows_what_fails_and_where_it_is_mended(admin_client: Client, world: World) -> None:
    world.action()
    version = world.journey(
        "lobby", lobby=act("event", "tell", event="Lobby"), tell=act("custom_action", "end", action="Tell"),
        end=act("end"),
    )  # fmt: skip
    world.recorder.answers = [Outcome("http", "404")]
    world.send("Lobby", "anna")
    world.run()
    now = bulk.database_now()
    Breaker.objects.create(
        sandbox=world.sandbox, endpoint="action:77", failures=9, last_error="timed out", opened_at=now
    )
    Quarantined.objects.create(
        sandbox=world.sandbox,
        received_event=ReceivedEvent.objects.first(),
        code="invalid",
        message="",
        at=now,
    )
    Instance.objects.create(
        version=version, journey_id=version.journey_id, lane_id=1, person_id="otto", activity="tell",
        position=Instance.Position.PARKED, started_at=now, state="{}",
    )  # fmt: skip

    with world.clock():
        page = admin_client.get("/operations/part/").text
    assert f"/versions/{version.uid}/people/?status=2&amp;activity=tell" in page
    assert "404" in page
    assert f"/versions/{version.uid}/people/?status=parked" in page
    assert "Left alone" in page
    assert "timed out" in page
    assert "invalid: 1" in page


def test_it_shows_versions_that_something_was_changed_under(admin_client: Client, world: World) -> None:
    paths = [{"id": "yes", "expression": "@{Lobby.amount} > 0"}]
    version = world.journey(
        "lobby", lobby=act("event", "meal", event="Lobby"), meal=act("event", "check", event="Restaurant"),
        check=act("condition", {"yes": ["end"]}, paths=paths), end=act("end"),
    )  # fmt: skip
    world.send("Lobby")
    world.run()
    paths[0]["expression"] = "@{Gone.amount} > 0"
    version.document["activities"]["check"]["config"]["paths"] = paths
    JourneyVersion.objects.filter(pk=version.pk).update(document=version.document)
    world.sandbox.configuration_changed()
    world.send("Restaurant")
    world.run()

    with world.clock():
        page = admin_client.get("/operations/part/").text
    assert f"/versions/{version.uid}/people/?status=0" in page
    assert "1 thing that came for its people waits." in page


def test_it_is_polled_with_an_etag_and_asks_little(
    admin_client: Client, workers: Supervisor, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20):
        first = admin_client.get("/operations/part/")
    again = admin_client.get("/operations/part/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_of_other_sandboxes_nothing_is_told(admin_client: Client, workers: Supervisor) -> None:
    other = Sandbox.objects.create(name="other", title="Other")
    Breaker.objects.create(sandbox=other, endpoint="action:99", failures=3, last_error="secret trouble")
    assert "secret trouble" not in admin_client.get("/operations/").text
