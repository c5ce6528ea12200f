from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection

from journeyorch import wakeup
from journeyorch.models import Supervisor
from journeyorch.wakeup import Listener, _Notifier, notify

LONG = 30.0


class RecordingNotifier(_Notifier):
    """Decides as the real one does, and writes down what it would send and when."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, float]] = []

    def _send(self, channel: str) -> None:
        self.sent.append((channel, time.monotonic()))


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_the_first_notification_goes_out_at_once_in_the_callers_thread() -> None:
    notifier = RecordingNotifier()
    notifier.notify("drain")
    notifier.notify("call")
    assert [channel for channel, _ in notifier.sent] == ["drain", "call"]


def test_notifications_within_10_ms_become_one_at_their_end() -> None:
    notifier = RecordingNotifier()
    started = time.monotonic()
    for _ in range(1000):
        notifier.notify("drain")
    asked = time.monotonic()
    eventually(lambda: notifier.sent[-1][1] >= asked)
    assert len(notifier.sent) <= 2 + (asked - started) / wakeup.NOTIFY_EVERY


def test_the_last_of_a_burst_is_always_followed_by_a_notification() -> None:
    notifier = RecordingNotifier()
    for _ in range(200):
        asked = time.monotonic()
        notifier.notify("drain")
        time.sleep(0.0003)
    eventually(lambda: notifier.sent[-1][1] >= asked)


@pytest.fixture
def listener(transactional_db: None) -> Iterator[Listener]:
    with Listener("drain") as listener:
        yield listener
    wakeup.close()


def test_the_first_wait_does_not_wait_because_nobody_listened_before(listener: Listener) -> None:
    assert listener.wait(LONG)
    assert not listener.wait(0.0)


def test_waiting_ends_after_the_given_time_when_nothing_happens(listener: Listener) -> None:
    listener.wait(0.0)
    assert not listener.wait(0.05)


def in_another_thread(act: Callable[[], None]) -> None:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def commit_and_notify() -> None:
    name = str(time.monotonic())
    Supervisor.objects.create(name=name, host="h", pid=1, drain_residents=1, call_residents=1)
    notify("drain")


def test_a_commit_and_a_notification_of_another_wake_a_listener_up(listener: Listener) -> None:
    for _ in range(3):
        listener.wait(0.0)
        in_another_thread(commit_and_notify)
        assert listener.wait(LONG)


def test_what_happened_between_two_waits_is_not_missed(listener: Listener) -> None:
    listener.wait(0.0)
    in_another_thread(commit_and_notify)
    Supervisor.objects.count()
    assert listener.wait(LONG)


def test_a_thread_of_the_same_process_ends_a_wait_by_ringing(listener: Listener) -> None:
    listener.wait(0.0)
    in_another_thread(listener.ring)
    assert listener.wait(LONG)
    assert not listener.wait(0.05), "one ring ends one wait"


def test_a_ring_after_the_end_writes_to_nobody(listener: Listener) -> None:
    listener.close()
    reader, writer = os.pipe()  # may have got the numbers of the listener's own
    os.set_blocking(reader, False)
    listener.ring()
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)
    os.close(reader)
    os.close(writer)


def test_a_notification_inside_a_transaction_does_not_wait_for_its_end(listener: Listener) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no notifications")
    from django.db import transaction

    listener.wait(0.0)
    with transaction.atomic():
        notify("drain")
        assert listener.wait(LONG)


def test_other_channels_wake_nobody(listener: Listener) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite all channels are one")
    listener.wait(0.0)
    notify("call")
    assert not listener.wait(0.2)


def terminate_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_notifier_and_listener_survive_a_restart_of_the_database(listener: Listener) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite does not restart")
    listener.wait(0.0)
    notify("drain")
    assert listener.wait(LONG)
    terminate_other_connections()
    assert listener.wait(LONG), "after a lost connection the caller looks for itself"
    time.sleep(wakeup.NOTIFY_EVERY)
    notify("drain")
    assert listener.wait(LONG)


def test_a_database_that_is_away_costs_the_caller_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    attempts: list[int] = []

    def refuse() -> psycopg.Connection[object]:
        attempts.append(1)
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(wakeup, "_connect", refuse)
    notifier = _Notifier()
    notifier._send("drain")
    notifier._send("drain")
    assert len(attempts) == 1, "the second did not even try"
    assert "lost" in caplog.text


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_wakes_up_and_listens_on_connections_of_its_own(listener: Listener) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no notifications")
    listener.wait(0.0)
    notify("drain")
    assert listener.wait(LONG)
    pid = os.fork()
    if pid == 0:
        first = listener.wait(0.0)
        notify("drain")
        os._exit(0 if first and listener.wait(LONG) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert listener.wait(LONG), "the parent's connection is as good as before"
    time.sleep(wakeup.NOTIFY_EVERY)
    notify("drain")
    assert listener.wait(LONG)
