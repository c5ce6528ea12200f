"""What is done now and then: ends of journeys, finished versions, retention (engine.md, Sweeps)."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.models import Session

from actions.models import Delivery, Feedback
from datasources.models import PendingImport
from events.models import Quarantined, ReceivedEvent
from journeys import publishing
from journeys.engine import snapshots
from journeys.engine import upkeep as module
from journeys.engine.upkeep import (
    close_ended,
    delete_old_deliveries,
    delete_old_events,
    delete_old_instances,
    delete_old_step_events,
    finish_empty,
    forget_expired_sessions,
    tidy,
    upkeep,
)
from journeys.models import Call, Entrance, Instance, JourneyVersion, StepCount, StepEvent
from tests.journeys.together import elsewhere, on_postgresql
from tests.journeys.world import World, act

Status = JourneyVersion.Status
WALK = {"lobby": act("event", event="Lobby")}
STAY = {"lobby": act("event", "wait", event="Lobby"), "wait": act("wait", duration="P20D")}


def status_of(version: JourneyVersion) -> str:
    return JourneyVersion.objects.values_list("status", flat=True).get(pk=version.pk)


# --- Versions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "status"), [(-1, Status.LIVE), (0, Status.CLOSED), (1, Status.CLOSED)])
def test_the_end_date_closes_a_version(world: World, seconds: int, status: str) -> None:
    version = world.journey("lobby", properties={"end_at": "2026-03-01T13:00:00Z"}, **STAY)
    world.send("Lobby")
    world.run()
    world.pass_time(hours=1, seconds=seconds)

    upkeep(world.now)

    assert status_of(version) == status


def test_a_version_without_an_end_date_stays_live(world: World) -> None:
    version = world.journey("lobby", **WALK)

    close_ended(world.now + timedelta(days=10_000))

    assert status_of(version) == Status.LIVE


def test_a_closed_version_is_finished_when_the_last_one_has_left(world: World) -> None:
    version = world.journey("lobby", **STAY)
    world.send("Lobby")
    world.run()
    publishing.close(version, by=None)
    finish_empty(world.now)
    assert status_of(version) == Status.CLOSED

    world.pass_time(days=20)
    world.run()
    tester = world.instance()  # of a test that is over, and that no lane has swept yet
    tester.pk, tester.run, tester.ended_at = uuid4(), 1, None
    tester.save(force_insert=True)
    finish_empty(world.now)

    assert status_of(version) == Status.FINISHED
    version.refresh_from_db()
    assert version.finished_at == world.now


def test_a_version_into_which_somebody_was_brought_back_meanwhile_stays_closed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wave that let an operator's retry in held the lock; it was seen empty before."""
    version = world.journey("lobby", **STAY)
    world.send("Lobby")
    world.run()
    publishing.close(version, by=None)
    Instance.objects.update(ended_at=world.now)

    def waits_for_the_wave(sandbox_id: int) -> None:
        Instance.objects.update(ended_at=None)

    monkeypatch.setattr(module, "lock_sandbox", waits_for_the_wave)
    finish_empty(world.now)

    assert status_of(version) == Status.CLOSED


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_version_that_somebody_is_changing_is_left_to_them(left: World) -> None:
    version = JourneyVersion.objects.get(journey__name="Walk")
    publishing.close(version, by=None)
    with elsewhere() as other:
        other.cursor().execute(f"SELECT 1 FROM journeys_journeyversion WHERE id = {version.pk} FOR UPDATE")
        finish_empty(left.now)

    assert status_of(version) == Status.CLOSED


# --- Retention ------------------------------------------------------------------------------------


@pytest.fixture
def left(world: World) -> World:
    """Three people who have been, and one who is still inside."""
    world.journey("lobby", name="Walk", **WALK)
    for person in ("anna", "bert", "cleo"):
        world.send("Lobby", person)
    world.run()
    world.journey("lobby", name="Stay", **STAY)
    world.send("Lobby", "dora")
    world.run()
    return world


def people() -> set[str]:
    return set(Instance.objects.values_list("person_id", flat=True))


@pytest.mark.parametrize(("days", "deleted"), [(29, 0), (31, 4)])
def test_ended_instances_are_deleted_after_their_time(left: World, days: int, deleted: int) -> None:
    assert delete_old_instances(left.now + timedelta(days=days)) == deleted

    assert "dora" in people()
    assert Instance.objects.get(ended_at=None).person_id == "dora"
    # Whether somebody may come again is not forgotten with the instance.
    assert Entrance.objects.count() == 5


def test_an_instance_whose_call_is_still_open_is_kept(left: World) -> None:
    anna = Instance.objects.get(person_id="anna")
    for number, status in enumerate((Call.Status.OPEN, Call.Status.DONE)):
        make_call(left, anna, number, status)

    delete_old_instances(left.now + timedelta(days=31))
    assert people() == {"anna", "dora"}
    assert Call.objects.count() == 2

    Call.objects.update(status=Call.Status.DONE)
    delete_old_instances(left.now + timedelta(days=31))
    assert people() == {"dora"}
    assert not Call.objects.exists()


def make_call(world: World, instance: Instance, number: int, status: int) -> None:
    Call.objects.create(
        id=f"00000000-0000-0000-0000-{number:012d}", sandbox=world.sandbox, lane_id=instance.lane_id,
        instance_id=instance.pk, activity="tell", kind="fetch", spec="{}", namespace="CRMID",
        person_id="anna", endpoint="source:1", status=status, created_at=world.now, not_before=world.now,
        timeout_seconds=30,
    )  # fmt: skip


def test_deletion_goes_in_batches_and_says_when_there_is_more(
    left: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, "fold", lambda now: False)  # it has more to do, too
    later = left.now + timedelta(days=31)

    assert upkeep(later)
    assert Instance.objects.count() == 3
    while upkeep(later):
        pass
    assert people() == {"dora"}


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_rows_that_somebody_holds_are_passed_over(left: World) -> None:
    with elsewhere() as other:
        other.cursor().execute("SELECT 1 FROM journeys_instance WHERE person_id = 'anna' FOR UPDATE")
        delete_old_instances(left.now + timedelta(days=31))

    assert people() == {"anna", "dora"}


def test_old_step_events_are_deleted_and_their_sums_stay(left: World) -> None:
    counted = StepCount.objects.count()
    StepEvent.objects.filter(person_id="anna").update(at=left.now - timedelta(days=91))

    assert delete_old_step_events(left.now) == 1
    assert not StepEvent.objects.filter(person_id="anna").exists()
    assert StepEvent.objects.filter(person_id="bert").exists()
    assert StepCount.objects.count() == counted


def test_old_deliveries_are_deleted_and_feedback_not_before_nobody_can_react_to_it(
    world: World, settings: Any
) -> None:
    settings.RETENTION_DELIVERIES_DAYS, settings.JOURNEY_GLOBAL_TIMEOUT_DAYS = 7, 30
    for days in (31, 8, 6):
        at, message = world.now - timedelta(days=days), UUID(int=days)
        Feedback.objects.create(message_id=message, kind="opened", at=at, received_at=at)
        Delivery.objects.create(
            sandbox=world.sandbox, message_id=message, kind="sms", address="1", created_at=at, updated_at=at
        )

    assert delete_old_deliveries(world.now) == 2

    assert [one.message_id.int for one in Delivery.objects.all()] == [6]
    assert sorted(one.message_id.int for one in Feedback.objects.all()) == [6, 8]


def test_old_events_are_deleted_with_their_quarantine_but_never_before_they_are_routed(left: World) -> None:
    bad = ReceivedEvent.objects.create(
        sandbox=left.sandbox, inlet=left.inlet, received_at=left.now, body="no"
    )
    left.run()
    assert Quarantined.objects.get().received_event == bad
    waiting = left.send("Lobby", "late")
    left.send("Lobby", "later")
    ReceivedEvent.objects.filter(pk=waiting.pk + 1).update(routed=True)

    deleted = delete_old_events(left.now + timedelta(days=31))

    assert deleted == 5
    assert not Quarantined.objects.exists()
    assert list(ReceivedEvent.objects.order_by("pk").values_list("pk", flat=True)) == [
        waiting.pk,
        waiting.pk + 1,
    ]


def test_sessions_are_forgotten_when_they_have_expired(world: World) -> None:
    for name, hours in (("over", -1), ("open", 1)):
        Session.objects.create(session_key=name, expire_date=world.now + timedelta(hours=hours))

    assert forget_expired_sessions(world.now) == 1
    assert Session.objects.get().session_key == "open"


def test_uploads_that_nobody_confirms_are_deleted(world: World, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("ada")
    for name, minutes in (("forgotten", 61), ("open", 59)):
        upload = PendingImport.objects.create(sandbox=world.sandbox, user=user, name=name, data=b"secret")
        PendingImport.objects.filter(pk=upload.pk).update(created_at=world.now - timedelta(minutes=minutes))

    tidy(world.now)

    assert PendingImport.objects.get().name == "open"


# --- Who does it ----------------------------------------------------------------------------------


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    done: list[Any] = []
    monkeypatch.setattr(module, "_next_at", 0.0)
    monkeypatch.setattr(module, "_tidy_at", 0.0)
    monkeypatch.setattr(module, "follow_time", lambda now: False)
    monkeypatch.setattr(module, "tidy", lambda now: done.append(now) or True)
    return done


def test_one_process_does_it_every_few_seconds_also_under_load(world: World, done: list[Any]) -> None:
    assert not module.keep_up(idle=False, leader=False)
    assert not module.keep_up(idle=False, leader=True)
    assert not module.keep_up(idle=False, leader=True)

    assert len(done) == 1


def test_who_is_busy_too_goes_on_soon_while_there_is_more(
    world: World, done: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At one batch every few seconds a loaded system would delete less than it takes in."""
    for moment in (100.0, 100.1, 100.3, 100.6):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda moment=moment: moment))
        assert not module.keep_up(idle=False, leader=True)

    assert len(done) == 3


def test_who_is_idle_goes_on_while_there_is_more(world: World, done: list[Any]) -> None:
    assert module.keep_up(idle=True, leader=True)
    assert module.keep_up(idle=True, leader=True)

    assert len(done) == 2


def test_what_has_time_is_looked_for_once_a_minute_when_nothing_is_left(
    world: World, done: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    followed: list[Any] = []
    monkeypatch.setattr(module, "follow_time", lambda now: followed.append(now) or False)
    monkeypatch.setattr(module, "tidy", lambda now: done.append(now) or False)
    for moment in range(100, 200, 10):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda moment=moment: float(moment)))
        assert not module.keep_up(idle=True, leader=True)

    assert (len(followed), len(done)) == (10, 2)


# --- Snapshots ------------------------------------------------------------------------------------


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("limit", "told"), [(0.0, True), (3600.0, False)])
def test_a_transaction_that_stays_open_is_complained_of(
    limit: float, told: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Who keeps a snapshot keeps every deleted row of the queue tables in everybody's way."""
    monkeypatch.setattr(snapshots, "ALARM_AFTER", limit)
    with elsewhere() as report:
        cursor = report.cursor()
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT 1")
        snapshots.complain_of_old_snapshots()

    assert ("has been open" in caplog.text) == told
