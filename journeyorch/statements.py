"""How the hot path's statements reach the database: bound on the server, prepared once, over one cursor.

Django's cursors bind values on the client and plan every statement anew: six times the CPU (bulk.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, DataError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from journeyorch.arrays import Encoded, EncodedDumper

Row = tuple[Any, ...]


def keep_plans(*, connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Receiver of ``connection_created``: have PostgreSQL plan each statement once a connection.

    It would plan nearly all of them anew each time, because it overestimates arrays that it cannot see; in
    small waves that took longer than running them. Only what is prepared has plans to keep.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")


class _ArrayCursor(psycopg.Cursor[Any]):
    """Binds on the server, and sends arrays as they are."""

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


def _execute(database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> psycopg.Cursor[Any]:
    """Run it on the connection's cursor: a new one for each statement took as long as a small statement."""
    cursor = getattr(database, "bulk_cursor", None)
    if cursor is None or cursor.closed or cursor.connection is not database.connection:
        cursor = _ArrayCursor(database.connection)
        setattr(database, "bulk_cursor", cursor)  # noqa: B010 - the class does not know it
    # A transaction pooler gives every transaction another session, where a prepared statement is unknown;
    # who runs one has to set Django's switch for it anyway.
    prepare = not database.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    return cursor.execute(sql, parameters, prepare=prepare, binary=True)


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
