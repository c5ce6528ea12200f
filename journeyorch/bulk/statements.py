"""How the hot path's statements reach the database: bound on the server, prepared once.

Django's cursors bind values on the client and plan every statement anew: six times the CPU.
"""

from __future__ import annotations

import re
from collections import OrderedDict
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

from journeyorch.bulk.arrays import Encoded, EncodedDumper

Row = tuple[Any, ...]

#: So many statements a connection keeps prepared; each of them takes memory of the server.
MOST_PREPARED = 200
# A migration has changed what the statement's columns are; PostgreSQL plans all else anew by itself.
_PLAN_IS_OUTDATED = b"0A000"


def keep_plans(*, connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Receiver of ``connection_created``: have PostgreSQL plan each statement once a connection.

    It would plan nearly all of them anew each time, because it overestimates arrays that it cannot see; in
    small waves that took longer than running them. Only what is prepared has plans to keep.

    A kept plan must be good for a full table although it was made for an empty one, where reading all of it
    is cheapest; it is kept until the table's statistics are taken again. So whole tables are read only where
    no index leads to the rows. Such reading is then said to cost so much that PostgreSQL would compile the
    plan to machine code, which never pays for a few rows. What is read is in memory or on a flash disk: the
    costs of a turning one, which are PostgreSQL's default, are no measure.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET {name} = {value}" for name, value in _PLANNING.items()))


_PLANNING = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "jit": "off",
    "random_page_cost": "1.1",
}


class _ArrayCursor(psycopg.RawCursor[Any]):
    """Binds on the server, and sends texts and arrays as they are."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        super().__init__(raw)
        self.adapters.register_dumper(Encoded, EncodedDumper)


def count(sql: str, parameters: Sequence[Any]) -> int:
    """Run it on PostgreSQL; returns how many rows it wrote."""
    with opened() as database:
        if direct := _direct(database):
            return direct.execute(sql, parameters).command_tuples or 0
        return _over_cursor(database, sql, parameters).rowcount


def fetch(sql: str, parameters: Sequence[Any]) -> list[Row]:
    """Run it on PostgreSQL; returns its rows."""
    with opened() as database:
        if direct := _direct(database):
            return direct.rows_of(direct.execute(sql, parameters))
        return _over_cursor(database, sql, parameters).fetchall()


class _Direct:
    """A connection's statements by way of libpq itself, each prepared once.

    A cursor goes back and forth between Python and libpq several times, and lets another thread in each time.
    This is one call, which waits in libpq: a small statement takes two thirds of the CPU time. Nothing on the
    connection may be prepared by psycopg: after a rollback it would deallocate this, too.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._server = connection.pgconn
        self._values = Transformer(_ArrayCursor(connection))
        self._names: OrderedDict[tuple[str, tuple[int, ...]], bytes] = OrderedDict()
        self._numbers = numbers()

    def execute(self, sql: str, parameters: Sequence[Any]) -> pq.abc.PGresult:
        """Run it; the first statement of a transaction begins it, as psycopg's cursors do."""
        server = self._server
        if not self.connection.autocommit and server.transaction_status == pq.TransactionStatus.IDLE:
            self._checked(server.exec_(b"BEGIN"))
        values: Any = self._values.dump_sequence(parameters, [PyFormat.AUTO] * len(parameters))
        key = sql, self._values.types or ()
        result = server.exec_prepared(self._prepared(key), values, self._values.formats, pq.Format.BINARY)
        if result.error_field(pq.DiagnosticField.SQLSTATE) == _PLAN_IS_OUTDATED:
            del self._names[key]
        return self._checked(result)

    def rows_of(self, result: pq.abc.PGresult) -> list[Row]:
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)

    def _prepared(self, key: tuple[str, tuple[int, ...]]) -> bytes:
        """The name of the prepared statement; of many, the one not used for longest is given up."""
        if (name := self._names.get(key)) is not None:
            self._names.move_to_end(key)
            return name
        sql, types = key
        if len(self._names) >= MOST_PREPARED:
            self._checked(self._server.exec_(b"DEALLOCATE " + self._names.popitem(last=False)[1]))
        name = b"journeyorch_%d" % next(self._numbers)
        self._checked(self._server.prepare(name, _numbered(sql), types))
        self._names[key] = name
        return name

    def _checked(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        if result.status in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
            return result
        if self.connection.closed:  # no answer of the database, which would say what kind of error it is
            raise psycopg.OperationalError(result.get_error_message())
        raise psycopg.errors.error_from_result(result)


def _direct(database: BaseDatabaseWrapper) -> _Direct | None:
    """The connection's own way; None behind a transaction pooler.

    That gives every transaction another session, where a prepared statement is unknown; who runs one has to
    set Django's switch for it anyway.
    """
    direct: _Direct | None = getattr(database, "direct", None)
    if direct is None or direct.connection is not database.connection:
        if database.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            return None
        direct = _Direct(database.connection)
        setattr(database, "direct", direct)  # noqa: B010 - the class does not know it
    return direct


def _over_cursor(database: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> psycopg.Cursor[Any]:
    return _ArrayCursor(database.connection).execute(_numbered(sql), parameters, binary=True)


@cache
def _numbered(sql: str) -> bytes:
    """With ``$1``, ``$2``, … where the values go, as the database wants to be told.

    psycopg would read the text anew each time, if it is a long one.
    """
    places = numbers(1)
    return re.sub("%[sb%]", lambda found: "%" if found[0] == "%%" else f"${next(places)}", sql).encode()


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
