"""Waking up processes that wait for work: NOTIFY and LISTEN on PostgreSQL, `data_version` on SQLite.

A wake-up is a hint. A lost one costs one tick of the ticker, a superfluous one a look at an index; so
nothing here raises, and nothing is promised.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from contextlib import suppress
from functools import cache
from typing import Any, Literal, Self

import psycopg
import psycopg.sql
from django.db import DEFAULT_DB_ALIAS, connection, connections

logger = logging.getLogger(__name__)

# At most one notification in so many seconds, per process and channel (engine.md, Accept).
NOTIFY_EVERY = 0.010
# After a failure the database is left alone for so long, seconds: requests must not queue up behind it.
_RETRY_AFTER = 1.0
_SQLITE_LOOK_EVERY = 0.020


def notify(channel: str) -> None:
    """Wake up who listens on the channel ("drain", "call"); call it after the commit, not before.

    It goes out on a connection of its own, never within the caller's transaction: NOTIFY inside it would
    halve the rate of commits. Calls that follow within 10 ms are sent as one, when the 10 ms end.
    """
    if connection.vendor == "postgresql":
        _notifier.notify(channel)


def close() -> None:
    """Close this process's connection for notifications; the next one opens another."""
    _notifier.close()


class _Notifier:
    """Decides when a notification goes out, and sends it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._sent: dict[str, float] = {}
        self._pending: dict[str, float] = {}  # channel → when its suppressed notification is due
        self._thread: threading.Thread | None = None
        self._sending = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._retry_at = 0.0

    def notify(self, channel: str) -> None:
        with self._changed:
            now = time.monotonic()
            due = self._sent.get(channel, float("-inf")) + NOTIFY_EVERY
            if now < due:
                self._postpone(channel, due)
                return
            self._sent[channel] = now
        self._send(channel)

    def close(self) -> None:
        with self._sending:
            self._drop_connection()

    def _postpone(self, channel: str, due: float) -> None:
        if channel in self._pending:
            return
        self._pending[channel] = due
        if self._thread is None:
            self._thread = threading.Thread(target=self._send_late, name="wakeup", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _send_late(self) -> None:
        while True:
            self._send(self._next_due())

    def _next_due(self) -> str:
        """Wait until a suppressed notification is due; returns its channel."""
        with self._changed:
            while True:
                if not self._pending:
                    self._changed.wait()
                    continue
                channel, due = min(self._pending.items(), key=lambda item: item[1])
                now = time.monotonic()
                if now >= due:
                    del self._pending[channel]
                    self._sent[channel] = now
                    return channel
                self._changed.wait(due - now)

    def _send(self, channel: str) -> None:
        with self._sending:
            if time.monotonic() < self._retry_at:
                return
            try:
                self._execute(channel)
            except psycopg.Error as error:
                self._retry_at = time.monotonic() + _RETRY_AFTER
                logger.warning("A wake-up of %s was lost, the next tick makes up for it: %s", channel, error)

    def _execute(self, channel: str) -> None:
        if self._connection is not None:
            try:
                self._connection.execute(_statement("NOTIFY", channel))
            except psycopg.Error:
                self._drop_connection()  # the database has restarted: once more on a new connection
            else:
                return
        self._connection = _connect()
        self._connection.execute(_statement("NOTIFY", channel))

    def _drop_connection(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


class _Bell:
    """A pipe that other threads write to, so that who waits for a connection can wait for them as well."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        self._rung = False  # the pipe holds a byte: whoever rings once more has nothing to add
        # The number of a closed pipe may soon be another file's: no ring may come after the end.
        self._lock = threading.Lock()
        self._closed = False

    def ring(self) -> None:
        with self._lock:
            if not self._rung and not self._closed:
                os.write(self._writer, b"!")
                self._rung = True

    def fileno(self) -> int:
        """Readable after a ring, until it is silenced."""
        return self._reader

    def silence(self) -> bool:
        """Whether it has rung since the last time."""
        with self._lock:
            rung, self._rung = self._rung, False
            if rung:
                os.read(self._reader, 1)
            return rung

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                os.close(self._reader)
                os.close(self._writer)
            self._closed = True


class Listener:
    """Waits for notifications of one channel; for one thread, and not inside a transaction.

    A `with` block, or `close()`, ends its connection, and it listens no more.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._bell = _Bell()
        self._source: _PostgresSource | _SqliteSource | None = None
        self._pid = 0

    def ring(self) -> None:
        """End the wait under way, or the next one, as a notification would; for any thread of the process."""
        self._bell.ring()

    def wait(self, timeout_seconds: float) -> bool:
        """Whether something may have happened since the last call; waits for it, at most so long.

        The first call returns True at once, as does the first after a lost connection: what happened
        before we listened is not known.
        """
        if self._source is None or self._pid != os.getpid():
            # After a fork the old connection belongs to the parent: it is dropped without a word.
            self._pid = os.getpid()
            if connection.vendor == "postgresql":
                self._source = _PostgresSource(self._channel, self._bell)
            else:
                self._source = _SqliteSource(self._bell)
        return self._source.wait(timeout_seconds)

    def close(self) -> None:
        if self._source is not None and self._pid == os.getpid():
            self._source.close()
        self._source = None
        self._bell.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _PostgresSource:
    def __init__(self, channel: str, bell: _Bell) -> None:
        self._channel = channel
        self._bell = bell
        self._connection: psycopg.Connection[Any] | None = None

    def wait(self, timeout: float) -> bool:
        started = time.monotonic()
        try:
            if self._connection is None:
                self._connection = self._listen()
                return True
            return self._heard_within(self._connection, timeout)
        except psycopg.Error as error:
            logger.info("Listening for wake-ups was interrupted: %s", error)
            if self._connection is not None:
                self.close()
                return self.wait(timeout)
            time.sleep(max(0.0, min(timeout, _RETRY_AFTER) - (time.monotonic() - started)))
            return False

    def _heard_within(self, listening: psycopg.Connection[Any], timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while True:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([listening.fileno(), self._bell.fileno()], [], [], left)[0]:
                return False
            # What came may be the goodbye of a server that closes the connection: then we learn it next time.
            if self._bell.silence() | bool(list(listening.notifies(timeout=0, stop_after=1))):
                return True

    def _listen(self) -> psycopg.Connection[Any]:
        listening = _connect()
        try:
            listening.execute(_statement("LISTEN", self._channel))
        except psycopg.Error:
            listening.close()
            raise
        return listening

    def close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


class _SqliteSource:
    """SQLite cannot notify, but its `data_version` changes with each commit of another connection.

    All channels are one here, and a commit that means nothing to us wakes us up, too.
    """

    def __init__(self, bell: _Bell) -> None:
        self._bell = bell
        self._seen: tuple[int, int] | None = None

    def wait(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while True:
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            select.select([self._bell], [], [], min(left, _SQLITE_LOOK_EVERY))
            if self._bell.silence():
                return True

    def _version(self) -> tuple[int, int]:
        """(connection, its data version): the numbers of different connections have nothing in common."""
        connection.ensure_connection()
        raw = connection.connection
        return id(raw), raw.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        self._seen = None


@cache
def _statement(verb: Literal["LISTEN", "NOTIFY"], channel: str) -> bytes:
    """Without parameters: it is sent and understood in the simplest way there is."""
    name = psycopg.sql.Identifier(f"journeyorch_{channel}")
    return psycopg.sql.SQL(verb + " {}").format(name).as_bytes(None)


def _connect() -> psycopg.Connection[Any]:
    """A connection of our own to the default database, in autocommit mode."""
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    for key in ("cursor_factory", "context"):
        parameters.pop(key, None)
    parameters.setdefault("connect_timeout", 5)
    return psycopg.connect(**{**parameters, "autocommit": True})


_notifier = _Notifier()


def _renew() -> None:
    """In a forked child: its parent's connection, lock and thread are not its own."""
    global _notifier
    _notifier = _Notifier()


os.register_at_fork(after_in_child=_renew)
