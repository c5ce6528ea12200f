"""Several connections at once: threads with one of their own, and one that only holds something."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from journeyorch import bulk

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time and no row locks"
)
SOON = 30.0


class Threads:
    """Threads whose errors fail the test that started them."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []

    def start(self, work: Callable[..., object], *arguments: Any) -> None:
        thread = threading.Thread(target=self._run, args=(work, arguments), daemon=True)
        self._threads.append(thread)
        thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(SOON)
            assert not thread.is_alive(), "a thread hangs"
        if self._errors:
            raise self._errors[0]

    @property
    def running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _run(self, work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        try:
            work(*arguments)
        except BaseException as error:  # noqa: BLE001 - raised by ``join``
            self._errors.append(error)
        finally:
            connection.close()


@contextmanager
def threads() -> Iterator[Threads]:
    """Joins them at the end. Move the clock around them, not in them: of two that do it at once, the one that
    ends last puts the other's clock back, for all tests that follow.
    """
    clock, started = bulk.database_now, Threads()
    yield started
    started.join()
    assert bulk.database_now is clock, "two threads have moved the clock at once"


@contextmanager
def elsewhere() -> Iterator[BaseDatabaseWrapper]:
    """A second connection with an open transaction; what it did is rolled back unless it commits."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        yield other
        other.rollback()
    finally:
        other.close()


def until(look: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + SOON
    while not look():
        assert time.monotonic() < deadline, f"waited {SOON:.0f} s for {what}"
        time.sleep(0.01)


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
