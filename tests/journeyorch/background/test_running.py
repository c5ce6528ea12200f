"""Long work goes on batch by batch, survives whoever works on it, and is never done twice."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError

from journeyorch import bulk
from journeyorch.access.models import Sandbox
from journeyorch.background import running
from journeyorch.background.files import read_from, store
from journeyorch.background.kinds import GivenUp
from journeyorch.background.models import BackgroundTask, StoredFile
from journeyorch.background.running import LostLease, work, work_now_and_then
from journeyorch.background.tasks import begin, cancel, forget_old, release
from tests.journeyorch.background.conftest import made

State = BackgroundTask.State


def work_off(owner: str = "one") -> int:
    batches = 0
    while work(owner=owner):
        batches += 1
    return batches


def test_a_task_is_done_in_batches_and_says_how_far_it_is(count):
    task = count(25)
    assert work(owner="one")
    task.refresh_from_db()
    assert (task.done, task.percent, task.state, made()) == (10, 40, State.OPEN, 10)
    assert work_off() == 2
    task.refresh_from_db()
    assert (task.done, task.percent, task.state, made()) == (25, 100, State.DONE, 25)
    assert task.bad_lines == 12
    assert task.result == {"made": 25}
    assert task.spec == task.cursor == {}
    assert [(one.number, one.reason) for one in task.lines.order_by("number")][:2] == [
        (1, "It is odd."), (3, "It is odd."),
    ]  # fmt: skip


def test_tasks_take_turns(count):
    first, second = count(20), count(20, spec={"until": 0})
    work(owner="one")
    work(owner="one")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.done, second.state) == (10, State.DONE)


def test_a_failed_batch_leaves_nothing_and_is_tried_again(count, counting):
    task = count(10)
    counting.fails = [ValueError("secret")]
    assert work(owner="one")
    assert made() == 0
    assert not work(owner="one")  # not at once
    BackgroundTask.objects.update(not_before=bulk.database_now())
    work_off()
    task.refresh_from_db()
    assert (task.state, task.failures, made()) == (State.DONE, 0, 10)


def test_what_fails_again_and_again_is_given_up_without_repeating_why(count, counting):
    task = count(10)
    counting.fails = [ValueError("secret")] * 9
    for _ in range(running.MAX_FAILURES):
        BackgroundTask.objects.update(not_before=bulk.database_now())
        work(owner="one")
    task.refresh_from_db()
    assert (task.state, len(counting.fails), made()) == (State.FAILED, 4, 0)
    assert "secret" not in task.message


def test_a_reason_for_giving_up_is_shown(count, counting):
    task = count(10)
    counting.fails = [GivenUp("The schema is gone. Begin again.")]
    work(owner="one")
    task.refresh_from_db()
    assert (task.state, task.message, task.spec) == (State.FAILED, "The schema is gone. Begin again.", {})


def test_who_died_with_it_is_succeeded_when_the_lease_is_over(count, counting):
    task = count(10)
    counting.fails = [OperationalError("the connection is gone")]
    with pytest.raises(OperationalError):
        work(owner="one")
    assert not work(owner="two")
    BackgroundTask.objects.update(lease_until=bulk.database_now() - timedelta(seconds=1))
    assert work(owner="two")
    task.refresh_from_db()
    assert (task.state, made()) == (State.DONE, 10)


def test_a_task_that_kills_its_workers_is_given_up(count):
    task = count(10)
    past = bulk.database_now() - timedelta(seconds=1)
    BackgroundTask.objects.update(owner="dead", lease_until=past, failures=running.MAX_FAILURES - 1)
    work(owner="two")
    task.refresh_from_db()
    assert (task.state, made()) == (State.FAILED, 0)


def test_a_process_that_was_stopped_past_its_lease_writes_nothing(count, counting):
    task = count(10)
    zombie = running._lease("zombie", bulk.database_now(), None)
    BackgroundTask.objects.update(lease_until=bulk.database_now() - timedelta(seconds=1))
    work_off("living")
    with pytest.raises(LostLease):
        running._batch(zombie, counting)
    task.refresh_from_db()
    assert (task.state, made()) == (State.DONE, 10)


def test_two_who_look_at_the_same_moment_do_not_both_get_it(count):
    task, now = count(10), bulk.database_now()
    seen = BackgroundTask.objects.get()
    assert running._lease("one", now, task)
    assert not BackgroundTask.objects.filter(pk=seen.pk, token=seen.token).exists()
    assert running._lease("two", now, task) is None


def test_a_cancelled_task_ends_after_its_batch_and_forgets_what_it_was_told(count):
    task = count(25)
    work(owner="one")
    assert cancel(task)
    work_off()
    task.refresh_from_db()
    assert (task.state, task.done, task.spec, made()) == (State.CANCELLED, 10, {}, 10)
    assert not cancel(task)


def test_a_prepared_task_waits_until_it_is_released_once(count):
    task = count(10, prepared=True)
    assert not work(owner="one")
    assert release(task, {"until": 10})
    assert not release(task, {"until": 20})
    work_off()
    assert made() == 10


def test_a_kind_that_this_program_does_not_know_is_left_alone(count):
    begin("of-a-newer-version", sandbox=Sandbox.objects.get(name="prod"), by=None, title="x", spec={})
    assert not work(owner="one")
    assert BackgroundTask.objects.get().state == State.OPEN


def test_more_bad_lines_are_counted_than_listed(count, monkeypatch):
    monkeypatch.setattr(running, "MOST_LINES", 7)
    task = count(40)
    work_off()
    task.refresh_from_db()
    assert (task.bad_lines, task.lines.count()) == (20, 7)


def test_a_busy_worker_does_a_batch_now_and_then_an_idle_one_at_once(count, monkeypatch):
    count(100)
    monkeypatch.setattr(running, "_next_at", 0.0)
    assert work_now_and_then(owner="one", idle=False)
    assert not work_now_and_then(owner="one", idle=False)
    assert work_now_and_then(owner="one", idle=True)
    assert made() == 20


def test_a_file_is_read_from_any_place_and_goes_with_the_task(count):
    data = bytes(range(256)) * 3000
    file = store(Sandbox.objects.get(name="prod"), "a.bin", [data[:1000], data[1000:]], most=10**9)
    for start in (0, 1, 256 * 1024 - 1, 256 * 1024, len(data) - 1, len(data), len(data) + 5):
        assert b"".join(read_from(file.pk, start)) == data[start:]
    assert file.pieces.count() == 3
    count(10, file=file)
    work_off()
    assert not StoredFile.objects.exists()


def test_what_is_old_is_forgotten_and_what_is_needed_kept(count, settings):
    settings.RETENTION_TASKS_DAYS = 30
    now, prod = bulk.database_now(), Sandbox.objects.get(name="prod")
    ages = {"new": 0, "week": 8, "old": 31}
    for name, days in ages.items():
        file = store(prod, name, [b"x"], most=10)
        StoredFile.objects.filter(pk=file.pk).update(created_at=now - timedelta(days=days))
        task = count(1, title=name, file=file)
        ended = now - timedelta(days=days)
        BackgroundTask.objects.filter(pk=task.pk).update(state=State.DONE, finished_at=ended)
    count(1, title="unused", prepared=True)
    BackgroundTask.objects.filter(title="unused").update(created_at=now - timedelta(days=1))
    running_on = count(1, title="open")
    BackgroundTask.objects.filter(pk=running_on.pk).update(created_at=now - timedelta(days=90))
    forget_old(now)
    assert set(BackgroundTask.objects.values_list("title", flat=True)) == {"new", "week", "open"}
    assert list(StoredFile.objects.values_list("name", flat=True)) == ["new"]


def test_the_command_lists_works_and_cancels(count):
    task, out = count(25), StringIO()
    call_command("background_tasks", stdout=out)
    call_command("background_tasks", task.pk, "--work", stdout=out)
    assert "open, 0 %, 0 of 25 records" in out.getvalue()
    assert "done, 100 %, 25 of 25 records, 12 with problems\nline 1: It is odd." in out.getvalue()
    other = count(25)
    call_command("background_tasks", other.pk, "--cancel", "--work", stdout=out)
    other.refresh_from_db()
    assert other.state == State.CANCELLED
    with pytest.raises(CommandError):
        call_command("background_tasks", 0)
