from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import OperationalError, transaction
from django.db.models.functions import Now
from django_q.models import OrmQ, Schedule

from journeyorch import queue
from journeyorch.models import DEAD_AFTER, Resident, Supervisor
from journeyorch.queue import Lifetime, place, run_resident

pytestmark = pytest.mark.django_db


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor.objects.create(name="host-1", host="host", pid=1, drain_residents=2, call_residents=1)


@pytest.fixture
def resident(supervisor: Supervisor) -> Resident:
    return enqueued(supervisor)


def enqueued(supervisor: Supervisor, *, slot: int = 0) -> Resident:
    return Resident.objects.create(supervisor=supervisor, kind="drain", slot=slot, queue="q", host="host")


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Lifetime], None]], None]:
    """Says what a drain resident does."""
    return lambda act: monkeypatch.setattr(queue, "load_residents", lambda: {"drain": act})


def reported_at(resident: Resident) -> object:
    return Resident.objects.values_list("reported_at", flat=True).get(pk=resident.pk)


def test_a_resident_runs_once_however_often_its_task_comes(
    resident: Resident, work: Callable[..., None]
) -> None:
    runs: list[str] = []

    def act(lifetime: Lifetime) -> None:
        runs.append(lifetime.owner)
        run_resident(resident.pk)  # q2 hands the same task to a second worker meanwhile

    work(act)
    run_resident(resident.pk)
    run_resident(resident.pk)
    assert runs == [f"drain-{resident.pk}@host"]
    assert not Resident.objects.exists()


@pytest.mark.parametrize("error", [ValueError("a bug"), SystemExit("Task exceeded maximum timeout value")])
def test_a_failing_resident_raises_nothing_and_leaves_its_place(
    resident: Resident,
    work: Callable[..., None],
    error: BaseException,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def act(lifetime: Lifetime) -> None:
        raise error

    monkeypatch.setattr(queue.connections, "close_all", lambda: None)  # the test's own transaction
    work(act)
    run_resident(resident.pk)
    assert not Resident.objects.exists()
    assert str(error) in caplog.text


def test_a_task_whose_row_is_stopped_or_gone_does_nothing(
    resident: Resident, work: Callable[..., None]
) -> None:
    runs: list[Lifetime] = []
    work(runs.append)
    Resident.objects.update(stop=True)
    run_resident(resident.pk)
    run_resident(resident.pk + 1)
    assert runs == []


def test_a_successor_stops_its_predecessor_and_nobody_else(
    supervisor: Supervisor, work: Callable[..., None]
) -> None:
    old, neighbour, new = enqueued(supervisor), enqueued(supervisor, slot=1), enqueued(supervisor)
    asked_to_stop: list[dict[int, bool]] = []

    def act(lifetime: Lifetime) -> None:
        asked_to_stop.append(dict(Resident.objects.exclude(pk=new.pk).values_list("pk", "stop")))
        lifetime.take_over()

    work(act)
    run_resident(new.pk)
    asked_to_stop.append(dict(Resident.objects.values_list("pk", "stop")))
    assert asked_to_stop == [
        {old.pk: False, neighbour.pk: False},  # while the new one gets ready
        {old.pk: True, neighbour.pk: False},
    ]


@pytest.mark.django_db(transaction=True)
def test_a_beat_is_written_at_most_once_a_second(resident: Resident, clock: Clock) -> None:
    lifetime = Lifetime(resident, clock=clock)
    clock.now += 0.9
    lifetime.beat()
    assert reported_at(resident) is None
    clock.now += 0.1
    lifetime.beat()
    first = reported_at(resident)
    assert first is not None
    Resident.objects.update(reported_at=None)
    lifetime.beat()
    assert reported_at(resident) is None


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_nothing_is_written_or_asked(resident: Resident, clock: Clock) -> None:
    lifetime = Lifetime(resident, clock=clock)
    clock.now += 5
    Resident.objects.update(stop=True)
    with transaction.atomic():
        lifetime.beat()
        assert not lifetime.should_stop()
    assert reported_at(resident) is None
    assert lifetime.should_stop()


@pytest.mark.django_db(transaction=True)
def test_a_resident_stops_after_20_seconds(resident: Resident, clock: Clock) -> None:
    lifetime = Lifetime(resident, clock=clock)
    clock.now += 19.9
    assert not lifetime.should_stop()
    clock.now += 0.1
    assert lifetime.should_stop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["flagged", "deleted"])
def test_a_resident_stops_when_its_row_says_so(resident: Resident, clock: Clock, how: str) -> None:
    lifetime = Lifetime(resident, clock=clock)
    assert not lifetime.should_stop()
    if how == "flagged":
        Resident.objects.update(stop=True)
    else:
        Resident.objects.all().delete()
    assert not lifetime.should_stop(), "the row is not asked again within 250 ms"
    clock.now += 0.25
    assert lifetime.should_stop()


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_ends_no_resident(
    resident: Resident, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*arguments: object, **more: object) -> None:
        raise OperationalError("database is locked")

    lifetime = Lifetime(resident, clock=clock)
    monkeypatch.setattr(type(Resident.objects.all()), "update", locked)
    monkeypatch.setattr(type(Resident.objects.all()), "first", locked)
    clock.now += 2
    lifetime.beat()
    assert not lifetime.should_stop()


PLACES = [
    # shares of the living supervisors, own supervisor, slot → (index, count)
    ([(1, 1)], 1, 0, (0, 1)),
    ([(1, 2), (4, 3)], 1, 1, (1, 5)),
    ([(1, 2), (4, 3)], 4, 0, (2, 5)),
    ([(1, 2), (4, 3)], 4, 2, (4, 5)),
    ([(1, 2)], 9, 0, (0, 2)),
    ([], 9, 0, (0, 1)),
]


@pytest.mark.parametrize(("shares", "supervisor_id", "slot", "expected"), PLACES)
def test_place(
    shares: list[tuple[int, int]], supervisor_id: int, slot: int, expected: tuple[int, int]
) -> None:
    assert place(shares, supervisor_id=supervisor_id, slot=slot) == expected


def test_places_are_counted_over_all_living_hosts(supervisor: Supervisor) -> None:
    gone = Supervisor.objects.create(name="b", host="b", pid=1, drain_residents=5, call_residents=5)
    Supervisor.objects.filter(pk=gone.pk).update(reported_at=Now() - timedelta(seconds=20))
    other = Supervisor.objects.create(name="c", host="c", pid=1, drain_residents=3, call_residents=0)
    lifetime = Lifetime(enqueued(other, slot=1))
    assert (lifetime.index, lifetime.count) == (3, 5)


def test_only_supervisors_that_report_are_alive(supervisor: Supervisor) -> None:
    assert list(Supervisor.objects.alive()) == [supervisor]
    assert not Supervisor.objects.dead().exists()
    Supervisor.objects.update(reported_at=Now() - timedelta(seconds=16))
    assert not Supervisor.objects.alive().exists()
    assert not Supervisor.objects.dead().exists()
    Supervisor.objects.update(reported_at=Now() - DEAD_AFTER - timedelta(seconds=1))
    assert list(Supervisor.objects.dead()) == [supervisor]


def test_a_task_carries_the_id_of_its_row_and_nothing_else(resident: Resident) -> None:
    queue.enqueue(resident)
    row = OrmQ.objects.get()
    assert row.key == "q"
    task = row.task
    assert task["func"] == "journeyorch.queue.run_resident"
    assert (task["args"], task["kwargs"]) == ((resident.pk,), {})


def test_the_pages_of_q2_are_not_in_the_admin() -> None:
    assert not admin.site.is_registered(Schedule)
    assert not [model for model in admin.site._registry if model._meta.app_label == "django_q"]
