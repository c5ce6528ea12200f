"""How the hot path's statements reach the database: bound on the server, prepared once, over one cursor.

Django's cursors bind values on the client and plan every statement anew: six times the CPU (bulk.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count as numbers
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, DataError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer

from journeyorch.arrays import Encoded, EncodedDumper

Row = tuple[Any, ...]


def keep_plans(*, connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Receiver of ``connection_created``: have PostgreSQL plan each statement once a connection.

    It would plan nearly all of them anew each time, because it overestimates arrays that it cannot see; in
    small waves that took longer than running them. Only what is prepared has plans to keep.

    A kept plan must be good for a full table although it was made for an empty one. What is read is in memory
    or on a flash disk; with the costs of a turning one, which are PostgreSQL's default, it read whole tables.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan; SET random_page_cost = 1.1")


class _ArrayCursor(psycopg.RawCursor[Any]):
    """Binds on the server, and sends texts and arrays as they are."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        super().__init__(raw)
        self.adapters.register_dumper(Encoded, EncodedDumper)


def count(sql: str, parameters: Sequence[Any]) -> int:
    """Run it on PostgreSQL; returns how many rows it wrote."""
    with opened() as database:
        return _execute(database, sql, parameters).rowcount


def fetch(sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Run it on PostgreSQL; returns its rows."""
    with opened() as database:
        return _execute(database, sql, parameters).fetchall()


def fetch_alone(sql: str, parameters: Sequence[Any]) -> list[Row]:
    """As ``fetch``, in half its CPU time where the statement is a transaction by itself.

    Its values are ``%b``. A cursor goes back and forth between Python and libpq several times, and lets
    another thread in each time. This is one call, which waits in libpq.
    """
    with opened() as database:
        # Who begins a transaction leaves it to the cursor to tell the database so.
        if database.in_atomic_block or not _may_prepare(database):
            return _execute(database, sql, parameters).fetchall()
        alone = getattr(database, "alone", None)
        if alone is None or alone.connection is not database.connection:
            alone = _Alone(database.connection)
            setattr(database, "alone", alone)  # noqa: B010 - the class does not know it
        return alone.fetch(sql, parameters)


class _Alone:
    """A connection's statements that are transactions by themselves; it is in autocommit mode."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._values = Transformer(_ArrayCursor(connection))
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}

    def fetch(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        values: Any = self._values.dump_sequence(parameters, [PyFormat.BINARY] * len(parameters))
        name = self._prepared(sql, self._values.types or ())
        server = self.connection.pgconn
        result = self._checked(server.exec_prepared(name, values, self._values.formats, pq.Format.BINARY))
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)

    def _prepared(self, sql: str, types: tuple[int, ...]) -> bytes:
        name = self._names.get((sql, types))
        if name is None:
            name = b"journeyorch_%d" % len(self._names)
            self._checked(self.connection.pgconn.prepare(name, _numbered(sql), types))
            self._names[sql, types] = name
        return name

    def _checked(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        if result.status in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
            return result
        if self.connection.closed:  # no answer of the database, which would say what kind of error it is
            raise psycopg.OperationalError(result.get_error_message())
        raise psycopg.errors.error_from_result(result)


@cache
def _numbered(sql: str) -> bytes:
    """With ``$1``, ``$2``, … where the values go, as the database wants to be told.

    psycopg would read the text anew each time, if it is a long one.
    """
    places = numbers(1)
    return re.sub("%[sb%]", lambda found: "%" if found[0] == "%%" else f"${next(places)}", sql).encode()


def _execute(database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> psycopg.Cursor[Any]:
    """Run it on the connection's cursor: a new one for each statement took as long as a small statement."""
    cursor = getattr(database, "bulk_cursor", None)
    if cursor is None or cursor.closed or cursor.connection is not database.connection:
        cursor = _ArrayCursor(database.connection)
        setattr(database, "bulk_cursor", cursor)  # noqa: B010 - the class does not know it
    return cursor.execute(_numbered(sql), parameters, prepare=_may_prepare(database), binary=True)


def _may_prepare(database: BaseDatabaseWrapper) -> bool:
    # A transaction pooler gives every transaction another session, where a prepared statement is unknown;
    # who runs one has to set Django's switch for it anyway.
    return not database.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")


@contextmanager
def opened() -> Iterator[BaseDatabaseWrapper]:
    """This thread's connection, looked up once: Django's proxy does it again for every attribute.

    Driver errors are raised as Django's; what fails before it reaches the database as ``DataError``, too.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    with database.wrap_database_errors:
        try:
            yield database
        except (OverflowError, UnicodeEncodeError) as error:
            raise DataError(
                "A value cannot be stored: a number out of range, or text that is not Unicode."
            ) from error
